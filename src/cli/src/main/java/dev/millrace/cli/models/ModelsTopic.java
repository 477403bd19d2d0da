package dev.millrace.cli.models;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.Terminal;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.codec.ModelAssembler;
import dev.millrace.codec.ModelAssembler.Arrival;
import dev.millrace.config.Settings;
import dev.millrace.config.yaml.Suggestions;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.kafka.TopicReader;
import dev.millrace.prequential.ModelSnapshot;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * The newest model of each key on a models topic, as far as it was written when it was read, or
 * what is known of it: all models of a large topic would not fit into memory.
 */
public final class ModelsTopic {
  private static final int MAX_KEYS = 60;

  private final String topic;
  // Null if the models of all pipelines are wanted.
  private final Settings settings;
  private final Predicate<String> wanted;
  private final String listing;
  private final ModelAssembler parts = new ModelAssembler();
  private final Map<String, ModelSnapshot> models = new TreeMap<>();
  // Of keys that other pipelines have models of: which.
  private final Map<String, String> others = new TreeMap<>();
  private int skipped;

  private ModelsTopic(String topic, Settings settings, Predicate<String> wanted, String listing) {
    this.topic = topic;
    this.settings = settings;
    this.wanted = wanted;
    this.listing = listing;
  }

  /**
   * Reads the whole topic.
   *
   * @param settings of the pipeline whose models are wanted, or null for all
   * @param wanted the keys whose models are kept; of the others it keeps summaries
   * @param listing the command that shows which models there are
   * @param notice takes one line about records that are no models
   * @throws CliError if the brokers cannot be read, or there is no model of the pipeline
   */
  static ModelsTopic read(
      Map<String, String> kafka,
      String topic,
      Settings settings,
      Predicate<String> wanted,
      String listing,
      Consumer<String> notice) {
    ModelsTopic read = new ModelsTopic(topic, settings, wanted, listing);
    try {
      TopicReader.readAll(kafka, topic, read::take);
    } catch (KafkaException e) {
      throw BrokerCheck.failure("Topic " + topic + " cannot be read", e);
    }
    read.tellOfSkipped(notice);
    if (read.models.isEmpty() && !read.others.isEmpty()) {
      String names =
          new TreeSet<>(read.others.values())
              .stream().map(name -> Terminal.printable(name, 40)).collect(Collectors.joining(", "));
      throw new CliError(
          "Topic %s has no model of pipeline %s, only of %s."
                  .formatted(topic, settings.pipeline(), names)
              + " Take that pipeline's file, or --bootstrap-server.");
    }
    if (read.models.isEmpty()) {
      throw new CliError(
          ("Topic %s has no models. A job publishes them as output.snapshots says, and when its"
                  + " input ends or it is drained.")
              .formatted(topic));
    }
    return read;
  }

  private void tellOfSkipped(Consumer<String> notice) {
    if (skipped > 0) {
      notice.accept(
          skipped == 1
              ? "Skipped 1 record that is no model, or one of a newer release."
              : "Skipped %,d records that are no models, or of a newer release."
                  .formatted(skipped));
    }
    if (parts.incomplete() > 0) {
      notice.accept(
          "Of %s not all parts are there: a job is writing them, or was stopped then."
              .formatted(Plural.of(parts.incomplete(), "model")));
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    try {
      Arrival arrival = parts.accept(KafkaClients.record(record));
      if (arrival == null) {
        return;
      }
      if (settings != null && !arrival.mayBeOf(settings.pipeline())) {
        if (!arrival.isForgotten()) {
          others.put(arrival.key(), arrival.pipeline());
        }
      } else if (arrival.isForgotten()) {
        models.remove(arrival.key());
      } else {
        models.put(arrival.key(), snapshot(arrival));
      }
    } catch (IOException e) {
      skipped++;
    }
  }

  private ModelSnapshot snapshot(Arrival arrival) throws IOException {
    ModelSnapshot model =
        ModelSnapshot.decode(arrival.pipeline(), arrival.config(), arrival.key(), arrival.bytes());
    return wanted.test(arrival.key()) ? model : model.summary();
  }

  /** The models in the order of their keys. */
  Collection<ModelSnapshot> all() {
    return models.values();
  }

  /**
   * The model of a key.
   *
   * @throws CliError if there is none
   */
  public ModelSnapshot model(String key) {
    ModelSnapshot model = models.get(key);
    if (model == null && others.containsKey(key)) {
      throw new CliError(
          "The model of key \"%s\" on %s is of pipeline %s, not %s. Take that pipeline's file."
              .formatted(
                  Terminal.printable(key, 60),
                  topic,
                  Terminal.printable(others.get(key), 40),
                  settings.pipeline()));
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

  /** Whether a key has a model. */
  public boolean has(String key) {
    return models.containsKey(key);
  }

  private String keys() {
    String keys = Terminal.printable(String.join(", ", models.keySet()), MAX_KEYS);
    return "It has " + keys + ". See them with: " + listing;
  }
}
