package dev.millrace.input;

import dev.millrace.data.KebabCase;
import dev.millrace.data.PublicApi;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Features computed from the earlier records of a model key, or from those of them that agree in
 * other columns. A record's own values are never part of its features, nor is a label that has not
 * come yet.
 *
 * @param column numeric field, or the label of the input; null for {@link Since}
 * @param by fields whose values the records are grouped by, or {@link TimePart}s; empty for all
 *     records of the key
 * @param computation what is computed of the column's values
 */
@PublicApi
public record DerivedFeature(@Nullable String column, List<String> by, Computation computation)
    implements Serializable {
  /** Max number of values that a window or a lag by records goes back. */
  public static final int MAX_RECORDS = 10_000;

  private static final long[] UNITS = {86_400_000L, 3_600_000L, 60_000L, 1_000L};
  private static final String[] UNIT_NAMES = {"d", "h", "m", "s"};

  public DerivedFeature {
    by = List.copyOf(by);
  }

  /** Parts of the event time in UTC that records can be grouped by. */
  public enum TimePart {
    HOUR_OF_DAY(3_600_000L, 24),
    DAY_OF_WEEK(86_400_000L, 7),
    HOUR_OF_WEEK(3_600_000L, 168);

    private final long millis;
    private final int count;

    TimePart(long millis, int count) {
      this.millis = millis;
      this.count = count;
    }

    /** Returns the name in pipeline files, such as {@code hour-of-day}. */
    public String id() {
      return KebabCase.of(this);
    }

    /** Returns the part of a time, from 0; the days of a week are counted from Thursday. */
    public int of(long eventTime) {
      return (int) Math.floorMod(Math.floorDiv(eventTime, millis), (long) count);
    }

    /** Returns the part of a name; null if no part has it. */
    public static @Nullable TimePart ofName(String name) {
      for (TimePart part : values()) {
        if (part.id().equals(name)) {
          return part;
        }
      }
      return null;
    }
  }

  /** Functions of the values of a window. */
  public enum Aggregate {
    /** Number of records; 0 without any. */
    COUNT,
    SUM,
    MEAN,
    MIN,
    MAX,
    /** Standard deviation of the population. */
    STD,
    /** Number of different values. */
    DISTINCT,
    /** Records per second. */
    RATE;

    /** Returns the name in pipeline files. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Returns true if the function needs numbers, rather than records or values of any type. */
    public boolean needsNumbers() {
      return this != COUNT && this != DISTINCT && this != RATE;
    }
  }

  /** Computation of a feature. */
  public sealed interface Computation extends Serializable permits Lags, Window, Smoothed, Since {
    /** Returns what is behind the name of the column in the names of the features. */
    List<String> suffixes();

    /** Returns true if values are used as numbers, not only as different values. */
    boolean needsNumbers();

    /** Returns true if a feature predicts the column's next value in its own unit. */
    boolean isExpert(int feature);
  }

  /**
   * Earlier values.
   *
   * @param steps how many values back, from 1, or how many milliseconds back
   * @param inTime true if steps are milliseconds: the last value that is at least that old
   * @param isChange true for the differences to the record's own value
   */
  public record Lags(List<Long> steps, boolean inTime, boolean isChange) implements Computation {
    public Lags {
      steps = List.copyOf(steps);
    }

    @Override
    public List<String> suffixes() {
      String name = isChange ? "_change_" : "_lag_";
      return steps.stream().map(step -> name + amount(step, inTime)).toList();
    }

    @Override
    public boolean needsNumbers() {
      return true;
    }

    @Override
    public boolean isExpert(int feature) {
      return !isChange;
    }
  }

  /**
   * Functions of recent values.
   *
   * @param size max number of values, or milliseconds
   * @param unit of the size
   * @param smoothing number of values at the mean of the whole key that a mean is averaged with;
   *     not negative
   */
  public record Window(long size, Unit unit, List<Aggregate> functions, double smoothing)
      implements Computation {
    public Window {
      functions = List.copyOf(functions);
    }

    @Override
    public List<String> suffixes() {
      String suffix = unit == Unit.ALL ? "" : "_" + amount(size, unit == Unit.MILLIS);
      return functions.stream().map(function -> "_" + function.id() + suffix).toList();
    }

    @Override
    public boolean needsNumbers() {
      return functions.stream().anyMatch(Aggregate::needsNumbers);
    }

    @Override
    public boolean isExpert(int feature) {
      return functions.get(feature) == Aggregate.MEAN;
    }
  }

  /** Units of a window. */
  public enum Unit {
    RECORDS,
    MILLIS,
    /** All values since the start of the key. */
    ALL
  }

  /**
   * Exponentially weighted functions of all values.
   *
   * @param halfLife values, or milliseconds, after which a value counts half
   */
  public record Smoothed(long halfLife, boolean inTime, List<Aggregate> functions)
      implements Computation {
    public Smoothed {
      functions = List.copyOf(functions);
    }

    @Override
    public List<String> suffixes() {
      String suffix = "_" + amount(halfLife, inTime);
      return functions.stream().map(function -> "_ewm_" + function.id() + suffix).toList();
    }

    @Override
    public boolean needsNumbers() {
      return true;
    }

    @Override
    public boolean isExpert(int feature) {
      return functions.get(feature) == Aggregate.MEAN;
    }
  }

  /** Seconds since the last record. */
  public record Since() implements Computation {
    @Override
    public List<String> suffixes() {
      return List.of("seconds_since_last");
    }

    @Override
    public boolean needsNumbers() {
      return false;
    }

    @Override
    public boolean isExpert(int feature) {
      return false;
    }
  }

  /** Returns the names of the features, in their order. */
  public List<String> names() {
    String start = column == null ? "" : column;
    String end = by.isEmpty() ? "" : "_by_" + String.join("_", by);
    return computation.suffixes().stream().map(suffix -> start + suffix + end).toList();
  }

  /** Returns the number of features. */
  public int width() {
    return computation.suffixes().size();
  }

  private static String amount(long size, boolean inTime) {
    if (!inTime) {
      return Long.toString(size);
    }
    for (int u = 0; u < UNITS.length; u++) {
      if (size % UNITS[u] == 0) {
        return size / UNITS[u] + UNIT_NAMES[u];
      }
    }
    return size + "ms";
  }
}
