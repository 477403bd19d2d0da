package dev.millrace;

import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.codec.models.ModelAssembler;
import dev.millrace.codec.models.ModelAssembler.Arrival;
import dev.millrace.config.Settings;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.testing.AvroValues;
import dev.millrace.testing.CommittedRecords;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The topics of a pipeline, what tests send to them and read from them. */
final class JobTopics {
  private JobTopics() {}

  static void create(Settings settings) throws Exception {
    create(settings, 1);
  }

  static void create(Settings settings, int inputPartitions) throws Exception {
    try (Admin admin = Admin.create(Map.copyOf(new HashMap<String, Object>(settings.kafka())))) {
      List<NewTopic> topics = new ArrayList<>();
      settings.input().topics().forEach(name -> topics.add(topic(name, inputPartitions)));
      settings.output().topics().forEach(name -> topics.add(topic(name, 1)));
      // Several pipelines of a test may share one.
      Set<String> existing = admin.listTopics().names().get();
      topics.removeIf(topic -> existing.contains(topic.name()));
      admin.createTopics(topics).all().get();
      BrokerCheck.awaitTopics(admin, topics.stream().map(NewTopic::name).toList());
    }
  }

  /** A topic that keeps its records, whose times are those of 1970, however long a test takes. */
  static NewTopic topic(String name, int partitions) {
    return new NewTopic(name, partitions, (short) 1).configs(Map.of("retention.ms", "-1"));
  }

  static void send(Settings settings, List<ProducerRecord<byte[], byte[]>> records)
      throws Exception {
    send(settings, settings.input().topic(), records);
  }

  static void send(Settings settings, String topic, List<ProducerRecord<byte[], byte[]>> records)
      throws Exception {
    Map<String, Object> properties = new HashMap<>(settings.kafka());
    // However long the machine is busy with something else.
    properties.put("delivery.timeout.ms", Integer.MAX_VALUE);
    KafkaClients.oneRequestAtATime(properties);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (ProducerRecord<byte[], byte[]> r : records) {
        sent.add(
            producer.send(
                new ProducerRecord<>(topic, null, r.timestamp(), r.key(), r.value(), r.headers())));
      }
      for (Future<RecordMetadata> one : sent) {
        one.get();
      }
    }
  }

  /** Examples of three classes, of all keys in turn; the same ones each time. */
  static List<ProducerRecord<byte[], byte[]>> examples(int examples, int keys) {
    SplittableRandom random = new SplittableRandom(11);
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < examples; i++) {
      float[] features = new float[4];
      for (int f = 0; f < features.length; f++) {
        features[f] = (float) random.nextDouble();
      }
      String label = features[0] > features[1] ? "a" : features[2] > 0.5 ? "b" : "c";
      String key = "key-" + i % keys;
      records.add(record(key, AvroValues.classValue(key, label, features), i));
    }
    return records;
  }

  static ProducerRecord<byte[], byte[]> record(String key, byte[] value, long time) {
    byte[] keyBytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
    return new ProducerRecord<>(
        "",
        null,
        time,
        keyBytes,
        value,
        List.of(new RecordHeader("source", "sensor".getBytes(StandardCharsets.UTF_8))));
  }

  /** The bytes of the newest model of each key, in hex so that a difference can be read. */
  static Map<String, String> models(Settings settings) throws IOException {
    Map<String, String> models = new TreeMap<>();
    ModelAssembler assembler = ModelAssembler.unlimited();
    for (ConsumerRecord<byte[], byte[]> record :
        CommittedRecords.read(
            settings.kafka().get("bootstrap.servers"), settings.output().models())) {
      Arrival arrival = assembler.accept(KafkaClients.record(record));
      if (arrival != null) {
        models.put(arrival.key(), HexFormat.of().formatHex(arrival.bytes()));
      }
    }
    return models;
  }
}
