package dev.millrace.chaos;

import dev.millrace.testing.AvroValues;
import dev.millrace.testing.BadRecords;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Records to send, to whatever topic, the same every time, and those with which an undisturbed run
 * comes to the same results.
 */
record Input(
    String name,
    List<ProducerRecord<byte[], byte[]>> records,
    List<ProducerRecord<byte[], byte[]>> undisturbed) {
  static final int PARTITIONS = 2;
  static final int BAD = 1_000;

  /** Keys that come, go and are forgotten. */
  static final int IDLE_KEYS = 10_000;

  /** Their records, which come first. */
  static final int OF_IDLE_KEYS = 2 * IDLE_KEYS;

  static final int HOT = 90_000;

  private static final String ANY_TOPIC = "examples";
  private static final long SEED = 4_051;

  /** No Avro; a record without a value would be skipped instead of rejected. */
  private static final byte[] INVALID = {1};

  private static final int KEYS = 8;
  private static final int GOOD = 6_000;
  private static final int EACH_AFTER = 5;
  private static final long FIRST_TIME = 1_700_000_000_000L;

  private static Input of(String name, List<ProducerRecord<byte[], byte[]>> records) {
    return new Input(name, records, records);
  }

  /** Records that every pipeline can use. */
  static Input good() {
    SplittableRandom random = new SplittableRandom(SEED);
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < GOOD; i++) {
      records.add(example(random, i % KEYS, i));
    }
    return of("good", records);
  }

  /** The same among records that no pipeline can use: all kinds of damage, and no key. */
  static Input withBadRecords() {
    byte[] good = AvroValues.classValue("k", "a", 1, 2, 3, 4);
    List<byte[]> damaged = new ArrayList<>(BadRecords.byReason(good, 4).values());
    List<ProducerRecord<byte[], byte[]>> mixed = new ArrayList<>();
    int bad = 0;
    for (ProducerRecord<byte[], byte[]> record : good().records()) {
      mixed.add(record);
      // A key's first example comes before its bad ones: it says how many features there are.
      if (mixed.size() > KEYS && bad < BAD && bad * (GOOD / BAD) <= mixed.size() - bad) {
        int kind = bad % (damaged.size() + 1);
        boolean withoutKey = kind == damaged.size();
        int key = bad % KEYS;
        byte[] value = withoutKey ? good : damaged.get(kind);
        mixed.add(record(key, withoutKey ? null : name(key), value, GOOD + bad++));
      }
    }
    return of("bad", mixed);
  }

  /** Nine of ten records belong to one key. */
  static Input withAHotKey() {
    SplittableRandom random = new SplittableRandom(SEED);
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < HOT; i++) {
      records.add(example(random, i % 10 == 9 ? 1 + i / 10 % 99 : 0, i));
    }
    return of("hot", records);
  }

  /**
   * First two records for each of many keys, one key after the other, that all wait to be
   * forgotten; then some more for one in ten of them, and for as many others. A forgotten key
   * starts again from new weights, as if its first records had been invalid.
   */
  static Input withIdleKeys() {
    SplittableRandom random = new SplittableRandom(SEED);
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    List<ProducerRecord<byte[], byte[]>> undisturbed = new ArrayList<>();
    for (int i = 0; i < OF_IDLE_KEYS; i++) {
      int key = i / 2;
      records.add(example(random, key, i));
      undisturbed.add(record(key, name(key), INVALID, i));
    }
    List<ProducerRecord<byte[], byte[]>> after = new ArrayList<>();
    for (int i = 0; i < EACH_AFTER; i++) {
      for (int k = 0; k < IDLE_KEYS / 5; k++) {
        int key = k % 2 == 0 ? k * 5 : IDLE_KEYS + k;
        after.add(example(random, key, OF_IDLE_KEYS + after.size()));
      }
    }
    records.addAll(after);
    undisturbed.addAll(after);
    return new Input("idle", records, undisturbed);
  }

  private static ProducerRecord<byte[], byte[]> example(
      SplittableRandom random, int key, int number) {
    float[] features = new float[4];
    for (int f = 0; f < features.length; f++) {
      features[f] = (float) random.nextDouble();
    }
    String label = features[0] > features[1] ? "a" : features[2] > 0.5f ? "b" : "c";
    return record(key, name(key), AvroValues.classValue(name(key), label, features), number);
  }

  private static String name(int key) {
    return "key-" + key;
  }

  // The partition is given, so that offsets, which metrics tell, are the same in every run.
  private static ProducerRecord<byte[], byte[]> record(
      int key, String name, byte[] value, int number) {
    return new ProducerRecord<>(
        ANY_TOPIC,
        key % PARTITIONS,
        FIRST_TIME + number,
        name == null ? null : name.getBytes(StandardCharsets.UTF_8),
        value);
  }
}
