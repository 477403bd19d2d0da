package dev.millrace.eval;

import dev.millrace.data.FeatureSpec;
import dev.millrace.data.PublicApi;
import dev.millrace.input.InputSpec;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The values of one column, each of which makes its examples a segment. Examples without a value,
 * or with one that is not listed, are the last segment.
 *
 * @param column name of a one-hot or boolean column
 * @param start place of its first feature in a row
 * @param isBoolean the column is one feature; else it has one for each value
 * @param values by place; of a boolean column, false and true
 */
@PublicApi
public record Segments(String column, int start, boolean isBoolean, List<String> values)
    implements Serializable {

  private static final List<String> BOOLEAN = List.of("false", "true");

  public Segments {
    values = List.copyOf(values);
  }

  /** Returns the segments of a column; null if the input has no such one-hot or boolean column. */
  public static @Nullable Segments of(InputSpec input, String column) {
    int start = 0;
    for (FeatureSpec feature : input.features()) {
      if (feature.name().equals(column)) {
        return switch (feature.type()) {
          case ONE_HOT -> new Segments(column, start, false, feature.values());
          case BOOLEAN -> new Segments(column, start, true, BOOLEAN);
          default -> null;
        };
      }
      start += feature.width();
    }
    return null;
  }

  /** Returns the number of segments. */
  int count() {
    return values.size() + 1;
  }

  /** Returns a number that differs if the values, or their column, do; at least 0. */
  long fingerprint() {
    return Integer.toUnsignedLong(31 * column.hashCode() + values.hashCode());
  }

  /** Returns the value of a segment; null for the last one. */
  @Nullable String value(int segment) {
    return segment < values.size() ? values.get(segment) : null;
  }

  /**
   * Returns the segment of a row of features.
   *
   * @param row floats, of which the example's begin at {@code offset}
   */
  public int of(float[] row, int offset) {
    int place = offset + start;
    if (isBoolean && !Float.isNaN(row[place])) {
      return row[place] == 0f ? 0 : 1;
    }
    for (int value = 0; value < values.size() && !isBoolean; value++) {
      if (row[place + value] != 0f) {
        return value;
      }
    }
    return values.size();
  }
}
