package dev.millrace.cli.models;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.Terminal;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.codec.models.ModelAssembler;
import dev.millrace.codec.models.ModelAssembler.Arrival;
import dev.millrace.config.Settings;
import dev.millrace.config.yaml.Suggestions;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.kafka.TopicReader;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.serving.ModelTopicReader;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Newest model of each key on a models topic. It holds summaries of models that are not needed, as
 * all models of a large topic would not fit into memory.
 */
public final class ModelsTopic {
  private static final int MAX_KEYS = 60;

  private final String topic;
  private final @Nullable String pipeline;
  private final Predicate<String> wanted;
  private final String listing;
  private final Map<String, ModelSnapshot> models = new TreeMap<>();
  // Pipelines by key, where it is another one.
  private final Map<String, String> otherPipelines = new TreeMap<>();
  private List<String> incomplete = List.of();
  private int skipped;

  private ModelsTopic(
      String topic, @Nullable String pipeline, Predicate<String> wanted, String listing) {
    this.topic = topic;
    this.pipeline = pipeline;
    this.wanted = wanted;
    this.listing = listing;
  }

  /**
   * Reads the whole topic.
   *
   * @param settings of the pipeline whose models are wanted; null for all
   * @param wanted the keys whose models are kept; of the others it keeps summaries
   * @param listing the command that shows which models there are
   * @param notice takes one line about records that are no models
   * @throws CliError if the brokers cannot be read, or there is no model of the pipeline
   */
  static ModelsTopic read(
      Map<String, String> kafka,
      String topic,
      @Nullable Settings settings,
      Predicate<String> wanted,
      String listing,
      Consumer<String> notice) {
    String pipeline = settings == null ? null : settings.pipeline();
    long modelBytes = settings == null ? Long.MAX_VALUE : settings.state().spec().stateBytes();
    ModelsTopic read = new ModelsTopic(topic, pipeline, wanted, listing);
    try (ModelTopicReader reader = new ModelTopicReader(kafka, topic)) {
      ModelAssembler all = new ModelAssembler(modelBytes, reader, ModelAssembler.Listener.NONE);
      TopicReader.readAll(kafka, topic, record -> read.accept(record, all));
      read.incomplete = all.incompleteKeys();
    } catch (KafkaException e) {
      throw BrokerCheck.failure("Topic " + topic + " cannot be read", e);
    }
    read.reportSkipped(notice);
    if (read.models.isEmpty() && pipeline != null && !read.otherPipelines.isEmpty()) {
      String names =
          new TreeSet<>(read.otherPipelines.values())
              .stream().map(name -> Terminal.printable(name, 40)).collect(Collectors.joining(", "));
      throw new CliError(
          "Topic %s has no model of pipeline %s, only of %s.".formatted(topic, pipeline, names)
              + " Use that pipeline's file, or --bootstrap-server.");
    }
    if (read.models.isEmpty()) {
      throw new CliError(
          ("Topic %s has no models. A job publishes them as configured by output.snapshots,"
                  + " and when its input ends or it is drained.")
              .formatted(topic));
    }
    return read;
  }

  private void reportSkipped(Consumer<String> notice) {
    if (skipped > 0) {
      notice.accept(
          skipped == 1
              ? "Skipped 1 record that is no model, or one of a newer release."
              : "Skipped %,d records that are no models, or of a newer release."
                  .formatted(skipped));
    }
    if (!incomplete.isEmpty()) {
      notice.accept(
          ("The newest %s incomplete: a job is writing its records, was stopped while it did, or"
                  + " one was lost. Its previous model is used if the topic has one. %s: %s.")
              .formatted(
                  Plural.of(incomplete.size(), "model is", "models are"),
                  incomplete.size() == 1 ? "Key" : "Keys",
                  Terminal.printable(String.join(", ", incomplete), MAX_KEYS)));
    }
  }

  private void accept(ConsumerRecord<byte[], byte[]> record, ModelAssembler all) {
    try {
      Arrival arrival = all.accept(KafkaClients.record(record));
      if (arrival == null) {
        return;
      }
      byte[] bytes = arrival.bytes();
      if (pipeline != null && !arrival.mayBeOf(pipeline)) {
        if (bytes != null) {
          otherPipelines.put(arrival.key(), arrival.pipeline());
        }
      } else if (bytes == null) {
        models.remove(arrival.key());
      } else {
        models.put(arrival.key(), snapshot(arrival, bytes));
      }
    } catch (IOException e) {
      skipped++;
    }
  }

  private ModelSnapshot snapshot(Arrival arrival, byte[] bytes) throws IOException {
    ModelSnapshot model =
        ModelSnapshot.decode(arrival.pipeline(), arrival.config(), arrival.key(), bytes);
    return wanted.test(arrival.key()) ? model : model.summary();
  }

  /** Returns the models in the order of their keys. */
  Collection<ModelSnapshot> all() {
    return models.values();
  }

  /**
   * Returns the model of a key.
   *
   * @throws CliError if there is none
   */
  public ModelSnapshot model(String key) {
    ModelSnapshot model = models.get(key);
    if (model == null && pipeline != null && otherPipelines.containsKey(key)) {
      throw new CliError(
          "The model of key \"%s\" on %s is of pipeline %s, not %s. Use that pipeline's file."
              .formatted(
                  Terminal.printable(key, 60),
                  topic,
                  Terminal.printable(otherPipelines.get(key), 40),
                  pipeline));
    }
    if (model == null) {
      String nearest = Suggestions.nearest(key, models.keySet());
      throw new CliError(
          "Topic %s has no model of key \"%s\". %s"
              .formatted(
                  topic,
                  Terminal.printable(key, 60),
                  nearest == null
                      ? keys()
                      : "Did you mean \"" + Terminal.printable(nearest, 60) + "\"?"));
    }
    return model;
  }

  /** Returns true if a key has a model. */
  public boolean has(String key) {
    return models.containsKey(key);
  }

  private String keys() {
    String keys = Terminal.printable(String.join(", ", models.keySet()), MAX_KEYS);
    return "It has " + keys + ". See them with: " + listing;
  }
}
