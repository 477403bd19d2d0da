package dev.millrace.config;

import dev.millrace.config.input.Start;
import dev.millrace.config.kafka.Secrets;
import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.PublicApi;
import dev.millrace.data.Setting;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.eval.drift.InputDriftSpec;
import dev.millrace.flink.StateSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.prequential.spec.DriftPolicy;
import dev.millrace.prequential.spec.PublishSpec;
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
    @Nullable String warmStartKey)
    implements Serializable {

  /** Creates settings with a model that knows which features are indicators. */
  public Settings {
    kafka = Map.copyOf(kafka);
    model = model.withIndicators(Indicators.of(input.spec()));
  }

  /** Returns the first eight hex digits of the SHA-256 of the settings that determine models. */
  public String configHash() {
    return ConfigHash.of(input.spec(), model, metrics.validation(), drift);
  }

  /** Returns the same with another input. */
  public Settings withInput(Input other) {
    return new Settings(
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

  /** Returns the same with another model. */
  public Settings withModel(ModelSpec other) {
    return new Settings(
        pipeline, kafka, input, other, metrics, drift, inputDrift, output, state, warmStartKey);
  }

  /** Returns the same with another warm-start key, null for none. */
  public Settings withWarmStartKey(@Nullable String other) {
    return new Settings(
        pipeline, kafka, input, model, metrics, drift, inputDrift, output, state, other);
  }

  /** Returns the same with other metrics. */
  public Settings withMetrics(MetricsSpec other) {
    return new Settings(
        pipeline, kafka, input, model, other, drift, inputDrift, output, state, warmStartKey);
  }

  /** Returns the same with other records and models on the output topics. */
  public Settings withPublish(PublishSpec other) {
    return new Settings(
        pipeline,
        kafka,
        input,
        model,
        metrics,
        drift,
        inputDrift,
        output.with(other),
        state,
        warmStartKey);
  }

  /** Returns the same with other client properties. */
  public Settings withKafka(Map<String, String> other) {
    return new Settings(
        pipeline, other, input, model, metrics, drift, inputDrift, output, state, warmStartKey);
  }

  /** Returns the group under which the pipeline commits what it has read. */
  public String consumerGroup() {
    return "millrace-" + pipeline;
  }

  /**
   * Returns the group under which the pipeline commits which commands it has read. No pipeline name
   * contains a slash, so the group differs from the consumer groups of all pipelines.
   */
  public String commandsGroup() {
    return consumerGroup() + "/commands";
  }

  /** Returns the group whose committed offset is the lease of the pipeline. */
  public String leaseGroup() {
    return consumerGroup() + "/lease";
  }

  /** Returns how the engine trains the models. */
  public TrainSpec trainSpec() {
    return TrainSpec.of(pipeline, input.topic(), input.spec(), model)
        .with(
            to -> {
              to.metrics = metrics;
              to.configHash = configHash();
              to.drift = drift;
              to.inputDrift = inputDrift;
              to.publish = output.publish();
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
        + configHash()
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
   * @param publish what is published besides metrics and events
   */
  public record Output(
      String metrics,
      String predictions,
      String events,
      String deadLetters,
      String models,
      String summary,
      @Nullable String commands,
      PublishSpec publish,
      @Setting(
              value = "at-least-once",
              doc = "how surely; exactly-once shows records when a checkpoint ends")
          Guarantee guarantee)
      implements Serializable {

    /** Returns the same with other records and models. */
    public Output with(PublishSpec other) {
      return new Output(
          metrics, predictions, events, deadLetters, models, summary, commands, other, guarantee);
    }

    /** Returns the topics that must exist. */
    public List<String> topics() {
      List<String> topics = new ArrayList<>(List.of(metrics, events, deadLetters, models));
      if (publish.predictions()) {
        topics.add(predictions);
      }
      if (publish.summary()) {
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
