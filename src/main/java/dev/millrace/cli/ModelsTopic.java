package dev.millrace.cli;

import dev.millrace.Settings;
import dev.millrace.Spelling;
import dev.millrace.flink.KafkaIo;
import dev.millrace.flink.ModelAssembler;
import dev.millrace.flink.ModelAssembler.Arrival;
import dev.millrace.flink.ModelSnapshot;
import dev.millrace.flink.Onlooker;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * The newest model of each key on a models topic, as far as it was written when it was read, or
 * what is known of it: all models of a large topic would not fit into memory.
 */
final class ModelsTopic {
  private static final int LONGEST_KEYS = 60;

  private final String topic;
  private final Predicate<String> wanted;
  private final String listing;
  private final ModelAssembler parts = new ModelAssembler();
  private final Map<String, ModelSnapshot> models = new TreeMap<>();
  private int skipped;

  private ModelsTopic(String topic, Predicate<String> wanted, String listing) {
    this.topic = topic;
    this.wanted = wanted;
    this.listing = listing;
  }

  /**
   * Reads the whole topic.
   *
   * @param wanted the keys whose models are kept; of the others it keeps summaries
   * @param listing the command that shows which models there are
   * @param notice takes one line about records that are no models
   * @throws CliError if the brokers cannot be read, or there is no model
   */
  static ModelsTopic read(
      Map<String, String> kafka,
      String topic,
      Predicate<String> wanted,
      String listing,
      Consumer<String> notice) {
    ModelsTopic read = new ModelsTopic(topic, wanted, listing);
    try {
      Onlooker.readAll(kafka, topic, read::take);
    } catch (KafkaException e) {
      throw BrokerCheck.failure("Topic " + topic + " cannot be read", e);
    }
    read.tellOfSkipped(notice);
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
              .formatted(Counted.of(parts.incomplete(), "model")));
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    try {
      Arrival arrival = parts.accept(KafkaIo.record(record));
      if (arrival != null && arrival.isForgotten()) {
        models.remove(arrival.key());
      } else if (arrival != null) {
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

  /**
   * The models in the order of their keys.
   *
   * @param settings of the pipeline whose models are wanted, or null for all
   * @throws CliError if the topic has models of other pipelines alone
   */
  Collection<ModelSnapshot> all(Settings settings) {
    if (settings == null) {
      return models.values();
    }
    List<ModelSnapshot> own =
        models.values().stream().filter(model -> isOf(model, settings)).toList();
    if (own.isEmpty()) {
      TreeSet<String> others = new TreeSet<>();
      models.values().forEach(model -> others.add(Terminal.printable(model.pipeline(), 40)));
      throw new CliError(
          "Topic %s has no model of pipeline %s, only of %s."
                  .formatted(topic, settings.pipeline(), String.join(", ", others))
              + " Take that pipeline's file, or --bootstrap-server.");
    }
    return own;
  }

  /** Whether a key has a model, of whatever pipeline. */
  boolean has(String key) {
    return models.containsKey(key);
  }

  /**
   * The model of a key.
   *
   * @param settings of the pipeline whose model it must be, or null for any
   * @throws CliError if there is none
   */
  ModelSnapshot model(String key, Settings settings) {
    ModelSnapshot model = models.get(key);
    if (model == null) {
      String nearest = Spelling.nearest(key, models.keySet());
      throw new CliError(
          "Topic %s has no model of key \"%s\". %s"
              .formatted(
                  topic,
                  Terminal.printable(key, 60),
                  nearest == null
                      ? keys()
                      : "Did you mean \"" + Terminal.printable(nearest, 60) + "\"?"));
    }
    if (settings != null && !isOf(model, settings)) {
      throw new CliError(
          "The model of key \"%s\" on %s is of pipeline %s, not %s. Take that pipeline's file."
              .formatted(
                  Terminal.printable(key, 60),
                  topic,
                  Terminal.printable(model.pipeline(), 40),
                  settings.pipeline()));
    }
    return model;
  }

  private String keys() {
    String keys = Terminal.printable(String.join(", ", models.keySet()), LONGEST_KEYS);
    return "It has " + keys + ". See them with: " + listing;
  }

  // A record from elsewhere may not say whose it is.
  private static boolean isOf(ModelSnapshot model, Settings settings) {
    return model.pipeline() == null || settings.pipeline().equals(model.pipeline());
  }
}
