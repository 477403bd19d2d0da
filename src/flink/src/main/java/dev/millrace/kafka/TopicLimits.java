package dev.millrace.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits that hold on all of some topics, requested before the first record is written: a sink
 * learns too late that brokers reject a record, and the job restarts forever.
 *
 * @param recordBytes max bytes of a record
 * @param ageMillis max age of a timestamp
 */
public record TopicLimits(int recordBytes, long ageMillis) {
  private static final Logger LOG = LoggerFactory.getLogger(TopicLimits.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Default {@code message.max.bytes} of brokers. */
  private static final int USUAL_BYTES = 1_048_588;

  /**
   * Returns the limits of topics. A topic whose limits are unknown is logged and treated as one
   * with the default limits of brokers.
   *
   * @param kafka client properties, which may set producers limits of their own
   * @param wanted bytes of a record that need not be exceeded
   */
  public static TopicLimits of(Map<String, String> kafka, Collection<String> topics, int wanted)
      throws InterruptedException {
    return of(kafka, topics, wanted, PATIENCE);
  }

  /** Returns the limits, after waiting no longer than {@code patience}. */
  static TopicLimits of(
      Map<String, String> kafka, Collection<String> topics, int wanted, Duration patience)
      throws InterruptedException {
    TopicLimits least = new TopicLimits((int) ofProducers(kafka, wanted), Long.MAX_VALUE);
    List<ConfigResource> resources =
        topics.stream().map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic)).toList();
    try (Admin admin = KafkaClients.admin(kafka, patience)) {
      Map<ConfigResource, KafkaFuture<Config>> configs = admin.describeConfigs(resources).values();
      for (Map.Entry<ConfigResource, KafkaFuture<Config>> topic : configs.entrySet()) {
        least = least.and(ofTopic(topic.getKey().name(), topic.getValue(), wanted));
      }
      return least;
    } catch (KafkaException e) {
      LOG.warn("No broker can be asked how large records may be: {}", e.getMessage());
      return least.and(new TopicLimits(USUAL_BYTES, Long.MAX_VALUE));
    }
  }

  private TopicLimits and(TopicLimits other) {
    return new TopicLimits(
        Math.min(recordBytes, other.recordBytes), Math.min(ageMillis, other.ageMillis));
  }

  static TopicLimits ofTopic(String topic, KafkaFuture<Config> asked, int wanted)
      throws InterruptedException {
    try {
      Config config = asked.get();
      int bytes =
          (int)
              Math.min(
                  Integer.MAX_VALUE,
                  number(config, TopicConfig.MAX_MESSAGE_BYTES_CONFIG, USUAL_BYTES));
      if (bytes < wanted) {
        LOG.warn(
            "Topic {} accepts records of max {} bytes; parts of larger records are left out. Set"
                + " its max.message.bytes to {} and restart the job.",
            topic,
            bytes,
            wanted);
      }
      return new TopicLimits(
          bytes,
          number(config, TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, Long.MAX_VALUE));
    } catch (ExecutionException e) {
      LOG.warn(
          "How large records of topic {} may be is not known, {} bytes are taken for it: {}",
          topic,
          USUAL_BYTES,
          Objects.requireNonNullElse(e.getCause(), e).getMessage());
      return new TopicLimits(USUAL_BYTES, Long.MAX_VALUE);
    }
  }

  /** Returns a setting of a topic, or the default if the brokers do not report it. */
  private static long number(Config config, String name, long otherwise) {
    ConfigEntry entry = config.get(name);
    return entry == null || entry.value() == null ? otherwise : Long.parseLong(entry.value());
  }

  /** Returns the limit that the pipeline sets for its producers, at most {@code wanted}. */
  private static long ofProducers(Map<String, String> kafka, int wanted) {
    return Stream.of(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, ProducerConfig.BUFFER_MEMORY_CONFIG)
        .map(kafka::get)
        .filter(value -> value != null && value.matches("\\d{1,18}"))
        .mapToLong(Long::parseLong)
        .reduce(wanted, Math::min);
  }
}
