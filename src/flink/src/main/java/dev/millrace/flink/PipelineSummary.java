package dev.millrace.flink;

import dev.millrace.report.SummaryReport;
import dev.millrace.report.SummaryReport.Drifting;
import dev.millrace.report.SummaryReport.Spread;
import dev.millrace.report.SummarySample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Computes a summary from the samples of all keys. Not thread-safe. */
public final class PipelineSummary {
  private static final int WORST = 10;
  private static final int DRIFTING = 10;

  private static final Comparator<SummarySample> BY_LOSS =
      Comparator.comparingDouble(SummarySample::loss)
          .thenComparing(SummarySample::key, Comparator.reverseOrder());

  private final PriorityQueue<SummarySample> worst = new PriorityQueue<>(BY_LOSS);
  private final PriorityQueue<String> firstDrifting =
      new PriorityQueue<>(Comparator.<String>reverseOrder());
  private final SortedSet<String> driftingColumns = new TreeSet<>();
  private int drifting;
  private double[] accuracies = new double[64];
  private double[] losses = new double[64];
  private int accuracyCount;
  private int lossCount;
  private int keys;
  private int active;
  private long examples;

  /**
   * Adds the sample of one key.
   *
   * @param driftingColumn column of its input that drifts; null if none does
   */
  public void add(
      SummarySample sample, boolean isActive, boolean isDrifting, @Nullable String driftingColumn) {
    if (driftingColumn != null) {
      driftingColumns.add(driftingColumn);
    }
    keys++;
    active += isActive ? 1 : 0;
    if (isDrifting) {
      drifting++;
      firstDrifting.add(sample.key());
      if (firstDrifting.size() > DRIFTING) {
        firstDrifting.poll();
      }
    }
    examples += sample.examples();
    if (!Double.isNaN(sample.accuracy())) {
      accuracies = withRoom(accuracies, accuracyCount);
      accuracies[accuracyCount++] = sample.accuracy();
    }
    if (!Double.isNaN(sample.loss())) {
      losses = withRoom(losses, lossCount);
      losses[lossCount++] = sample.loss();
      worst.add(sample);
      if (worst.size() > WORST) {
        worst.poll();
      }
    }
  }

  /**
   * Returns the summary of the added keys.
   *
   * @param time milliseconds since the epoch
   * @param config fingerprint of the pipeline's configuration
   */
  public SummaryReport report(String pipeline, long time, String config) {
    List<SummarySample> highestFirst = new ArrayList<>(worst);
    highestFirst.sort(BY_LOSS.reversed());
    return new SummaryReport(
        pipeline,
        time,
        keys,
        active,
        examples,
        Spread.of(Arrays.copyOf(accuracies, accuracyCount)),
        Spread.of(Arrays.copyOf(losses, lossCount)),
        new Drifting(
            drifting,
            firstDrifting.stream().sorted().toList(),
            driftingColumns.stream().limit(DRIFTING).toList()),
        highestFirst,
        config);
  }

  private static double[] withRoom(double[] values, int count) {
    return count < values.length ? values : Arrays.copyOf(values, 2 * count);
  }
}
