package dev.millrace.testing;

import dev.millrace.codec.ExampleEncoder;
import java.util.Map;

/** Values of records in the standard example schema, for tests. */
public final class AvroValues {
  private AvroValues() {}

  /** A value of the standard schema with a class. */
  public static byte[] classValue(String key, String label, float... features) {
    return value(key, label, 0, features, Map.of());
  }

  /** A value of the standard schema with a regression target. */
  public static byte[] numberValue(String key, double target, float... features) {
    return value(key, null, target, features, Map.of());
  }

  public static byte[] value(
      String key, String label, double target, float[] features, Map<String, String> attributes) {
    return new ExampleEncoder()
        .encode(
            "id", key, 1_000, label, target, 1f, features, features.length, new int[0], attributes);
  }
}
