package dev.millrace.config;

import dev.millrace.data.InputSpec;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.flink.StateSpec;
import dev.millrace.nn.Indicators;
import dev.millrace.nn.ModelSpec;
import dev.millrace.prequential.DriftPolicy;
import dev.millrace.prequential.SnapshotSpec;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A validated pipeline: what the file said, with every default filled in.
 *
 * @param pipeline names the consumer group, the transactional ids and the metrics
 * @param kafka client properties, {@code bootstrap.servers} among them
 * @param drift how drift is looked for, or null
 * @param prior key whose published model new ones start from, or null
 * @param configHash first eight hex digits of the SHA-256 of everything that shapes a model
 */
public record Settings(
    String pipeline,
    Map<String, String> kafka,
    Input input,
    ModelSpec model,
    MetricsSpec metrics,
    DriftPolicy drift,
    Output output,
    State state,
    String prior,
    String configHash)
    implements Serializable {

  public Settings {
    kafka = Map.copyOf(kafka);
  }

  /** Settings whose hash is computed, and whose model knows which features are indicators. */
  public static Settings of(
      String pipeline,
      Map<String, String> kafka,
      Input input,
      ModelSpec model,
      MetricsSpec metrics,
      DriftPolicy drift,
      Output output,
      State state,
      String prior) {
    ModelSpec ofInput = model.withIndicators(Indicators.of(input.spec()));
    String hash = ConfigHash.of(input.spec(), ofInput, metrics.validation(), drift);
    return new Settings(
        pipeline, kafka, input, ofInput, metrics, drift, output, state, prior, hash);
  }

  /** The same with another input, and the hash that follows. */
  public Settings withInput(Input other) {
    return of(pipeline, kafka, other, model, metrics, drift, output, state, prior);
  }

  /** The same where output topics take records of so many bytes at most. */
  public Settings withOutputBytes(int most) {
    InputSpec spec = input.spec();
    return withInput(input.withSpec(spec.withLimits(spec.limits().withOutputBytes(most))));
  }

  /** The same with another model, and the hash that follows. */
  public Settings withModel(ModelSpec other) {
    return of(pipeline, kafka, input, other, metrics, drift, output, state, prior);
  }

  /** The same with another prior, or null for none. */
  public Settings withPrior(String other) {
    return of(pipeline, kafka, input, model, metrics, drift, output, state, other);
  }

  /** The same with other metrics. */
  public Settings withMetrics(MetricsSpec other) {
    return of(pipeline, kafka, input, model, other, drift, output, state, prior);
  }

  /** The same with other outputs. */
  public Settings withOutput(Output other) {
    return of(pipeline, kafka, input, model, metrics, drift, other, state, prior);
  }

  /** The same with other client properties. */
  public Settings withKafka(Map<String, String> other) {
    return of(pipeline, other, input, model, metrics, drift, output, state, prior);
  }

  /** All of it but the secrets. */
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
        + ", output="
        + output
        + ", state="
        + state
        + ", prior="
        + prior
        + ", configHash="
        + configHash
        + "]";
  }

  /** Where examples come from, and how a record becomes one. */
  public record Input(String topic, Start start, InputSpec spec) implements Serializable {

    /** The topics that are read: that of the features, and that of labels if there is one. */
    public List<String> topics() {
      return spec.labels() == null || spec.labels().topic() == null
          ? List.of(topic)
          : List.of(topic, spec.labels().topic());
    }

    /** The same for another way from record to example. */
    public Input withSpec(InputSpec other) {
      return new Input(topic, start, other);
    }
  }

  /** Where a pipeline without a checkpoint starts to read. */
  public enum Start {
    EARLIEST,
    LATEST,
    /** The offsets committed for the consumer group, the earliest where there are none. */
    COMMITTED
  }

  /**
   * The topics that a pipeline writes, and how surely.
   *
   * @param commands from which commands to running jobs are read; null if none are
   * @param hasPredictions whether anything is written to the topic of predictions
   * @param snapshots when models are published
   * @param hasSummary whether anything is written to the topic of the summary
   */
  public record Output(
      String metrics,
      String predictions,
      String events,
      String deadLetters,
      String models,
      String summary,
      String commands,
      boolean hasPredictions,
      SnapshotSpec snapshots,
      boolean hasSummary,
      Guarantee guarantee)
      implements Serializable {

    /** The same, and predictions are written. */
    public Output withPredictions() {
      return new Output(
          metrics,
          predictions,
          events,
          deadLetters,
          models,
          summary,
          commands,
          true,
          snapshots,
          hasSummary,
          guarantee);
    }

    /** The topics that must be there. */
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
   * Where models live between records.
   *
   * @param checkpointMillis time between two checkpoints
   * @param spec how models are kept on it
   */
  public record State(Backend backend, long checkpointMillis, StateSpec spec)
      implements Serializable {}

  /** Flink's state backends. */
  public enum Backend {
    HEAP,
    ROCKSDB
  }
}
