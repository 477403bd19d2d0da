package dev.millrace.codec.fields;

import dev.millrace.codec.text.ClockTime;
import dev.millrace.codec.text.Cycles;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.codec.text.WordSplitter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.IdWords;
import dev.millrace.input.IdColumns;
import dev.millrace.input.InputSpec;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * Encodes the declared columns of a record as features. Not thread-safe.
 *
 * <p>Columns are in the order of their declaration; a nullable column has its indicator after its
 * features. The event time, which the example has before, follows the columns if ids are forgotten
 * by it; the slots of derived features, which are missing, come last.
 */
public final class FeatureMapper {
  // More than a log line shows, so that it marks a longer value as cut; it may end within a
  // character.
  private static final int MAX_UNLISTED_BYTES = 256;

  private final FeatureSpec[] columns;
  private final int[] starts;
  private final int width;
  private final boolean[] seen;
  private final Map<Utf8, Integer> byName = new HashMap<>();
  private final Map<Utf8, Integer>[] valuesOf;
  // The last unlisted value of each column. Readers reuse one Utf8 for all values of a record.
  private final Utf8[] unlisted;
  // Null for a column without ids.
  private final @Nullable IdColumnWriter[] ids;
  private final int[] idColumns;
  private final int timeAt;
  private final int slotsAt;

  @SuppressWarnings({"unchecked", "rawtypes"})
  public FeatureMapper(InputSpec spec, WordSplitter words) {
    columns = spec.features().toArray(FeatureSpec[]::new);
    ids = new IdColumnWriter[columns.length];
    timeAt = IdColumns.of(spec).timeAt();
    starts = new int[columns.length];
    seen = new boolean[columns.length];
    valuesOf = new Map[columns.length];
    unlisted = new Utf8[columns.length];
    int start = 0;
    for (int c = 0; c < columns.length; c++) {
      starts[c] = start;
      start += columns[c].width();
      byName.put(new Utf8(columns[c].name()), c);
      valuesOf[c] = new HashMap<>();
      unlisted[c] = new Utf8();
      if (columns[c].type().isOfIds()) {
        ids[c] = new IdColumnWriter(columns[c], starts[c], words);
      }
      for (int v = 0; v < columns[c].values().size(); v++) {
        valuesOf[c].put(new Utf8(columns[c].values().get(v)), v);
      }
    }
    width = spec.width();
    slotsAt = width - spec.slots();
    idColumns = IntStream.range(0, columns.length).filter(c -> ids[c] != null).toArray();
  }

  int columns() {
    return columns.length;
  }

  /** Returns the declaration of a column. */
  public FeatureSpec column(int column) {
    return columns[column];
  }

  /** Returns position of the column with a name, or -1. */
  public int find(Utf8 name) {
    Integer column = byName.get(name);
    return column == null ? -1 : column;
  }

  /** Starts an example: every feature 0, no column seen. */
  public void begin(Example example) {
    example.resize(width);
    Arrays.fill(example.features, 0, slotsAt, 0f);
    Arrays.fill(example.features, slotsAt, width, Float.NaN);
    example.unlistedFeatures.clear();
    example.unlistedValues.clear();
    example.cutFeatures.clear();
    Arrays.fill(seen, false);
    for (int column : idColumns) {
      writer(column).begin(example.features);
    }
  }

  private IdColumnWriter writer(int column) {
    return Objects.requireNonNull(ids[column]);
  }

  /** Marks a column as present, although it may have no id. */
  void present(int column) {
    seen[column] = true;
  }

  /** Adds an id to a column; returns false if the column is full. */
  boolean id(int column, Utf8 value) {
    return writer(column).add(value.getBytes(), 0, value.getByteLength());
  }

  /** Adds an id with its number to a column; returns false if the column is full. */
  boolean id(int column, Utf8 value, float number) {
    return writer(column).add(value.getBytes(), 0, value.getByteLength(), number);
  }

  /** Puts a number, or a boolean as 0 or 1. */
  public void number(Example example, int column, double value) throws RejectedException {
    float narrowed = (float) value;
    if (!Float.isFinite(narrowed)) {
      throw new RejectedException(
          DeadLetterReason.NON_FINITE_FEATURE,
          "feature \""
              + columns[column].name()
              + "\" is "
              + value
              + "; it must be finite and fit a 32-bit float");
    }
    seen[column] = true;
    example.features[starts[column]] = narrowed;
  }

  /**
   * Encodes a text: the feature of its value or hash becomes 1, a time becomes {@link Cycles}, and
   * ids are added; it is rejected for numeric columns.
   */
  public void text(Example example, int column, Utf8 value) throws RejectedException {
    switch (columns[column].type()) {
      case NUMERIC, BOOLEAN -> throw invalid(column, value);
      case TIME -> time(example, column, ClockTime.ofText(value.toString()), value);
      case ONE_HOT -> {
        Integer listed = valuesOf[column].get(value);
        if (listed != null) {
          example.features[starts[column] + listed] = 1f;
        } else {
          example.unlistedFeatures.add(columns[column].name());
          example.unlistedValues.add(copyOfUnlisted(column, value));
        }
      }
      case HASH -> {
        int bucket = Math.floorMod(hash(value), columns[column].buckets());
        example.features[starts[column] + bucket] = 1f;
      }
      case ID -> id(column, value);
      case SET -> writer(column).addAll(value);
      case TEXT -> writer(column).addWords(value);
      case SPARSE -> writer(column).addPairs(value);
    }
    seen[column] = true;
  }

  private Utf8 copyOfUnlisted(int column, Utf8 value) {
    int length = Math.min(value.getByteLength(), MAX_UNLISTED_BYTES);
    Utf8 copy = unlisted[column];
    copy.setByteLength(length);
    System.arraycopy(value.getBytes(), 0, copy.getBytes(), 0, length);
    return copy;
  }

  /**
   * Encodes a time from a number.
   *
   * @param coarsest declared unit, days if there is none
   */
  public void time(Example example, int column, double value, ClockTime.Unit coarsest)
      throws RejectedException {
    time(example, column, ClockTime.ofNumber(value, coarsest), value);
    seen[column] = true;
  }

  private void time(Example example, int column, long millis, Object value)
      throws RejectedException {
    if (millis == ClockTime.NONE) {
      throw new RejectedException(
          DeadLetterReason.INVALID_FEATURE,
          ("feature \"%s\" is declared time but is %s; a time is ISO 8601, such as"
                  + " 2026-11-26T09:30, or seconds or milliseconds since 1970")
              .formatted(columns[column].name(), value));
    }
    Cycles.put(millis, example.features, starts[column]);
  }

  /** Returns the rejection of a value of another type than declared. */
  RejectedException invalid(int column, Object value) {
    return invalid(column, value, "");
  }

  /**
   * Returns the same with a remedy.
   *
   * @param remedy follows the message
   */
  RejectedException invalid(int column, Object value, String remedy) {
    // In quotes, to show that the text "1" is not a number.
    return notOfType(
        column,
        value instanceof CharSequence ? "the text \"" + value + '"' : String.valueOf(value),
        remedy);
  }

  /** Returns the same for a value in words. */
  RejectedException notOfType(int column, String shown, String remedy) {
    return new RejectedException(
        DeadLetterReason.INVALID_FEATURE,
        "feature \"%s\" is declared %s but is %s%s"
            .formatted(columns[column].name(), columns[column].type().id(), shown, remedy));
  }

  /** Ends an example and fills in missing columns, which must be nullable. */
  public void end(Example example) throws RejectedException {
    for (int c = 0; c < columns.length; c++) {
      if (seen[c]) {
        continue;
      }
      FeatureSpec column = columns[c];
      if (!column.nullable()) {
        throw new RejectedException(
            DeadLetterReason.MISSING_FEATURE,
            "feature \"" + column.name() + "\" is absent and was not declared nullable");
      }
      int indicator = starts[c] + column.width() - 1;
      if (column.type().isNumber() || column.type() == FeatureSpec.Type.TIME) {
        Arrays.fill(example.features, starts[c], indicator, Float.NaN);
      }
      example.features[indicator] = 1f;
    }
    for (int column : idColumns) {
      if (writer(column).isCut()) {
        example.cutFeatures.add(columns[column].name());
      }
    }
    if (timeAt >= 0) {
      IdWords.writeTime(example.windowTime(), example.features, timeAt);
    }
  }

  /** Returns 32-bit FNV-1a of the UTF-8 bytes, finished with MurmurHash3's mixer. */
  public static int hash(Utf8 text) {
    byte[] bytes = text.getBytes();
    int h = 0x811C9DC5;
    for (int i = 0; i < text.getByteLength(); i++) {
      h = (h ^ (bytes[i] & 0xFF)) * 0x01000193;
    }
    h = (h ^ (h >>> 16)) * 0x85EBCA6B;
    h = (h ^ (h >>> 13)) * 0xC2B2AE35;
    return h ^ (h >>> 16);
  }
}
