package dev.millrace.config.option;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses and formats durations of the pipeline file: 500ms, 10s, 5m, 1h, 7d, off. */
public final class Durations {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,15})(ms|s|m|h|d)");

  private Durations() {}

  /**
   * Returns the type of a duration in milliseconds, such as 500ms, 10s, 5m, 1h, 7d.
   *
   * @param orOff also allows 0 and the word off
   */
  public static OptionType<Long> type(long minMillis, long maxMillis, boolean orOff) {
    return new OptionTypes.ScalarType<>() {
      @Override
      @Nullable Long parse(String text) {
        if (orOff && (text.equals("off") || text.equals("0"))) {
          return 0L;
        }
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
          return null;
        }
        long count = Long.parseLong(matcher.group(1));
        long unit = millis(matcher.group(2));
        return count >= ceilDiv(minMillis, unit) && count <= maxMillis / unit ? count * unit : null;
      }

      @Override
      public String allowed() {
        return "a time between "
            + Durations.show(minMillis)
            + " and "
            + Durations.show(maxMillis)
            + " (such as 500ms, 10s, 5m)"
            + (orOff ? ", or off" : "");
      }

      @Override
      public String show(Long value) {
        return Durations.show(value);
      }
    };
  }

  /** Returns milliseconds of a text such as 30s; empty if it is none. */
  public static Optional<Long> parse(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long count = Long.parseLong(matcher.group(1));
    long unit = millis(matcher.group(2));
    return count > Long.MAX_VALUE / unit ? Optional.empty() : Optional.of(count * unit);
  }

  /** Returns milliseconds in the largest unit that divides them. */
  public static String show(long millis) {
    if (millis == 0) {
      return "off";
    }
    for (String unit : List.of("d", "h", "m", "s")) {
      if (millis % millis(unit) == 0) {
        return millis / millis(unit) + unit;
      }
    }
    return millis + "ms";
  }

  private static long millis(String unit) {
    return switch (unit) {
      case "d" -> 86_400_000;
      case "h" -> 3_600_000;
      case "m" -> 60_000;
      case "s" -> 1_000;
      default -> 1;
    };
  }

  private static long ceilDiv(long a, long b) {
    return (a + b - 1) / b;
  }
}
