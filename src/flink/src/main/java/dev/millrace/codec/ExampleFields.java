package dev.millrace.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.codec.text.ClockTime;
import dev.millrace.codec.text.NumberText;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.PublicApi;
import dev.millrace.input.InputSpec;
import java.lang.reflect.Array;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.Temporal;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one example, set by name. The names are those of the pipeline: {@code input.key},
 * {@code input.label} or {@code input.targets}, the features and, if the pipeline has them, weight,
 * id, event time and the group of the metrics.
 *
 * <p>A value becomes what the same value in a JSON or Avro record would become: a feature of the
 * declared type, a class or a number to predict. A field that is not set, or set to null, is
 * missing. A value that the pipeline cannot use makes the example a dead letter and fails nothing.
 *
 * <p>The same object is filled for every example. Not thread-safe.
 */
@PublicApi
public final class ExampleFields {
  private final Map<String, Slot> slots = new LinkedHashMap<>();
  private final InputSpec spec;
  // Slots of the features, in their order.
  private final Slot[] features;
  // Fields are set in the same order for each example: the slot of the last one at a position most
  // likely comes again there, and finding it costs a comparison.
  private final Slot[] setOrder;
  private int sets;
  // The few fields that are no features, and the steps to them.
  private String[][] paths = {};
  private Slot[] reached = {};
  // Number of the example, so that no value has to be removed for the next.
  private long example = 1;
  private @Nullable KafkaRecord record;

  /**
   * Creates fields of examples, or of separate labels if the specification is {@link
   * InputSpec#ofLabels}.
   */
  public ExampleFields(InputSpec spec) {
    this(spec, spec.features().stream().map(FeatureSpec::name).toList());
  }

  /**
   * Creates fields of examples.
   *
   * @param featureNames names of the features, declared or not
   */
  ExampleFields(InputSpec spec, List<String> featureNames) {
    this.spec = spec;
    Stream.of(spec.key(), spec.id()).filter(Objects::nonNull).forEach(this::add);
    spec.labelFields().forEach(this::add);
    Stream.of(spec.weight(), spec.eventTime(), spec.group())
        .filter(Objects::nonNull)
        .forEach(this::add);
    spec.carried().forEach(column -> add(column.name()));
    features = featureNames.stream().map(this::add).toArray(Slot[]::new);
    setOrder = slots.values().toArray(Slot[]::new);
  }

  private Slot add(String name) {
    return slots.computeIfAbsent(name, Slot::new);
  }

  /**
   * Sets a field to a number.
   *
   * @throws IllegalArgumentException if the pipeline has no field of that name
   */
  public ExampleFields set(String name, double value) {
    Slot slot = slot(name);
    slot.number = value;
    if (slot.value != slot) { // a reference costs more to set than to compare
      slot.value = slot;
    }
    slot.example = example;
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
   * time of {@code java.time}; for a set of ids or labels also to a collection or an array of
   * these, and for sparse ids to a map from these to numbers; null for a missing value. An {@link
   * Instant} is milliseconds since the epoch, as an event time has to be. A value that cannot be
   * read, because its own methods throw, makes the example a dead letter too.
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
    if (value instanceof String || value instanceof Number) { // most of them
      return value;
    } else if (value instanceof Instant instant) {
      return millis(instant);
    } else if (value instanceof Enum<?> constant) {
      return constant.name();
    } else if (value instanceof Character || value instanceof UUID) {
      return value.toString();
    } else if (value instanceof Temporal time) {
      return text(time);
    }
    return value;
  }

  /**
   * Returns milliseconds since the epoch; the text of a time so far away that its milliseconds
   * would be read as those of a finer unit, or do not fit a long.
   */
  private static Object millis(Instant instant) {
    try {
      long millis = instant.toEpochMilli();
      return ClockTime.Unit.finest((double) millis) == ClockTime.Unit.MILLIS
          ? millis
          : instant.toString();
    } catch (ArithmeticException e) {
      return instant.toString();
    }
  }

  /** Returns the text of a time; itself if its own code throws, as reading it then does. */
  private static Object text(Temporal time) {
    try {
      return time.toString();
    } catch (RuntimeException | StackOverflowError e) {
      return time;
    }
  }

  private void put(String name, @Nullable Object value) {
    Slot slot = slot(name);
    slot.value = value;
    slot.example = example;
  }

  /** Returns the value in a slot, null if this example has none. */
  private @Nullable Object value(Slot slot) {
    return slot.example == example ? slot.value : null;
  }

  @SuppressWarnings("ReferenceEquality") // another String of the same name is looked up
  private Slot slot(String name) {
    int position = sets < setOrder.length ? sets++ : 0;
    Slot slot = setOrder[position];
    if (slot.name != name) {
      slot = find(name);
      slot.name = name; // the same literal comes with the next example
      setOrder[position] = slot;
    }
    return slot;
  }

  private Slot find(String name) {
    Slot slot = slots.get(name);
    if (slot == null) {
      throw new IllegalArgumentException(
          "\"%s\" is not a field of the pipeline. Its fields: %s. Add it to input.features, or do not set it."
              .formatted(name, String.join(", ", slots.keySet())));
    }
    return slot;
  }

  /** Returns the names of all fields. */
  List<String> names() {
    return List.copyOf(slots.keySet());
  }

  /** Removes all values. */
  void clear() {
    example++;
    record = null;
    sets = 0;
  }

  /** Returns the Kafka record of the example; null if none was set. */
  @Nullable KafkaRecord record() {
    return record;
  }

  /** Returns what stands in a dead letter for the record that the example does not have. */
  KafkaRecord deadLetter(long timestamp) {
    String name = spec.key();
    Object key = name == null ? null : value(find(name));
    byte[] keyBytes = key == null || !isReadable(key) ? null : utf8(key.toString());
    return KafkaRecord.none(timestamp, keyBytes, utf8(json()));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private String json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (Slot slot : slots.values()) {
      Object value = value(slot);
      if (value != null) {
        json.set(slot.name, isReadable(value) ? node(value) : json.textNode(unreadable(value)));
      }
    }
    return json.toString();
  }

  /**
   * Returns the rejection of an example with a value that cannot be read; null if all can be read.
   *
   * @param thrown while they were read
   */
  @Nullable RejectedException unreadable(Throwable thrown) {
    for (Slot slot : slots.values()) {
      Object value = value(slot);
      if (value != null && !isReadable(value)) {
        return new RejectedException(
            DeadLetterReason.MALFORMED_RECORD,
            "\"%s\" is %s: %s".formatted(slot.name, unreadable(value), thrown.getClass().getName()),
            thrown);
      }
    }
    return null;
  }

  private static String unreadable(Object value) {
    return "a %s that cannot be read".formatted(value.getClass().getName());
  }

  /** Returns false if the own code of a value throws. */
  private static boolean isReadable(Object value) {
    try {
      node(value);
      return true;
    } catch (RuntimeException | StackOverflowError e) {
      return false;
    }
  }

  private static JsonNode node(Object value) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    if (value instanceof Collection<?> items) {
      ArrayNode array = nodes.arrayNode();
      items.forEach(item -> array.add(scalarNode(item)));
      return array;
    }
    if (value instanceof Map<?, ?> map) {
      ObjectNode object = nodes.objectNode();
      map.forEach((name, number) -> object.set(String.valueOf(name), scalarNode(number)));
      return object;
    }
    if (value.getClass().isArray()) {
      ArrayNode array = nodes.arrayNode();
      for (int i = 0; i < Array.getLength(value); i++) {
        array.add(scalarNode(Array.get(value, i)));
      }
      return array;
    }
    return scalarNode(value);
  }

  private static JsonNode scalarNode(@Nullable Object value) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    if (value == null) {
      return nodes.nullNode();
    } else if (value instanceof Boolean flag) {
      return nodes.booleanNode(flag);
    } else if (value instanceof Long || value instanceof Integer) {
      return nodes.numberNode(((Number) value).longValue());
    } else if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
      return nodes.numberNode(number.doubleValue());
    }
    return nodes.textNode(value.toString());
  }

  /**
   * Returns the value of a field.
   *
   * @param path the steps to it, the same array for every example
   */
  @Nullable Object at(String[] path) {
    int i = 0;
    while (i < paths.length && paths[i] != path) {
      i++;
    }
    if (i == paths.length) {
      paths = Arrays.copyOf(paths, i + 1);
      paths[i] = path;
      reached = Arrays.copyOf(reached, i + 1);
      reached[i] = find(String.join(".", path));
    }
    return value(reached[i]);
  }

  /** Returns the value of the feature with a number from 0. */
  @Nullable Object feature(int number) {
    return value(features[number]);
  }

  /** A field and its value in one example. It is the value itself if that changes as a number. */
  private static final class Slot extends Number {
    private static final long serialVersionUID = 1L;

    private String name;
    private double number;
    private transient @Nullable Object value;
    // Number of the example that the value is of.
    private long example;

    Slot(String name) {
      this.name = name;
    }

    @Override
    public int intValue() {
      return (int) number;
    }

    @Override
    public long longValue() {
      return (long) number;
    }

    @Override
    public float floatValue() {
      return (float) number;
    }

    @Override
    public double doubleValue() {
      return number;
    }

    /** Returns the number as the name of a class or key has it. */
    @Override
    public String toString() {
      return NumberText.ofDouble(number);
    }
  }
}
