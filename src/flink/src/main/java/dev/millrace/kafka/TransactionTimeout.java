package dev.millrace.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the timeout of a pipeline's transactions with what its brokers allow, before the first
 * one: a broker rejects longer ones only when the sink writes, and then the job restarts forever.
 */
public final class TransactionTimeout {
  private static final Logger LOG = LoggerFactory.getLogger(TransactionTimeout.class);

  /**
   * Maximum time from the first record of a transaction to its commit. Below the brokers' usual
   * limit of 15 minutes (transaction.max.timeout.ms); the connector's own hour is above it.
   */
  public static final int DEFAULT_MILLIS = 14 * 60 * 1000;

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String BROKER_LIMIT = "transaction.max.timeout.ms";

  private TransactionTimeout() {}

  /**
   * Milliseconds from the first record of a transaction to its commit at most.
   *
   * @param kafka client properties, which may set {@code transaction.timeout.ms}
   */
  public static long millis(Map<String, String> kafka) {
    String given = kafka.get(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);
    boolean number = given != null && given.matches("\\d{1,9}"); // else one for a config provider
    return number ? Long.parseLong(given) : DEFAULT_MILLIS;
  }

  /**
   * Asks a broker for its limit.
   *
   * @return the limit in milliseconds where it is below the pipeline's timeout; nothing if all is
   *     well, or if no broker may or can answer, which is logged
   */
  public static Optional<Long> lowerLimit(Map<String, String> kafka) throws InterruptedException {
    try (Admin admin = KafkaClients.admin(kafka, PATIENCE)) {
      Node broker = admin.describeCluster().nodes().get().iterator().next();
      ConfigResource resource =
          new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(broker.id()));
      Config config =
          admin.describeConfigs(List.of(resource)).all().get().values().iterator().next();
      ConfigEntry limit = config.get(BROKER_LIMIT);
      return Optional.ofNullable(limit)
          .map(ConfigEntry::value)
          .map(Long::valueOf)
          .filter(most -> most < millis(kafka));
    } catch (ExecutionException | KafkaException e) {
      LOG.warn(
          "The brokers' {} cannot be looked up, so it is not known whether they allow transactions"
              + " of {} ms: {}",
          BROKER_LIMIT,
          millis(kafka),
          e.getMessage());
      return Optional.empty();
    }
  }
}
