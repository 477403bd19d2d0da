package dev.millrace;

import dev.millrace.codec.OutputRecord;
import dev.millrace.config.Settings;
import dev.millrace.data.PublicApi;
import dev.millrace.flink.OutputTags;
import dev.millrace.flink.SummaryFunction;
import dev.millrace.flink.TrainOperator;
import dev.millrace.flink.kafka.KafkaIo;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.Types;
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
public final class MillraceStreams {
  private final Settings settings;
  private final String prefix;
  private final TrainOperator operator;
  private final SingleOutputStreamOperator<OutputRecord> train;
  // Of operators before training; null if there are none.
  private final @Nullable DataStream<OutputRecord> rejected;
  private @Nullable DataStream<PredictionRow> rows;
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
    if (rows == null) {
      String name = prefix + "prediction-rows";
      rows =
          predictions()
              .map((MapFunction<OutputRecord, PredictionRow>) PredictionRow::of)
              .returns(PredictionRow.TYPE)
              .setParallelism(train.getParallelism())
              .uid(name)
              .name(name);
    }
    return rows;
  }

  /** Returns what happens to models, such as drift, a reset or a promotion, as JSON objects. */
  public DataStream<OutputRecord> events() {
    return train.getSideOutput(OutputTags.EVENTS);
  }

  /**
   * Returns the rejected elements: the fields that were set, as a JSON object, with the reason in
   * headers whose names begin with {@code __millrace.errors.}.
   */
  public DataStream<OutputRecord> deadLetters() {
    DataStream<OutputRecord> ofTraining = train.getSideOutput(OutputTags.DEAD_LETTERS);
    return rejected == null ? ofTraining : ofTraining.union(rejected);
  }

  /**
   * Returns copies of the models, as {@code output.snapshots} says and at the end of the input. A
   * value is the model in bytes, null once the key is forgotten. A large model comes in parts, and
   * one of many ids in segments, to which each copy adds what has changed: all records of a key are
   * to be written, in their order, for {@link dev.millrace.codec.ModelAssembler} to join.
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
    return summaries(settings.output().hasSummary());
  }

  private DataStream<OutputRecord> summaries(boolean isEnabled) {
    String pipeline = settings.pipeline();
    return train
        .getSideOutput(OutputTags.SUMMARY)
        .keyBy(sample -> pipeline, Types.STRING)
        .process(new SummaryFunction(pipeline, settings.configHash(), isEnabled))
        .returns(OutputTags.RECORD)
        .uid(prefix + "summary")
        .name(prefix + "summary");
  }
}
