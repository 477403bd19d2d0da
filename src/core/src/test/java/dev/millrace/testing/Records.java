package dev.millrace.testing;

import dev.millrace.data.FeatureSpec;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.input.RegistrySpec;
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
    return InputSpec.DEFAULT.with(to -> to.limits = limits);
  }

  /** The standard schema with declared task, classes and features. */
  public static InputSpec spec(Task task, List<String> classes, List<FeatureSpec> features) {
    return InputSpec.DEFAULT.with(
        to -> {
          to.task = task;
          to.classes = classes;
          to.features = features;
          to.limits = LIMITS;
        });
  }

  /** Records of another format. */
  public static InputSpec mapped(
      InputSpec.Format format, String schema, List<FeatureSpec> features) {
    return InputSpec.DEFAULT.with(
        to -> {
          to.format = format;
          to.schema = schema;
          to.weight = "weight";
          to.eventTime = "at";
          to.features = features;
          to.limits = LIMITS;
        });
  }

  /** The same with a registry. */
  public static InputSpec withRegistry(InputSpec spec, RegistrySpec registry) {
    return spec.with(to -> to.registry = registry);
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
