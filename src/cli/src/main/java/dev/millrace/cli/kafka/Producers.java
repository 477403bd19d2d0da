package dev.millrace.cli.kafka;

import dev.millrace.kafka.KafkaClients;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Producers of many records that neither lose nor repeat one. */
public final class Producers {
  private Producers() {}

  /**
   * Returns a producer that waits for all replicas and gathers records for some milliseconds.
   *
   * @param kafka client properties, which may choose another compression than lz4
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
