package dev.millrace.config.kafka;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.jspecify.annotations.Nullable;

/** The properties that Kafka's clients define. */
final class KafkaClientKeys {
  /** Sorted by name, so that suggestions are deterministic. */
  private static final Map<String, ConfigKey> KNOWN = knownKeys();

  private KafkaClientKeys() {}

  /** Returns the client's definition of a property, null for an unknown property. */
  static @Nullable ConfigKey known(String key) {
    return KNOWN.get(key);
  }

  /** Returns the names of all properties, sorted. */
  static Set<String> names() {
    return KNOWN.keySet();
  }

  private static Map<String, ConfigKey> knownKeys() {
    Map<String, ConfigKey> known = new TreeMap<>(AdminClientConfig.configDef().configKeys());
    known.putAll(ProducerConfig.configDef().configKeys());
    known.putAll(ConsumerConfig.configDef().configKeys());
    return known;
  }
}
