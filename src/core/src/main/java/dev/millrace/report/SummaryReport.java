package dev.millrace.report;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Summary of the models of a pipeline at a time.
 *
 * @param time milliseconds since the epoch, processing time
 * @param keys that have a model and were reported at least once
 * @param active number of keys that were reported within the last minute
 * @param examples that all models have learned from, as last reported
 * @param accuracy windowed accuracy over the keys; null if no key has one
 * @param loss windowed loss over the keys; null if no key has one
 * @param worst the keys of the highest windowed loss, the highest first
 * @param config hash of the pipeline's configuration
 */
public record SummaryReport(
    String pipeline,
    long time,
    int keys,
    int active,
    long examples,
    @Nullable Spread accuracy,
    @Nullable Spread loss,
    Drifting drifting,
    List<SummarySample> worst,
    String config) {

  public SummaryReport {
    drifting = drifting == null ? new Drifting(0, List.of(), List.of()) : drifting;
    worst = List.copyOf(worst);
  }

  /** Distribution of a number over the keys; each key counts once, whatever its examples. */
  public record Spread(double mean, double min, double p10, double p50, double p90, double max) {

    /** Returns the distribution of the values that are not NaN; null if there are none. */
    public static @Nullable Spread of(double... values) {
      double[] sorted = Arrays.stream(values).filter(value -> !Double.isNaN(value)).toArray();
      if (sorted.length == 0) {
        return null;
      }
      Arrays.sort(sorted);
      double sum = 0;
      for (double value : sorted) {
        sum += value;
      }
      return new Spread(
          sum / sorted.length,
          sorted[0],
          quantile(sorted, 0.1),
          quantile(sorted, 0.5),
          quantile(sorted, 0.9),
          sorted[sorted.length - 1]);
    }

    /** Returns the smallest value that at least the share q of all does not exceed. */
    private static double quantile(double[] sorted, double q) {
      return sorted[(int) Math.ceil(q * sorted.length) - 1];
    }
  }

  /**
   * The keys that drift now: their detector warns, or it found a drift, or a column of their input
   * drifted, within the last minute.
   *
   * @param keys the first of them in the order of their names, max ten
   * @param columns of the input that drifted, likewise
   */
  public record Drifting(int count, List<String> keys, List<String> columns) {
    public Drifting {
      keys = List.copyOf(keys);
      columns = columns == null ? List.of() : List.copyOf(columns);
    }
  }
}
