package dev.millrace.kafka;

import dev.millrace.data.KafkaRecord;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.header.Header;

/** Settings of Kafka's clients that the job and the commands share. */
public final class KafkaClients {
  private KafkaClients() {}

  /** Returns a consumed record as it came, nothing decoded. */
  public static KafkaRecord record(ConsumerRecord<byte[], byte[]> from) {
    return record(from, from.timestamp());
  }

  /** Returns a consumed record with another timestamp. */
  public static KafkaRecord record(ConsumerRecord<byte[], byte[]> from, long timestamp) {
    Header[] headers = from.headers().toArray();
    if (headers.length == 0) {
      return KafkaRecord.of(
          from.topic(), from.partition(), from.offset(), timestamp, from.key(), from.value());
    }
    String[] names = new String[headers.length];
    byte[][] values = new byte[headers.length][];
    for (int h = 0; h < headers.length; h++) {
      names[h] = headers[h].key();
      values[h] = headers[h].value();
    }
    return new KafkaRecord(
        from.topic(),
        from.partition(),
        from.offset(),
        timestamp,
        from.key(),
        from.value(),
        names,
        values);
  }

  /**
   * Lets a producer have one request under way to a broker at a time, unless it says otherwise.
   *
   * <p>A broker takes any sequence number from a producer of which it knows nothing: on a new
   * partition, unless it is of Kafka 4.5 or later (KAFKA-15591), and on any partition if the
   * producer's newest record is older by its own timestamp than {@code producer.id.expiration.ms}.
   * If it rejects a request, as when it does not lead the partition yet, and accepts the next one,
   * the rejected one stays out of order and is lost after its timeout.
   */
  public static void oneRequestAtATime(Map<? super String, Object> producer) {
    producer.putIfAbsent(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1");
  }

  /**
   * Returns an administration client whose calls end with an error after {@code timeout}.
   *
   * @param kafka client properties; those of consumers and producers alone are left out
   */
  public static Admin admin(Map<String, String> kafka, Duration timeout) {
    Map<String, Object> properties = new HashMap<>(kafka);
    int millis = (int) Math.min(Integer.MAX_VALUE, timeout.toMillis());
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis);
    properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.min(millis, 10_000));
    // Providers of secrets have options of names that no client lists.
    Set<String> known = AdminClientConfig.configNames();
    properties.keySet().removeIf(name -> !known.contains(name) && !name.startsWith("config."));
    return Admin.create(properties);
  }
}
