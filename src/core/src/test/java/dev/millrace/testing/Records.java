package dev.millrace.testing;

import dev.millrace.data.FeatureSpec;
import dev.millrace.data.InputSpec;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.RegistrySpec;
import dev.millrace.data.Task;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Records and input specifications for tests. */
public final class Records {
  public static final String TOPIC = "examples";

  private static final InputSpec.Limits LIMITS = new InputSpec.Limits(10_000, 64, 10, 1_000);

  private Records() {}

  /** The standard schema, nothing declared. */
  public static InputSpec undeclared() {
    return spec(null, List.of(), List.of());
  }

  /** The standard schema, nothing declared, and as many classes as that allowed. */
  public static InputSpec undeclaredOf(int classes) {
    InputSpec.Limits limits = new InputSpec.Limits(10_000, 64, classes, 1_000);
    return new InputSpec(
        InputSpec.Format.AVRO, null, null, "label", null, null, null, List.of(), List.of(), limits);
  }

  /** The standard schema with declared task, classes and features. */
  public static InputSpec spec(Task task, List<String> classes, List<FeatureSpec> features) {
    return new InputSpec(
        InputSpec.Format.AVRO, null, null, "label", null, null, task, classes, features, LIMITS);
  }

  /** Records of another format. */
  public static InputSpec mapped(
      InputSpec.Format format, String schema, List<FeatureSpec> features) {
    return new InputSpec(
        format, schema, null, "label", "weight", "at", null, List.of(), features, LIMITS);
  }

  /** The same with a registry. */
  public static InputSpec withRegistry(InputSpec spec, RegistrySpec registry) {
    return new InputSpec(
        spec.format(),
        spec.schema(),
        spec.key(),
        spec.label(),
        spec.weight(),
        spec.eventTime(),
        spec.task(),
        spec.classes(),
        spec.features(),
        spec.limits(),
        spec.id(),
        spec.labels(),
        spec.columns(),
        registry);
  }

  /** A record with two headers of the same name, one of them null. */
  public static KafkaRecord record(String key, byte[] value, long offset) {
    return new KafkaRecord(
        TOPIC,
        0,
        offset,
        5_000 + offset,
        key == null ? null : key.getBytes(StandardCharsets.UTF_8),
        value,
        new String[] {"trace", "trace"},
        new byte[][] {{1, 2, 3}, null});
  }
}
