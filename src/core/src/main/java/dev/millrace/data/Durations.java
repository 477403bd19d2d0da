package dev.millrace.data;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses and formats durations of the pipeline file: 500ms, 10s, 5m, 1h, 7d, off. */
public final class Durations {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,15})(ms|s|m|h|d)");

  private Durations() {}

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
}
