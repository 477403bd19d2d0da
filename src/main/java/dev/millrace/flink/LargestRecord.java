package dev.millrace.flink;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks how large a record the brokers take, before the first one is written: of a larger one a sink
 * learns too late, and the job restarts forever.
 */
public final class LargestRecord {
  private static final Logger LOG = LoggerFactory.getLogger(LargestRecord.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** What brokers take unless they or a topic say otherwise (message.max.bytes). */
  private static final int USUAL = 1_048_588;

  private LargestRecord() {}

  /**
   * Bytes of a record that all of the topics take, at most {@code wanted}; a topic of which nothing
   * can be learned, which is logged, counts as one that takes what brokers usually do.
   *
   * @param kafka client properties, which may set producers limits of their own
   */
  public static int of(Map<String, String> kafka, Collection<String> topics, int wanted)
      throws InterruptedException {
    long least = wanted;
    List<ConfigResource> resources =
        topics.stream().map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic)).toList();
    try (Admin admin = KafkaIo.admin(kafka, PATIENCE)) {
      Map<ConfigResource, KafkaFuture<Config>> configs = admin.describeConfigs(resources).values();
      for (ConfigResource topic : resources) {
        least = Math.min(least, limit(topic.name(), configs.get(topic)));
      }
    } catch (KafkaException e) {
      LOG.warn("No broker can be asked how large records may be: {}", e.getMessage());
      least = Math.min(least, USUAL);
    }
    return (int) ofProducers(kafka).reduce(least, Math::min);
  }

  private static long limit(String topic, KafkaFuture<Config> config) throws InterruptedException {
    try {
      return Long.parseLong(config.get().get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value());
    } catch (ExecutionException e) {
      LOG.warn(
          "How large records of topic {} may be is not known, {} bytes are taken for it: {}",
          topic,
          USUAL,
          e.getCause().getMessage());
      return USUAL;
    }
  }

  /** What a pipeline itself allows its producers. */
  private static LongStream ofProducers(Map<String, String> kafka) {
    return Stream.of(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, ProducerConfig.BUFFER_MEMORY_CONFIG)
        .map(kafka::get)
        .filter(value -> value != null && value.matches("\\d{1,18}"))
        .mapToLong(Long::parseLong);
  }
}
