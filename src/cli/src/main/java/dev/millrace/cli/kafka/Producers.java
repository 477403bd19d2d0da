package dev.millrace.cli.kafka;

import dev.millrace.kafka.KafkaClients;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Producers of many records without loss or duplicates. */
public final class Producers {
  private Producers() {}

  /**
   * Returns a producer that waits for all replicas and batches records for 5 ms.
   *
   * @param kafka client properties, which may override the compression lz4
   */
  public static KafkaProducer<byte[], byte[]> create(Map<String, String> kafka) {
    Map<String, Object> properties = new HashMap<>(kafka);
    properties.put("acks", "all");
    properties.put("enable.idempotence", "true");
    properties.putIfAbsent("compression.type", "lz4");
    properties.put("linger.ms", "5");
    properties.put("batch.size", "65536");
    KafkaClients.oneRequestAtATime(properties);
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
