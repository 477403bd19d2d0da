package dev.millrace.cli.init;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Records in their order, grouped by model key and perhaps by the value of a field. */
final class RecordGroups {
  private record Group(double key, double value) {}

  // The number of each record's group, in the order of their first records.
  private final int[] groups;

  /**
   * @param keys model key of each record; null for one key
   * @param values of each record; null to group by key alone
   */
  RecordGroups(int records, double @Nullable [] keys, double @Nullable [] values) {
    groups = new int[records];
    Map<Group, Integer> numbers = new HashMap<>();
    for (int r = 0; r < records; r++) {
      Group group = new Group(keys == null ? 0 : keys[r], values == null ? 0 : values[r]);
      Integer known = numbers.putIfAbsent(group, numbers.size());
      groups[r] = known == null ? numbers.size() - 1 : known;
    }
  }

  /** Returns the value n present values of the group before; NaN if there is none. */
  double[] lags(double[] values, int steps) {
    Map<Integer, double[]> rings = new HashMap<>();
    int[] counts = new int[groups.length];
    double[] lags = new double[groups.length];
    for (int r = 0; r < groups.length; r++) {
      double[] ring = rings.computeIfAbsent(groups[r], absent -> new double[steps]);
      int count = counts[groups[r]];
      lags[r] = count < steps ? Double.NaN : ring[count % steps];
      if (!Double.isNaN(values[r])) {
        ring[count % steps] = values[r];
        counts[groups[r]]++;
      }
    }
    return lags;
  }

  /**
   * Returns the number of earlier records of the group in a window of time.
   *
   * @param times of each record, in milliseconds, as {@code window}
   */
  double[] counts(double[] times, double window) {
    int[] previous = previous();
    int[] oldest = new int[groups.length]; // of the group's window, by group
    int[] next = new int[groups.length];
    int[] inWindow = new int[groups.length];
    Arrays.fill(oldest, -1);
    double[] counts = new double[groups.length];
    for (int r = 0; r < groups.length; r++) {
      int g = groups[r];
      if (previous[r] >= 0) {
        next[previous[r]] = r;
        inWindow[g]++;
      }
      if (oldest[g] < 0) {
        oldest[g] = r;
      }
      while (oldest[g] != r && times[oldest[g]] < times[r] - window) {
        oldest[g] = next[oldest[g]];
        inWindow[g]--;
      }
      counts[r] = inWindow[g];
    }
    return counts;
  }

  /**
   * Returns the seconds since the last record of the group; NaN if there is none.
   *
   * @param times of each record, in milliseconds
   */
  double[] since(double[] times) {
    int[] previous = previous();
    double[] since = new double[groups.length];
    for (int r = 0; r < groups.length; r++) {
      since[r] = previous[r] < 0 ? Double.NaN : Math.max(0, times[r] - times[previous[r]]) / 1_000;
    }
    return since;
  }

  /** Returns the last record of the group before each record; -1 if there is none. */
  private int[] previous() {
    int[] last = new int[groups.length];
    Arrays.fill(last, -1);
    int[] previous = new int[groups.length];
    for (int r = 0; r < groups.length; r++) {
      previous[r] = last[groups[r]];
      last[groups[r]] = r;
    }
    return previous;
  }
}
