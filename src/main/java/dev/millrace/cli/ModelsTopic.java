package dev.millrace.cli;

import dev.millrace.Settings;
import dev.millrace.Spelling;
import dev.millrace.flink.ModelSnapshot;
import dev.millrace.flink.Onlooker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;

/** The newest model of each key on a models topic, as far as it was written when it was read. */
final class ModelsTopic {
  private static final int LONGEST_KEYS = 60;

  private final String topic;
  private final Map<String, ModelSnapshot> models = new TreeMap<>();
  private int skipped;

  private ModelsTopic(String topic) {
    this.topic = topic;
  }

  /**
   * Reads the whole topic.
   *
   * @param notice takes one line about records that are no models
   * @throws CliError if the brokers cannot be read, or there is no model
   */
  static ModelsTopic read(Map<String, String> kafka, String topic, Consumer<String> notice) {
    ModelsTopic read = new ModelsTopic(topic);
    try {
      Onlooker.readAll(kafka, topic, read::take);
    } catch (KafkaException e) {
      throw BrokerCheck.failure("Topic " + topic + " cannot be read", e);
    }
    read.tellOfSkipped(notice);
    if (read.models.isEmpty()) {
      throw new CliError(
          "Topic %s has no models. A job publishes them when its input ends or it is drained."
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
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    if (record.key() == null) {
      skipped++;
      return;
    }
    String key = new String(record.key(), StandardCharsets.UTF_8);
    if (record.value() == null) {
      models.remove(key);
      return;
    }
    try {
      String pipeline = ModelSnapshot.header(record.headers(), ModelSnapshot.PIPELINE_HEADER);
      String config = ModelSnapshot.header(record.headers(), ModelSnapshot.CONFIG_HEADER);
      models.put(key, ModelSnapshot.decode(pipeline, config, key, record.value()));
    } catch (IOException e) {
      skipped++;
    }
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
    return "It has " + keys + ". See them with: ./millrace models list";
  }

  // A record from elsewhere may not say whose it is.
  private static boolean isOf(ModelSnapshot model, Settings settings) {
    return model.pipeline() == null || settings.pipeline().equals(model.pipeline());
  }
}
