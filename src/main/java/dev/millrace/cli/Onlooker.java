package dev.millrace.cli;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Consumers without a group: any number of them can look on and none leaves a trace. */
final class Onlooker {
  private Onlooker() {}

  /**
   * @param kafka client properties
   */
  static KafkaConsumer<byte[], byte[]> consumer(Map<String, String> kafka) {
    Map<String, Object> properties = new HashMap<>(kafka);
    properties.remove("group.id");
    properties.put("enable.auto.commit", "false");
    properties.put("auto.offset.reset", "earliest");
    // A job with the exactly-once guarantee writes in transactions; what it takes back is not
    // shown.
    properties.put("isolation.level", "read_committed");
    return new KafkaConsumer<>(
        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }
}
