package dev.millrace.chaos;

import dev.millrace.testing.BadRecords;
import dev.millrace.testing.Records;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The same records every time, sent at a steady rate until told to hurry. */
final class Traffic implements AutoCloseable {
  static final String TOPIC = "millrace.examples.v1";
  static final int PARTITIONS = 2;
  static final int BAD = 1_000;

  private static final long SEED = 4_051;
  private static final int KEYS = 8;
  private static final int GOOD = 6_000;
  private static final long FIRST_TIME = 1_700_000_000_000L;
  private static final int AT_ONCE = 5;
  private static final int MILLIS_BETWEEN = 80; // 62 records a second, for 96 s

  private final List<ProducerRecord<byte[], byte[]>> records;
  private final KafkaProducer<byte[], byte[]> producer;
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private int sent;

  Traffic(String bootstrapServers, List<ProducerRecord<byte[], byte[]>> records) {
    this.records = records;
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /** Records that every pipeline can use. */
  static List<ProducerRecord<byte[], byte[]>> good() {
    SplittableRandom random = new SplittableRandom(SEED);
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < GOOD; i++) {
      float[] features = new float[4];
      for (int f = 0; f < features.length; f++) {
        features[f] = (float) random.nextDouble();
      }
      String label = features[0] > features[1] ? "a" : features[2] > 0.5f ? "b" : "c";
      int key = i % KEYS;
      records.add(record(key, name(key), Records.classValue(name(key), label, features), i));
    }
    return records;
  }

  /** The same among records that no pipeline can use: all kinds of damage, and no key. */
  static List<ProducerRecord<byte[], byte[]>> withBadRecords() {
    List<byte[]> damaged =
        new ArrayList<>(BadRecords.byReason(Records.classValue("k", "a", 1, 2, 3, 4), 4).values());
    List<ProducerRecord<byte[], byte[]>> mixed = new ArrayList<>();
    int bad = 0;
    for (ProducerRecord<byte[], byte[]> good : good()) {
      mixed.add(good);
      // A key's first example comes before its bad ones: it says how many features there are.
      if (mixed.size() > KEYS && bad < BAD && bad * (GOOD / BAD) <= mixed.size() - bad) {
        int kind = bad % (damaged.size() + 1);
        boolean withoutKey = kind == damaged.size();
        int key = bad % KEYS;
        byte[] value = withoutKey ? Records.classValue("k", "a", 1, 2, 3, 4) : damaged.get(kind);
        mixed.add(record(key, withoutKey ? null : name(key), value, GOOD + bad++));
      }
    }
    return mixed;
  }

  /** Begins to send. */
  void start() {
    clock.scheduleAtFixedRate(() -> send(AT_ONCE), 0, MILLIS_BETWEEN, TimeUnit.MILLISECONDS);
  }

  synchronized int sent() {
    return sent;
  }

  /** Sends what is left, at once. */
  void hurry() {
    clock.shutdown();
    send(records.size());
    producer.flush();
  }

  int size() {
    return records.size();
  }

  private synchronized void send(int count) {
    int end = Math.min(records.size(), sent + count);
    while (sent < end) {
      producer.send(records.get(sent++));
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
    producer.close(Duration.ofSeconds(5));
  }

  private static String name(int key) {
    return "key-" + key;
  }

  // The partition is given, so that offsets, which metrics tell, are the same in every run.
  private static ProducerRecord<byte[], byte[]> record(
      int key, String name, byte[] value, int number) {
    return new ProducerRecord<>(
        TOPIC,
        key % PARTITIONS,
        FIRST_TIME + number,
        name == null ? null : name.getBytes(StandardCharsets.UTF_8),
        value);
  }
}
