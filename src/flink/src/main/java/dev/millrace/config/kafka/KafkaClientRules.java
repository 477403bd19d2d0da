package dev.millrace.config.kafka;

import dev.millrace.config.yaml.ConfigErrors;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Checks combinations of Kafka properties that the clients reject when a job starts, which would
 * make it restart forever. Values from config providers are not checked.
 */
final class KafkaClientRules {
  private final Map<String, Object> given = new HashMap<>();
  private final Set<String> filledIn = new HashSet<>();
  private final Map<String, Integer> lines;
  private final int line;
  private final ConfigErrors errors;

  private KafkaClientRules(
      Map<String, String> properties, Map<String, Integer> lines, int line, ConfigErrors errors) {
    this.lines = lines;
    this.line = line;
    this.errors = errors;
    properties.forEach(
        (key, value) -> {
          ConfigKey known = KafkaClientKeys.known(key);
          if (Secrets.PLACEHOLDER.matcher(value).find()) {
            filledIn.add(key);
          } else if (known != null && known.type != ConfigDef.Type.CLASS) {
            given.put(key, value); // classes may exist on the cluster only
          }
        });
    given.remove(AbstractConfig.CONFIG_PROVIDERS_CONFIG);
    given.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, "any:1");
  }

  /**
   * @param properties properties that are valid each by itself
   * @param lines line of each property
   * @param line first line of the properties
   */
  static void check(
      Map<String, String> properties,
      Map<String, Integer> lines,
      int line,
      boolean exactlyOnce,
      ConfigErrors errors) {
    new KafkaClientRules(properties, lines, line, errors).check(exactlyOnce);
  }

  private void check(boolean exactlyOnce) {
    int before = errors.count();
    checkIdempotence(exactlyOnce);
    checkTimes();
    if (!errors.noneSince(before)) {
      return;
    }
    Map<String, Object> producer = new HashMap<>(given);
    producer.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    producer.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    if (exactlyOnce) {
      producer.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "any");
    }
    Map<String, Object> consumer = new HashMap<>(given);
    consumer.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    consumer.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    consumer.put(ConsumerConfig.GROUP_ID_CONFIG, "any");
    if (isTaken("producer", ProducerConfig::new, producer)
        && isTaken("consumer", ConsumerConfig::new, consumer)) {
      isTaken("administration client", AdminClientConfig::new, given);
    }
  }

  private boolean isTaken(
      String client, Consumer<Map<String, Object>> config, Map<String, Object> properties) {
    try {
      config.accept(properties);
      return true;
    } catch (ConfigException e) {
      errors.add(
          line,
          "kafka has properties that Kafka's %s rejects: %s".formatted(client, e.getMessage()));
      return false;
    }
  }

  private void checkIdempotence(boolean exactlyOnce) {
    boolean off = "false".equals(given.get(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG));
    boolean on = "true".equals(given.get(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG));
    if (exactlyOnce && off) {
      reject(
          ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
          "must be true with output.guarantee: exactly-once, but was false. Remove it");
    }
    if ((exactlyOnce || on) && number(ProducerConfig.RETRIES_CONFIG) == 0) {
      reject(
          ProducerConfig.RETRIES_CONFIG,
          "must be more than 0 with "
              + (exactlyOnce ? "output.guarantee: exactly-once" : "enable.idempotence: true")
              + ". Remove it: "
              + ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG
              + " limits the retries");
    }
    if ((exactlyOnce || !off) && number(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION) > 5) {
      reject(
          ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
          "must be at most 5, or records may be duplicated and reordered, but was "
              + given.get(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION));
    }
  }

  private void checkTimes() {
    String request = CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG;
    String linger = ProducerConfig.LINGER_MS_CONFIG;
    String delivery = ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG;
    String call = CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG;
    String heartbeat = ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG;
    String session = ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG;
    // Clients increase these two by themselves if they are not set.
    if (given.containsKey(delivery)
        && noneFilledIn(linger, request)
        && number(delivery) < Math.min(Integer.MAX_VALUE, number(linger) + number(request))) {
      reject(
          delivery,
          "must be at least linger.ms (%d) and request.timeout.ms (%d) together, but was %d"
              .formatted(number(linger), number(request), number(delivery)));
    }
    if (given.containsKey(call) && noneFilledIn(request) && number(call) < number(request)) {
      reject(
          call,
          "must be at least request.timeout.ms (%d), but was %d"
              .formatted(number(request), number(call)));
    }
    if (noneFilledIn(heartbeat, session) && number(heartbeat) >= number(session)) {
      if (given.containsKey(heartbeat)) {
        reject(
            heartbeat,
            "must be less than session.timeout.ms (%d), but was %d"
                .formatted(number(session), number(heartbeat)));
      } else {
        reject(
            session,
            "must be more than heartbeat.interval.ms (%d), but was %d"
                .formatted(number(heartbeat), number(session)));
      }
    }
  }

  private boolean noneFilledIn(String... keys) {
    return Arrays.stream(keys).noneMatch(filledIn::contains);
  }

  /** Returns the given value or else the client's default. */
  private long number(String key) {
    ConfigKey known = Objects.requireNonNull(KafkaClientKeys.known(key));
    Object value = given.getOrDefault(key, known.defaultValue);
    return ((Number) ConfigDef.parseType(key, value, known.type)).longValue();
  }

  private void reject(String key, String reason) {
    errors.add(lines.getOrDefault(key, line), "kafka." + key + " " + reason);
  }
}
