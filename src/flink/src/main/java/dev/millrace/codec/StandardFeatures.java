package dev.millrace.codec;

import dev.millrace.codec.fields.CarriedReader;
import dev.millrace.codec.fields.ExampleSchema;
import dev.millrace.codec.fields.FeatureMapper;
import dev.millrace.codec.text.ClockTime;
import dev.millrace.codec.text.FieldText;
import dev.millrace.codec.text.GroupReader;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.codec.text.TextCache;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.input.InputSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * Encodes numbers by position and attributes by name, as in the standard example schema, as
 * features. Not thread-safe.
 *
 * <p>{@link #begin}, {@link #attribute} for each, {@link #end}.
 */
final class StandardFeatures {
  // Null if no feature is declared.
  private final @Nullable FeatureMapper mapper;
  private final TextCache names;
  // Null if the metrics have no groups.
  private final @Nullable Utf8 groupName;
  private final GroupReader groups;
  private final CarriedReader carried;
  // The declared column of each number of a record, -1 for one that is not read.
  private final int[] places;
  private final List<String> numberNames;
  private int numbers;

  StandardFeatures(InputSpec spec) {
    this(spec, numbersOf(spec.features()), new ReaderScratch());
  }

  /**
   * Creates features of records whose numbers have names.
   *
   * @param numberNames columns of the numbers of a record, in their order
   */
  StandardFeatures(InputSpec spec, List<String> numberNames, ReaderScratch scratch) {
    this.numberNames = numberNames;
    names = scratch.texts;
    mapper = spec.hasFeatures() ? new FeatureMapper(spec, scratch.words) : null;
    groupName = spec.group() == null ? null : new Utf8(spec.group());
    groups = new GroupReader(Objects.requireNonNullElse(spec.group(), ""));
    carried = new CarriedReader(spec);
    FeatureMapper columns = mapper;
    places =
        columns == null
            ? new int[0]
            : numberNames.stream().mapToInt(name -> columns.find(new Utf8(name))).toArray();
  }

  /** Returns the columns that are numbers of a record of the standard schema, in their order. */
  static List<String> numbersOf(List<FeatureSpec> features) {
    return features.stream()
        .filter(feature -> feature.type().isNumber())
        .map(FeatureSpec::name)
        .toList();
  }

  /**
   * Starts an example with its numbers.
   *
   * @param missing which of the first {@code count} numbers are missing
   * @param hasAttributes whether attributes follow
   */
  void begin(Example into, float[] values, boolean[] missing, int count, boolean hasAttributes)
      throws RejectedException {
    numbers = count;
    into.ignoredFields.clear();
    if (mapper == null) {
      putUndeclared(into, values, missing, hasAttributes);
    } else {
      putDeclared(mapper, into, values, missing);
    }
  }

  // Numbers in their order, then one block of all hashed attributes.
  private void putUndeclared(Example into, float[] values, boolean[] missing, boolean hasAttributes)
      throws RejectedException {
    int hashed = hasAttributes ? ExampleSchema.HASHED_ATTRIBUTES : 0;
    into.resize(numbers + hashed);
    into.indicators = hashed;
    for (int i = 0; i < numbers; i++) {
      if (!missing[i] && !Float.isFinite(values[i])) {
        throw new RejectedException(
            DeadLetterReason.NON_FINITE_FEATURE,
            "feature " + i + " is " + values[i] + "; it must be finite");
      }
      into.features[i] = missing[i] ? Float.NaN : values[i];
    }
    Arrays.fill(into.features, numbers, into.width, 0f);
  }

  // The numbers are the numeric and boolean columns in their order; attributes are the others.
  private void putDeclared(FeatureMapper columns, Example into, float[] values, boolean[] missing)
      throws RejectedException {
    columns.begin(into);
    carried.begin(into);
    int count = Math.min(numbers, places.length);
    for (int i = 0; i < count; i++) {
      if (places[i] < 0) {
        into.ignoredFields.add(numberNames.get(i));
      } else if (!missing[i]) {
        put(columns, into, places[i], values[i]);
        carried.number(columns.column(places[i]).name(), values[i], into);
      }
    }
    if (places.length != numbers) {
      throw new RejectedException(
          DeadLetterReason.WRONG_FEATURE_COUNT,
          "the record has "
              + numbers
              + " numeric features; the pipeline declares "
              + places.length);
    }
  }

  // A number of a record may be a column of another type, as its model began with.
  private static void put(FeatureMapper columns, Example into, int column, float value)
      throws RejectedException {
    FeatureSpec.Type type = columns.column(column).type();
    if (type.isNumber()) {
      columns.number(into, column, value);
    } else if (type == FeatureSpec.Type.TIME) {
      columns.time(into, column, value, ClockTime.Unit.DAYS);
    } else {
      columns.text(into, column, FieldText.of(value));
    }
  }

  /** Adds an attribute; an empty one is missing. */
  void attribute(Example into, Utf8 name, Utf8 text) throws RejectedException {
    if (text.getByteLength() == 0) {
      return;
    }
    boolean isGroup = name.equals(groupName);
    if (isGroup) {
      groups.read(text, into);
    }
    if (mapper == null) {
      int hash = 31 * FeatureMapper.hash(name) + FeatureMapper.hash(text);
      into.features[numbers + Math.floorMod(hash, ExampleSchema.HASHED_ATTRIBUTES)] = 1f;
      return;
    }
    boolean isCarried = carried.text(name, text, into);
    int column = mapper.find(name);
    if (column >= 0) {
      mapper.text(into, column, text);
    } else if (!isGroup && !isCarried) {
      String ignored = names.get(name.getBytes(), name.getByteLength());
      into.ignoredFields.add(ignored == null ? name.toString() : ignored);
    }
  }

  /** Ends the example. */
  void end(Example into) throws RejectedException {
    if (mapper != null) {
      mapper.end(into);
    }
    if (into.width == 0) {
      throw new RejectedException(
          DeadLetterReason.WRONG_FEATURE_COUNT, "the record has no features");
    }
  }
}
