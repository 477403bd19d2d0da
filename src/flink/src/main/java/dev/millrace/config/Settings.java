package dev.millrace.config;

import dev.millrace.config.input.Start;
import dev.millrace.config.kafka.Secrets;
import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.PublicApi;
import dev.millrace.data.Setting;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.eval.drift.InputDriftSpec;
import dev.millrace.explain.RowColumns;
import dev.millrace.flink.StateSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.prequential.spec.DriftPolicy;
import dev.millrace.prequential.spec.SnapshotSpec;
import dev.millrace.prequential.spec.TrainSpec;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a valid pipeline, including all defaults.
 *
 * @param pipeline name of the pipeline, which is part of the consumer group, the transactional ids
 *     and the metrics
 * @param kafka client properties, {@code bootstrap.servers} among them
 * @param drift null without a detector of concept drift
 * @param inputDrift null if drift of the input is not detected
 * @param warmStartKey key whose published model new ones start from, null if there is none
 * @param configHash first eight hex digits of the SHA-256 of the settings that determine models
 */
@PublicApi
public record Settings(
    String pipeline,
    Map<String, String> kafka,
    Input input,
    ModelSpec model,
    MetricsSpec metrics,
    @Nullable DriftPolicy drift,
    @Nullable InputDriftSpec inputDrift,
    Output output,
    State state,
    @Nullable String warmStartKey,
    String configHash)
    implements Serializable {

  public Settings {
    kafka = Map.copyOf(kafka);
  }

  /** Returns settings with their hash, and a model that knows which features are indicators. */
  public static Settings of(
      String pipeline,
      Map<String, String> kafka,
      Input input,
      ModelSpec model,
      MetricsSpec metrics,
      @Nullable DriftPolicy drift,
      @Nullable InputDriftSpec inputDrift,
      Output output,
      State state,
      @Nullable String warmStartKey) {
    ModelSpec ofInput = model.withIndicators(Indicators.of(input.spec()));
    String hash = ConfigHash.of(input.spec(), ofInput, metrics.validation(), drift);
    return new Settings(
        pipeline,
        kafka,
        input,
        ofInput,
        metrics,
        drift,
        inputDrift,
        output,
        state,
        warmStartKey,
        hash);
  }

  /** Returns the same with another input, and the hash that follows. */
  public Settings withInput(Input other) {
    return of(
        pipeline, kafka, other, model, metrics, drift, inputDrift, output, state, warmStartKey);
  }

  /**
   * Returns the settings of a model whose records declare columns; the same if the pipeline
   * declares them.
   *
   * @param columns null for none
   */
  public Settings withColumns(@Nullable DeclaredColumns columns) {
    return columns == null || input.spec().hasFeatures()
        ? this
        : withInput(input.withSpec(input.spec().ofModel(columns)));
  }

  /** Returns the same for a max number of bytes of an output record. */
  public Settings withOutputBytes(int maxBytes) {
    InputSpec spec = input.spec();
    return withInput(
        input.withSpec(spec.with(to -> to.limits = spec.limits().withOutputBytes(maxBytes))));
  }

  /** Returns the same with another model, and the hash that follows. */
  public Settings withModel(ModelSpec other) {
    return of(
        pipeline, kafka, input, other, metrics, drift, inputDrift, output, state, warmStartKey);
  }

  /** Returns the same with another warm-start key, null for none. */
  public Settings withWarmStartKey(@Nullable String other) {
    return of(pipeline, kafka, input, model, metrics, drift, inputDrift, output, state, other);
  }

  /** Returns the same with other metrics. */
  public Settings withMetrics(MetricsSpec other) {
    return of(pipeline, kafka, input, model, other, drift, inputDrift, output, state, warmStartKey);
  }

  /** Returns the same with other outputs. */
  public Settings withOutput(Output other) {
    return of(
        pipeline, kafka, input, model, metrics, drift, inputDrift, other, state, warmStartKey);
  }

  /** Returns the same with other client properties. */
  public Settings withKafka(Map<String, String> other) {
    return of(
        pipeline, other, input, model, metrics, drift, inputDrift, output, state, warmStartKey);
  }

  /** Returns how the engine trains the models. */
  public TrainSpec trainSpec() {
    return TrainSpec.of(pipeline, input.topic(), input.spec(), model)
        .with(
            to -> {
              to.metrics = metrics;
              to.configHash = configHash;
              to.drift = drift;
              to.inputDrift = inputDrift;
              to.predictions = output.hasPredictions();
              to.interval = output.interval();
              to.reasons = output.reasons();
              to.snapshots = output.snapshots().to(output.models());
              to.summary = output.hasSummary();
              to.commands = output.commands();
            });
  }

  /** Returns all settings, with secrets masked. */
  @Override
  public String toString() {
    return "Settings[pipeline="
        + pipeline
        + ", kafka="
        + Secrets.masked(kafka)
        + ", input="
        + input
        + ", model="
        + model
        + ", metrics="
        + metrics
        + ", drift="
        + drift
        + ", inputDrift="
        + inputDrift
        + ", output="
        + output
        + ", state="
        + state
        + ", warmStartKey="
        + warmStartKey
        + ", configHash="
        + configHash
        + "]";
  }

  /** The topic of the examples, and how a record becomes an example. */
  public record Input(String topic, Start start, InputSpec spec) implements Serializable {

    /** Returns the topic of the features, and the topic of the labels if they have their own. */
    public List<String> topics() {
      return spec.labels() == null || spec.labels().topic() == null
          ? List.of(topic)
          : List.of(topic, spec.labels().topic());
    }

    /** Returns the same with another specification. */
    public Input withSpec(InputSpec other) {
      return new Input(topic, start, other);
    }
  }

  /**
   * The topics that a pipeline writes, and the delivery guarantee.
   *
   * @param commands topic of commands to running jobs; null if none are read
   * @param snapshots when models are published
   */
  public record Output(
      String metrics,
      String predictions,
      String events,
      String deadLetters,
      String models,
      String summary,
      @Nullable String commands,
      @Setting(
              value = "false",
              name = "predictions",
              doc =
                  "publish the prediction for each example, made before the model learned from it")
          boolean hasPredictions,
      @Setting(
              value = "0",
              in = "[0, 1)",
              doc =
                  "level of intervals, such as 0.9: that share of the labels is to be between low"
                      + " and high around a predicted value, or in the set of predicted classes; 0"
                      + " is off; see docs/intervals.md")
          double interval,
      @Setting(
              value = "0",
              in = "[0, " + RowColumns.MAX + "]",
              doc =
                  "max number of columns that a prediction names as its reasons, those that moved"
                      + " it most; 0 is off; see docs/reasons.md")
          int reasons,
      SnapshotSpec snapshots,
      @Setting(
              value = "false",
              name = "summary",
              doc = "publish a summary of all models every few seconds, by the clock")
          boolean hasSummary,
      @Setting(
              value = "at-least-once",
              doc = "how surely; exactly-once shows records when a checkpoint ends")
          Guarantee guarantee)
      implements Serializable {

    /** Returns the same with predictions. */
    public Output withPredictions() {
      return with(true, interval, reasons, snapshots);
    }

    /** Returns the same with intervals of another level, 0 for none. */
    public Output withInterval(double level) {
      return with(hasPredictions, level, reasons, snapshots);
    }

    /** Returns the same with another max number of columns that explain a prediction. */
    public Output withReasons(int max) {
      return with(hasPredictions, interval, max, snapshots);
    }

    /** Returns the same with models that are published at the end of the input alone. */
    public Output withModelsAtTheEnd() {
      return with(hasPredictions, interval, reasons, SnapshotSpec.AT_THE_END);
    }

    private Output with(
        boolean publishesPredictions, double level, int maxReasons, SnapshotSpec published) {
      return new Output(
          metrics,
          predictions,
          events,
          deadLetters,
          models,
          summary,
          commands,
          publishesPredictions,
          level,
          maxReasons,
          published,
          hasSummary,
          guarantee);
    }

    /** Returns the topics that must exist. */
    public List<String> topics() {
      List<String> topics = new ArrayList<>(List.of(metrics, events, deadLetters, models));
      if (hasPredictions) {
        topics.add(predictions);
      }
      if (hasSummary) {
        topics.add(summary);
      }
      if (commands != null) {
        topics.add(commands);
      }
      return List.copyOf(topics);
    }
  }

  /** Delivery of the output topics. */
  public enum Guarantee {
    AT_LEAST_ONCE,
    EXACTLY_ONCE
  }

  /**
   * Storage of the state of the models.
   *
   * @param spec limits and expiry of the state
   */
  public record State(
      @Setting(value = "heap", doc = "memory, or disk for more models than memory holds")
          Backend backend,
      @Setting(
              value = "10s",
              in = "[10ms, 24h]",
              name = "checkpoint-interval",
              doc = "time between two checkpoints")
          long checkpointMillis,
      StateSpec spec)
      implements Serializable {}

  /** State backends of Flink. */
  public enum Backend {
    HEAP,
    ROCKSDB
  }
}
