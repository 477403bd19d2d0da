package dev.millrace.testing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Record values that no pipeline can use, each with the reason of the dead letter. */
public final class BadRecords {
  private BadRecords() {}

  /**
   * One value for each kind of damage, by the reason's id; those of the same reason are numbered
   * behind a blank.
   *
   * @param good a value of the standard schema that is in order
   * @param features numeric features that the pipeline's models have
   */
  public static Map<String, byte[]> byReason(byte[] good, int features) {
    Map<String, byte[]> bad = new LinkedHashMap<>();
    bad.put("empty-value", new byte[0]);
    bad.put("record-too-large", new byte[20_000]);
    bad.put("unknown-framing", "{\"label\":\"a\"}".getBytes(StandardCharsets.UTF_8));
    bad.put("unknown-schema", changed(good, 4));
    bad.put("unknown-schema 2", new byte[] {0, 0, 0, 0, 9, 1, 2, 3});
    bad.put("malformed-record", Arrays.copyOf(good, good.length - 5));
    bad.put("malformed-record 2", arrayOf500Million(good));
    bad.put("wrong-feature-count", AvroValues.classValue("k", "a", new float[features + 1]));
    bad.put("wrong-feature-count 2", AvroValues.classValue("k", "a"));
    bad.put("invalid-label", AvroValues.classValue("k", "a".repeat(1_100), new float[features]));
    bad.put("non-finite-feature", AvroValues.classValue("k", "a", filled(features, Float.NaN)));
    bad.put(
        "non-finite-feature 2",
        AvroValues.classValue("k", "a", filled(features, Float.NEGATIVE_INFINITY)));
    bad.put("unknown-class", AvroValues.classValue("k", "nobody", new float[features]));
    return bad;
  }

  private static float[] filled(int count, float value) {
    float[] values = new float[count];
    Arrays.fill(values, value);
    return values;
  }

  private static byte[] changed(byte[] value, int at) {
    byte[] copy = value.clone();
    copy[at] ^= 0x55;
    return copy;
  }

  // The header and an empty id and key, no time, a label, a weight, then a count and nothing.
  private static byte[] arrayOf500Million(byte[] good) {
    byte[] start = Arrays.copyOf(good, 10 + 3 + 3 + 4 + 5);
    Arrays.fill(start, 10, start.length, (byte) 0);
    start[13] = 4; // branch 2 of the label, a text
    start[14] = 2; // of one byte
    start[15] = 'a';
    // Avro's zig-zag code of 500,000,000
    long zigzag = 500_000_000L << 1;
    for (int i = 20; i < 25; i++) {
      start[i] = (byte) ((zigzag & 0x7F) | (i < 24 ? 0x80 : 0));
      zigzag >>>= 7;
    }
    return start;
  }
}
