package dev.millrace.cli.init;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether records are series with regular steps, and their seasons.
 *
 * <p>The strength of a season is the correlation of values with those a season before, both without
 * their level, which is the mean over a season around them.
 */
final class SeriesProposal {
  private static final int MIN_VALUES = 48; // of a series
  private static final int MAX_SEASON = 400;
  private static final int MIN_PAIRS = 24;
  private static final double REGULAR = 0.95;
  private static final double MIN_STRENGTH = 0.4;
  // Above the correlation half a season before.
  private static final double MIN_CONTRAST = 0.3;
  private static final double NEARLY_BEST = 0.9;
  // Random walks have a season of a third of their length.
  private static final int MIN_PERIODS = 8;
  // In standard errors of a correlation, where each period is one observation.
  private static final double MIN_DEVIATIONS = 2;
  private static final double MIN_GAIN = 0.03;
  private static final double DAY = TimeUnit.DAYS.toMillis(1);
  private static final double MIN_MONTH = 28 * DAY;
  private static final double MAX_MONTH = 31 * DAY;

  /**
   * Regular series.
   *
   * @param step between two records, in words
   * @param seasons in records, the shortest first; empty if none was found
   * @param strengths correlation of each season
   */
  record Series(String step, List<Integer> seasons, List<Double> strengths) {}

  private final List<double[]> series;

  private SeriesProposal(List<double[]> series) {
    this.series = series;
  }

  /**
   * Returns what was found; null if the records are not series with regular steps.
   *
   * @param values numbers
   * @param times milliseconds since 1970
   * @param keys series of each record; null for one series
   * @param isCut whether records follow, so that the last of several series may be short
   */
  static @Nullable Series find(
      double[] values, double[] times, double @Nullable [] keys, int rows, boolean isCut) {
    Map<Double, List<Integer>> rowsOf = new HashMap<>();
    List<List<Integer>> inOrder = new ArrayList<>();
    for (int r = 0; r < rows; r++) {
      double key = keys == null ? 0 : keys[r];
      List<Integer> rowsOfKey = rowsOf.get(key);
      if (rowsOfKey == null) {
        rowsOfKey = new ArrayList<>();
        rowsOf.put(key, rowsOfKey);
        inOrder.add(rowsOfKey);
      }
      rowsOfKey.add(r);
    }
    if (isCut && inOrder.size() > 1) {
      inOrder.remove(inOrder.size() - 1);
    }
    List<double[]> series = new ArrayList<>();
    List<Double> steps = new ArrayList<>();
    for (List<Integer> rowsOfKey : inOrder) {
      if (rowsOfKey.size() < MIN_VALUES) {
        return null;
      }
      series.add(rowsOfKey.stream().mapToDouble(r -> values[r]).toArray());
      for (int i = 1; i < rowsOfKey.size(); i++) {
        double step = times[rowsOfKey.get(i)] - times[rowsOfKey.get(i - 1)];
        if (step <= 0) {
          return null; // several series, one after the other
        }
        steps.add(step);
      }
    }
    String step = step(steps.stream().mapToDouble(Double::doubleValue).toArray());
    return step == null ? null : new SeriesProposal(series).withSeasons(step);
  }

  /** Returns the step that nearly all are, in words; null if there is none. */
  private static @Nullable String step(double[] steps) {
    double[] sorted = steps.clone();
    Arrays.sort(sorted);
    double median = sorted.length == 0 ? 0 : sorted[sorted.length / 2];
    double share = share(steps, median * 0.99, median * 1.01);
    if (median > 0 && share >= REGULAR) {
      return "every " + words(median);
    }
    return share(steps, MIN_MONTH, MAX_MONTH) >= REGULAR ? "every month" : null;
  }

  private static double share(double[] steps, double from, double to) {
    return Arrays.stream(steps).filter(step -> step >= from && step <= to).count()
        / (double) steps.length;
  }

  private static String words(double millis) {
    String[] names = {"day", "hour", "minute", "second"};
    double[] units = {DAY, DAY / 24, DAY / 1_440, DAY / 86_400};
    for (int u = 0; u < units.length; u++) {
      double count = millis / units[u];
      if (count >= 1 && count == Math.rint(count)) {
        return count == 1 ? names[u] : "%.0f %ss".formatted(count, names[u]);
      }
    }
    return "%.0f ms".formatted(millis);
  }

  private Series withSeasons(String step) {
    int shortest = series.stream().mapToInt(one -> one.length).min().orElse(0);
    int max = Math.min(MAX_SEASON, shortest / MIN_PERIODS);
    double[] strengths = new double[max + 1];
    for (int season = 2; season <= max; season++) {
      strengths[season] = strength(season);
    }
    double best = Arrays.stream(strengths).max().orElse(0);
    int first = peak(strengths, max, Math.max(MIN_STRENGTH, NEARLY_BEST * best), 1, 0);
    if (first == 0) {
      return new Series(step, List.of(), List.of());
    }
    int main = highest(strengths, first, Math.min(max - 1, first + first / 4));
    // A week of days, or a day of which the week has another level.
    int shorter = peak(strengths, main, MIN_STRENGTH, 1, main);
    int longer = peak(strengths, max, strengths[main] + MIN_GAIN, main, 0);
    List<Integer> seasons =
        IntStream.of(shorter, main, shorter == 0 ? longer : 0)
            .filter(season -> season > 0)
            .boxed()
            .toList();
    return new Series(step, seasons, seasons.stream().map(season -> strengths[season]).toList());
  }

  /**
   * Returns the shortest season below {@code max} of a strength that is a multiple of {@code
   * factor} and divides {@code multiple}; 0 if there is none.
   */
  private static int peak(double[] strengths, int max, double min, int factor, int multiple) {
    return IntStream.range(2, max)
        .filter(season -> season % factor == 0 && multiple % season == 0)
        .filter(season -> strengths[season] >= min && isPeak(strengths, season))
        .findFirst()
        .orElse(0);
  }

  // Noise makes small peaks on the slope before the season.
  private static int highest(double[] strengths, int from, int to) {
    int highest = from;
    for (int season = from + 1; season <= to; season++) {
      highest =
          strengths[season] > strengths[highest] && isPeak(strengths, season) ? season : highest;
    }
    return highest;
  }

  private static boolean isPeak(double[] strengths, int season) {
    return strengths[season] >= strengths[season - 1] && strengths[season] >= strengths[season + 1];
  }

  /** Returns the strength of a season; 0 if it is small, or not much above that of half of it. */
  private double strength(int season) {
    double[] sums = new double[4]; // products at the season, at half of it, squares, pairs
    for (double[] values : series) {
      add(values, season, sums);
    }
    if (sums[3] < MIN_PAIRS || sums[2] <= 0) {
      return 0;
    }
    double atSeason = sums[0] / sums[2];
    double min = MIN_DEVIATIONS / Math.sqrt(sums[3] / season);
    return atSeason >= min && atSeason - sums[1] / sums[2] >= MIN_CONTRAST ? atSeason : 0;
  }

  private static void add(double[] values, int season, double[] sums) {
    double[] prefix = new double[values.length + 1];
    double last = 0;
    for (int i = 0; i < values.length; i++) {
      last = Double.isNaN(values[i]) ? last : values[i];
      prefix[i + 1] = prefix[i] + last;
    }
    int before = season / 2;
    int count = values.length - season;
    double[] rest = new double[count];
    for (int i = 0; i < count; i++) {
      double value = prefix[i + before + 1] - prefix[i + before];
      rest[i] = value - (prefix[i + season] - prefix[i]) / season;
    }
    for (int i = season; i < count; i++) {
      sums[0] += rest[i] * rest[i - season];
      sums[1] += rest[i] * rest[i - before];
      sums[2] += (rest[i] * rest[i] + rest[i - season] * rest[i - season]) / 2;
      sums[3]++;
    }
  }
}
