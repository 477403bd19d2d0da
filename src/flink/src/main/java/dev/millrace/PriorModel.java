package dev.millrace;

import dev.millrace.codec.models.ModelAssembler;
import dev.millrace.codec.models.ModelAssembler.Arrival;
import dev.millrace.config.Settings;
import dev.millrace.config.model.WarmStart;
import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.input.InputSpec;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.kafka.TopicReader;
import dev.millrace.nn.spec.AutoModelSpec;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.serving.ModelTopicReader;
import java.io.IOException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the newest model of a key on the pipeline's models topic, for {@code model.warm-start.key}
 * or {@code auto.warm-start.key}.
 *
 * <p>It is read once, before the job starts, and is part of the job. The current model of that key
 * would differ for each new key, depending on which of two subtasks was faster.
 */
final class PriorModel {
  private static final Logger LOG = LoggerFactory.getLogger(PriorModel.class);
  private static final String SUBJECT = "%s.warm-start.key is \"%s\", but ";

  private final Settings settings;
  // Newest of the key.
  private @Nullable Arrival newest;
  // True if a newer one lacks records.
  private boolean isIncomplete;

  private PriorModel(Settings settings) {
    this.settings = settings;
  }

  /**
   * Returns settings whose new models start from the prior model, if the pipeline names one.
   *
   * @throws InvalidPipelineException if there is no such model, or it does not fit
   */
  static Settings resolve(Settings settings) {
    return settings.warmStartKey() == null ? settings : new PriorModel(settings).resolved();
  }

  private Settings resolved() {
    String topic = settings.output().models();
    try (ModelTopicReader reader = new ModelTopicReader(settings.kafka(), topic)) {
      ModelAssembler models =
          new ModelAssembler(
              settings.state().spec().stateBytes(), reader, ModelAssembler.Listener.NONE);
      TopicReader.readAll(settings.kafka(), topic, record -> accept(record, models));
      isIncomplete = models.incompleteKeys().contains(settings.warmStartKey());
    } catch (KafkaException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw rejection("topic %s cannot be read: %s.".formatted(topic, cause.getMessage()));
    }
    if (newest == null || newest.bytes() == null) {
      throw missing(topic);
    }
    return startingFrom(newest, newest.bytes(), topic);
  }

  private InvalidPipelineException missing(String topic) {
    if (isIncomplete) {
      return rejection(
          "some records of that model are missing on topic %s; start again once the job has published the next ones"
              .formatted(topic));
    }
    return rejection(
        ("topic %s has no model of that key. A job publishes its models as configured by"
                + " output.snapshots, and when it is drained. List them with: ./millrace models"
                + " list")
            .formatted(topic));
  }

  private Settings startingFrom(Arrival stored, byte[] bytes, String topic) {
    String pipeline = stored.pipeline();
    if (pipeline != null && !pipeline.equals(settings.pipeline())) {
      throw rejection(
          "that model is of the pipeline %s. Export it, and name the file with %s.warm-start.file"
              .formatted(pipeline, part(settings)));
    }
    try {
      ModelSnapshot prior = ModelSnapshot.decode(pipeline, stored.config(), stored.key(), bytes);
      if (isIncomplete) {
        LOG.warn(
            "The newest model of key {} on {} is incomplete; new models start from the one before,"
                + " of {} examples.",
            stored.key(),
            topic,
            prior.learner().examples());
      }
      return startingFrom(prior);
    } catch (IOException e) {
      throw rejection("it cannot be used: " + e.getMessage());
    }
  }

  private void accept(ConsumerRecord<byte[], byte[]> candidate, ModelAssembler models) {
    try {
      Arrival arrival = models.accept(KafkaClients.record(candidate));
      if (arrival != null && arrival.key().equals(settings.warmStartKey())) {
        newest = arrival;
      }
    } catch (IOException e) {
      // The record is not of a model; models list reports it.
    }
  }

  private Settings startingFrom(ModelSnapshot prior) throws IOException {
    InputSpec input = settings.input().spec();
    ModelSpec model =
        settings
            .model()
            .match(
                network -> network.withStart(WarmStart.network(prior, network, input)),
                auto -> auto.withStart(WarmStart.mixture(prior, auto, input)),
                selection -> selection); // which has no prior model
    return settings
        .withWarmStartKey(null)
        .withModel(model)
        .withInput(settings.input().withSpec(input.with(to -> to.task = prior.task())));
  }

  /** Returns the section that names the key: {@code model}, or {@code auto} for a mixture. */
  static String part(Settings settings) {
    return settings.model() instanceof AutoModelSpec ? "auto" : "model";
  }

  private InvalidPipelineException rejection(String reason) {
    return new InvalidPipelineException(
        SUBJECT.formatted(part(settings), settings.warmStartKey()) + reason);
  }
}
