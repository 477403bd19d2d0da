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
import java.util.LinkedHashSet;
import java.util.Map;
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
  // Number of the example in which each was set, so that none has to be removed for the next.
  private final long[] setIn;
  private long example = 1;
  // One per slot, so that no number is boxed.
  private final Decimal[] decimals;
  private final InputSpec spec;
  private @Nullable KafkaRecord record;
  // Fields are set, and read, in the same order for each example: what the last one did at a
  // position most likely comes again there, and finding it costs a comparison.
  private final @Nullable String[] setNames;
  private final int[] setSlots;
  private int sets;
  private final String[] @Nullable [] readPaths;
  private final int[] readSlots;
  private int reads;

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
    setIn = new long[names.length];
    decimals = new Decimal[names.length];
    setNames = new String[names.length];
    setSlots = new int[names.length];
    readPaths = new String[2 * names.length][];
    readSlots = new int[2 * names.length];
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
    Decimal decimal = decimals[slot];
    decimal.value = value;
    if (values[slot] != decimal) {
      values[slot] = decimal;
    }
    setIn[slot] = example;
    return this;
  }

  /**
   * Sets a field to a whole number, with all its digits.
   *
   * @throws IllegalArgumentException if the pipeline has no field of that name
   */
  public ExampleFields set(String name, long value) {
    put(name, value);
    return this;
  }

  /**
   * Sets a field to a text of one character.
   *
   * @throws IllegalArgumentException if the pipeline has no field of that name
   */
  public ExampleFields set(String name, char value) {
    put(name, String.valueOf(value));
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
    put(name, scalar(value));
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

  private void put(String name, @Nullable Object value) {
    int slot = slot(name);
    values[slot] = value;
    setIn[slot] = example;
  }

  /** Returns the value in a slot, null if this example has none. */
  private @Nullable Object value(int slot) {
    return setIn[slot] == example ? values[slot] : null;
  }

  @SuppressWarnings("ReferenceEquality") // another String of the same name is looked up
  private int slot(String name) {
    int position = sets < names.length ? sets++ : 0;
    if (setNames[position] == name) { // the same literal as in the example before
      return setSlots[position];
    }
    int slot = find(name);
    setNames[position] = name;
    setSlots[position] = slot;
    return slot;
  }

  private int find(String name) {
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
    example++;
    record = null;
    sets = 0;
    reads = 0;
  }

  /** Returns the Kafka record of the example; null if none was set. */
  @Nullable KafkaRecord record() {
    return record;
  }

  /** Returns what stands in a dead letter for the record that the example does not have. */
  KafkaRecord deadLetter(long timestamp) {
    String name = spec.key();
    Object key = name == null ? null : value(find(name));
    byte[] keyBytes = key == null ? null : key.toString().getBytes(StandardCharsets.UTF_8);
    return KafkaRecord.none(timestamp, keyBytes, json().getBytes(StandardCharsets.UTF_8));
  }

  private String json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (int slot = 0; slot < names.length; slot++) {
      Object value = value(slot);
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

  /**
   * Returns the value of a field.
   *
   * @param path the steps to it, the same array for every example
   */
  @Nullable Object at(String[] path) {
    int position = reads < readPaths.length ? reads++ : 0;
    if (readPaths[position] == path) {
      return value(readSlots[position]);
    }
    int slot = find(String.join(".", path));
    readPaths[position] = path;
    readSlots[position] = slot;
    return value(slot);
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
