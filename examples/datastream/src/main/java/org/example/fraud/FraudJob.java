package org.example.fraud;

import dev.millrace.ElementStreams;
import dev.millrace.MetricsRow;
import dev.millrace.Millrace;
import dev.millrace.MillraceStreams;
import dev.millrace.PredictionRow;
import dev.millrace.codec.OutputRecord;
import java.time.Duration;
import java.time.Instant;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.windowing.ProcessAllWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/** Learns which payments are fraud while they come, with one model for each card. */
public final class FraudJob {
  private static final int PAYMENTS = 4 * 3600; // four hours

  private static final String PIPELINE =
      """
      pipeline: fraud
      input:
        key: card          # one model for each card
        label: fraud       # the field to predict
        id: payment        # in each prediction, to join it back
        task: binary
        features:
          - amount
          - { name: country, type: one-hot, values: [de, fr, it, pl] }
      metrics: { every: 1000000, max-interval: off }   # here: only at the end of the stream
      """;

  private FraudJob() {}

  public static void main(String[] args) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    ElementStreams<Payment> out = learn(payments(env));

    DataStream<PredictionRow> predictions = out.predictionRows();
    predictions
        .filter(FraudJob::isSurprise)
        .map(row -> "%s of %s is %s".formatted(row.id(), row.key(), row.actualClass()))
        .uid("surprises")
        .print("surprise");
    predictions
        .windowAll(TumblingEventTimeWindows.of(Duration.ofHours(1)))
        .process(new Accuracy())
        .uid("accuracy")
        .print("accuracy");
    out.metricRows().map(FraudJob::summary).uid("summaries").print("metrics");
    out.deadLetters()
        .map(record -> record.header("__millrace.errors.message") + ": " + record.valueText())
        .uid("rejections")
        .print("rejected");

    if (args.length > 0) { // brokers: also for ./millrace watch and dashboard
      out.metrics().sinkTo(kafka(args[0], "fraud.metrics")).uid("metrics-sink");
    }

    env.execute("fraud");
  }

  /** Learns from payments, wherever they come from: what FraudJobTest tests. */
  static ElementStreams<Payment> learn(DataStream<Payment> payments) {
    return Millrace.pipeline(PIPELINE)
        .learn(
            payments,
            (payment, fields) ->
                fields
                    .set("card", payment.card())
                    .set("payment", payment.id())
                    .set("amount", payment.amount())
                    .set("country", payment.country())
                    .set("fraud", payment.fraud()));
  }

  /** Returns the stream that the job has anyway; here it is generated, and bounded. */
  private static DataStream<Payment> payments(StreamExecutionEnvironment env) {
    return env.fromSequence(0, PAYMENTS - 1)
        .setParallelism(1) // in order
        .map(Payment::of)
        .setParallelism(1)
        .assignTimestampsAndWatermarks(
            WatermarkStrategy.<Payment>forMonotonousTimestamps()
                .withTimestampAssigner((payment, before) -> payment.time().toEpochMilli()))
        .setParallelism(1);
  }

  /** Returns a sink for a topic. */
  private static KafkaSink<OutputRecord> kafka(String servers, String topic) {
    return KafkaSink.<OutputRecord>builder()
        .setBootstrapServers(servers)
        .setRecordSerializer(MillraceStreams.kafkaSerializer(topic))
        .build();
  }

  /** Returns true if a model that has learned for a while was wrong. */
  private static boolean isSurprise(PredictionRow row) {
    return row.seq() > 3400 && !row.actualClass().equals(row.predictedClass());
  }

  /** Returns some of the metrics of a key. */
  private static String summary(MetricsRow row) {
    return "%s: %d payments, accuracy %.3f, majority class %.3f"
        .formatted(
            row.key(),
            row.examples(),
            row.score("total.accuracy"),
            row.score("baseline.majority.total.accuracy"));
  }

  /** The share of the predictions of a window that were right. */
  private static final class Accuracy
      extends ProcessAllWindowFunction<PredictionRow, String, TimeWindow> {
    private static final long serialVersionUID = 1L;

    @Override
    public void process(Context context, Iterable<PredictionRow> rows, Collector<String> out) {
      int right = 0;
      int all = 0;
      for (PredictionRow row : rows) {
        all++;
        if (row.actualClass().equals(row.predictedClass())) {
          right++;
        }
      }
      Instant start = Instant.ofEpochMilli(context.window().getStart());
      out.collect("%s %.2f %% of %d".formatted(start, 100.0 * right / all, all));
    }
  }
}
