package dev.millrace;

import dev.millrace.codec.OutputRecord;
import dev.millrace.config.Settings;
import dev.millrace.data.PublicApi;
import dev.millrace.flink.OutputTags;
import dev.millrace.flink.SummaryFunction;
import dev.millrace.flink.TrainOperator;
import dev.millrace.flink.kafka.KafkaIo;
import dev.millrace.report.SummarySample;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.jspecify.annotations.Nullable;

/**
 * The results of a pipeline as streams. What no method is called for is not computed, apart from
 * metrics, events, dead letters and models, which cost little.
 *
 * <p>The records are those that the packaged job writes to its topics: the key and the JSON value
 * of each, see {@code docs/reference/records.md}. A result has the timestamp of the example behind
 * it, or the first one after the watermark if the watermark has passed it, as with reports by the
 * clock; so windows on these streams find nothing late. Without timestamps in, there are none out.
 */
@PublicApi
public sealed class MillraceStreams permits ElementStreams {
  private final Settings settings;
  private final String prefix;
  private final TrainOperator operator;
  private final SingleOutputStreamOperator<OutputRecord> train;
  // Dead letters of operators before training; null if there are none.
  private final @Nullable DataStream<OutputRecord> rejected;
  private @Nullable DataStream<MetricsRow> metricRows;
  private @Nullable DataStream<PredictionRow> predictionRows;
  private @Nullable DataStream<EventRow> eventRows;
  private @Nullable DataStream<OutputRecord> summaries;

  MillraceStreams(
      Settings settings,
      String prefix,
      TrainOperator operator,
      SingleOutputStreamOperator<OutputRecord> train,
      @Nullable DataStream<OutputRecord> rejected) {
    this.settings = settings;
    this.prefix = prefix;
    this.operator = operator;
    this.train = train;
    this.rejected = rejected;
  }

  MillraceStreams(MillraceStreams same) {
    this(same.settings, same.prefix, same.operator, same.train, same.rejected);
  }

  /**
   * Returns how results are written to a topic, with key, value, headers and timestamp as the
   * packaged job writes them: for {@code KafkaSink.builder().setRecordSerializer(...)}.
   */
  public static KafkaRecordSerializationSchema<OutputRecord> kafkaSerializer(String topic) {
    return KafkaIo.serializer(topic);
  }

  /** Returns the metrics of each key, a JSON object every {@code metrics.every} examples. */
  public DataStream<OutputRecord> metrics() {
    return train;
  }

  /** Returns {@link #metrics} as rows, to compare, join or turn into a table. */
  public DataStream<MetricsRow> metricRows() {
    if (metricRows == null) {
      metricRows = rows(metrics(), MetricsRow.reader(), MetricsRow.TYPE, "metric-rows");
    }
    return metricRows;
  }

  /**
   * Returns the prediction for each example, made before the model learned from it, as a JSON
   * object; with or without {@code output.predictions}.
   */
  public DataStream<OutputRecord> predictions() {
    operator.emitPredictions();
    return writtenPredictions();
  }

  /** Returns {@link #predictions} as rows, to join or to turn into a table. */
  public DataStream<PredictionRow> predictionRows() {
    if (predictionRows == null) {
      predictionRows =
          rows(predictions(), PredictionRow.reader(), PredictionRow.TYPE, "prediction-rows");
    }
    return predictionRows;
  }

  /** Returns the records of predictions that have the elements with them. */
  final DataStream<OutputRecord> elementRecords() {
    operator.emitElements();
    return train.getSideOutput(OutputTags.ELEMENTS);
  }

  /** Returns records as rows, by an operator with the parallelism of training. */
  final <R> DataStream<R> rows(
      DataStream<OutputRecord> records,
      MapFunction<OutputRecord, R> rows,
      TypeInformation<R> type,
      String name) {
    return records
        .map(rows)
        .returns(type)
        .setParallelism(train.getParallelism())
        .uid(prefix + name)
        .name(prefix + name);
  }

  /** Returns what happens to models, such as drift, a reset or a promotion, as JSON objects. */
  public DataStream<OutputRecord> events() {
    return train.getSideOutput(OutputTags.EVENTS);
  }

  /** Returns {@link #events} as rows. */
  public DataStream<EventRow> eventRows() {
    if (eventRows == null) {
      eventRows = rows(events(), EventRow.reader(), EventRow.TYPE, "event-rows");
    }
    return eventRows;
  }

  /**
   * Returns the rejected elements: the fields that were set, as a JSON object, with the reason in
   * headers whose names begin with {@code __millrace.errors.}.
   */
  public DataStream<OutputRecord> deadLetters() {
    DataStream<OutputRecord> trainDeadLetters = train.getSideOutput(OutputTags.DEAD_LETTERS);
    return rejected == null ? trainDeadLetters : trainDeadLetters.union(rejected);
  }

  /**
   * Returns copies of the models, as {@code output.snapshots} says and at the end of the input. A
   * value is the model in bytes, null once the key is forgotten. A large model comes in parts, and
   * one of many ids in segments, to which each copy adds what has changed: all records of a key are
   * to be written, in their order, for {@link dev.millrace.codec.models.ModelAssembler} to join.
   */
  public DataStream<OutputRecord> models() {
    return train.getSideOutput(OutputTags.MODELS);
  }

  /**
   * Returns the summary of all keys as a JSON object, every few seconds while examples arrive; with
   * or without {@code output.summary}.
   */
  public DataStream<OutputRecord> summaries() {
    if (summaries == null) {
      operator.emitSummary();
      summaries = summaries(true);
    }
    return summaries;
  }

  /** Returns the predictions if the settings ask for them, else an empty stream. */
  DataStream<OutputRecord> writtenPredictions() {
    return train.getSideOutput(OutputTags.PREDICTIONS);
  }

  /** Returns the summaries if the settings ask for them, else an empty stream. */
  DataStream<OutputRecord> writtenSummaries() {
    return summaries(settings.output().publish().summary());
  }

  private DataStream<OutputRecord> summaries(boolean isEnabled) {
    String pipeline = settings.pipeline();
    return train
        .getSideOutput(OutputTags.SUMMARY)
        .keyBy(new OneKey(pipeline), Types.STRING)
        .process(new SummaryFunction(pipeline, settings.configHash(), isEnabled))
        .returns(OutputTags.RECORD)
        .uid(prefix + "summary")
        .name(prefix + "summary");
  }

  /**
   * Gives all samples one key. No lambda of this class: reading it back would load all types of its
   * methods, and those of Kafka's connector are not in each job.
   */
  private record OneKey(String name) implements KeySelector<SummarySample, String> {
    @Override
    public String getKey(SummarySample sample) {
      return name;
    }
  }
}
