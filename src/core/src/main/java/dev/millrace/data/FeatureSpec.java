package dev.millrace.data;

import java.io.Serializable;
import java.util.List;

/**
 * One column of the input and how it becomes features.
 *
 * @param name the field or column; dots reach into nested records
 * @param nullable the column may be absent: then its features are missing and one more feature, an
 *     indicator, is 1
 * @param values of a one-hot column, one feature each; a value not listed gives 0 in all of them
 * @param buckets of a hashed column, one feature each
 */
@PublicApi
public record FeatureSpec(
    String name, Type type, boolean nullable, List<String> values, int buckets)
    implements Serializable {
  /** Features of a time: cosine and sine of the time of day, then of the time of the week. */
  public static final int TIME_WIDTH = 4;

  public FeatureSpec {
    values = List.copyOf(values);
  }

  /** Conversion of a column to features. */
  public enum Type {
    NUMERIC,
    BOOLEAN,
    ONE_HOT,
    HASH,
    TIME;

    /** Returns true if the column is one number, or true or false. */
    public boolean isNumber() {
      return this == NUMERIC || this == BOOLEAN;
    }

    /** The name in pipeline files, such as {@code one-hot}. */
    public String id() {
      return KebabCase.of(this);
    }
  }

  /** The column in one line: its name and all that decides what its features mean. */
  public String spelled() {
    String more =
        switch (type) {
          case NUMERIC, BOOLEAN, TIME -> "";
          case ONE_HOT -> " " + values;
          case HASH -> " " + buckets;
        };
    return name + ": " + type.id() + more + (nullable ? ", nullable" : "");
  }

  /** Number of features that this column becomes. */
  public int width() {
    int own =
        switch (type) {
          case NUMERIC, BOOLEAN -> 1;
          case ONE_HOT -> values.size();
          case HASH -> buckets;
          case TIME -> TIME_WIDTH;
        };
    return nullable ? own + 1 : own;
  }
}
