package dev.millrace.codec;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.data.InputSpec;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.PublicApi;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.Temporal;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one example, set by name. The names are those of the pipeline: {@code input.key},
 * {@code input.label}, the features and, if the pipeline has them, weight, id and event time.
 *
 * <p>A value becomes what the same value in a JSON or Avro record would become: a feature of the
 * declared type, a class or a number to predict. A field that is not set, or set to null, is
 * missing. A value that the pipeline cannot use makes the example a dead letter and fails nothing.
 *
 * <p>The same object is filled for every example. Not thread-safe.
 */
@PublicApi
public final class ExampleFields {
  private final Map<String, Integer> slots = new HashMap<>();
  private final String[] names;
  private final @Nullable Object[] values;
  // One per slot, so that no number is boxed.
  private final Decimal[] decimals;
  private final InputSpec spec;
  private @Nullable KafkaRecord record;

  /**
   * Creates fields of examples, or of separate labels if the specification is {@link
   * InputSpec#ofLabels}.
   */
  public ExampleFields(InputSpec spec) {
    this.spec = spec;
    Set<String> all = new LinkedHashSet<>();
    for (String name :
        Arrays.asList(spec.key(), spec.id(), spec.label(), spec.weight(), spec.eventTime())) {
      if (name != null) {
        all.add(name);
      }
    }
    spec.features().forEach(feature -> all.add(feature.name()));
    names = all.toArray(String[]::new);
    values = new Object[names.length];
    decimals = new Decimal[names.length];
    for (int slot = 0; slot < names.length; slot++) {
      slots.put(names[slot], slot);
      decimals[slot] = new Decimal();
    }
  }

  /**
   * Sets a field to a number.
   *
   * @throws IllegalArgumentException if the pipeline has no field of that name
   */
  public ExampleFields set(String name, double value) {
    int slot = slot(name);
    decimals[slot].value = value;
    values[slot] = decimals[slot];
    return this;
  }

  /**
   * Sets a field to a whole number, with all its digits.
   *
   * @throws IllegalArgumentException if the pipeline has no field of that name
   */
  public ExampleFields set(String name, long value) {
    values[slot(name)] = value;
    return this;
  }

  /**
   * Sets a field to a number, a boolean, a text, an enum constant (its name), a {@link UUID} or a
   * time of {@code java.time}; null for a missing value. An {@link Instant} is milliseconds since
   * the epoch, as an event time has to be.
   *
   * @throws IllegalArgumentException if the pipeline has no field of that name
   */
  public ExampleFields set(String name, @Nullable Object value) {
    values[slot(name)] = scalar(value);
    return this;
  }

  /**
   * Sets the Kafka record that the example comes from. Optional: dead letters then are that record,
   * byte for byte, metrics and predictions name its offset, and predictions have its trace headers.
   */
  public ExampleFields record(KafkaRecord from) {
    record = from;
    return this;
  }

  private static @Nullable Object scalar(@Nullable Object value) {
    if (value instanceof Instant instant) {
      return instant.toEpochMilli();
    } else if (value instanceof Enum<?> constant) {
      return constant.name();
    } else if (value instanceof Character || value instanceof UUID || value instanceof Temporal) {
      return value.toString();
    }
    return value;
  }

  private int slot(String name) {
    Integer slot = slots.get(name);
    if (slot == null) {
      throw new IllegalArgumentException(
          "\"%s\" is not a field of the pipeline. Its fields: %s. Add it to input.features, or do not set it."
              .formatted(name, String.join(", ", names)));
    }
    return slot;
  }

  /** Removes all values. */
  void clear() {
    Arrays.fill(values, null);
    record = null;
  }

  /** Returns the Kafka record of the example; null if none was set. */
  @Nullable KafkaRecord record() {
    return record;
  }

  /** Returns what stands in a dead letter for the record that the example does not have. */
  KafkaRecord deadLetter(long timestamp) {
    String name = spec.key();
    Object key = name == null ? null : values[slot(name)];
    byte[] keyBytes = key == null ? null : key.toString().getBytes(StandardCharsets.UTF_8);
    return KafkaRecord.none(timestamp, keyBytes, json().getBytes(StandardCharsets.UTF_8));
  }

  private String json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (int slot = 0; slot < names.length; slot++) {
      Object value = values[slot];
      if (value instanceof Boolean flag) {
        json.put(names[slot], flag);
      } else if (value instanceof Long || value instanceof Integer) {
        json.put(names[slot], ((Number) value).longValue());
      } else if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
        json.put(names[slot], number.doubleValue());
      } else if (value != null) {
        json.put(names[slot], value.toString());
      }
    }
    return json.toString();
  }

  /** Returns the values as fields of a record. */
  MappedExampleReader.Fields asRecord() {
    return new Slots();
  }

  /** Finds values by the steps to their fields, which are the same arrays for every example. */
  private final class Slots implements MappedExampleReader.Fields {
    private final IdentityHashMap<String[], Integer> bySteps = new IdentityHashMap<>();

    @Override
    public @Nullable Object at(String[] path) {
      Integer slot = bySteps.get(path);
      if (slot == null) {
        slot = Objects.requireNonNull(slots.get(String.join(".", path)));
        bySteps.put(path, slot);
      }
      return values[slot];
    }
  }

  /** A number that changes with each example. */
  private static final class Decimal extends Number {
    private static final long serialVersionUID = 1L;

    private double value;

    @Override
    public int intValue() {
      return (int) value;
    }

    @Override
    public long longValue() {
      return (long) value;
    }

    @Override
    public float floatValue() {
      return (float) value;
    }

    @Override
    public double doubleValue() {
      return value;
    }

    /** Returns the number as the name of a class or key has it. */
    @Override
    public String toString() {
      return NumberText.ofDouble(value);
    }
  }
}
