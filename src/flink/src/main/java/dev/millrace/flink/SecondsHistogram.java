package dev.millrace.flink;

import java.util.concurrent.TimeUnit;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.HistogramStatistics;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;

/**
 * A histogram of durations that is updated in whole ticks of a finer unit and reports seconds.
 *
 * <p>Quantiles, mean and standard deviation are fractions of seconds. Flink has minimum, maximum
 * and the values themselves as whole numbers only: the minimum is rounded down, the maximum up, and
 * the values to the nearest second. Flink's Prometheus reporter exports quantiles and the count.
 */
final class SecondsHistogram implements Histogram {
  private final Histogram ticks;
  private final double ticksPerSecond;

  /**
   * @param values number of last values that the statistics are over
   * @param tick unit of the values that {@link #update} takes
   */
  SecondsHistogram(int values, TimeUnit tick) {
    ticks = new DescriptiveStatisticsHistogram(values);
    ticksPerSecond = tick.convert(1, TimeUnit.SECONDS);
  }

  @Override
  public void update(long value) {
    ticks.update(value);
  }

  @Override
  public long getCount() {
    return ticks.getCount();
  }

  @Override
  public HistogramStatistics getStatistics() {
    return new Seconds(ticks.getStatistics(), ticksPerSecond);
  }

  private static final class Seconds extends HistogramStatistics {
    private final HistogramStatistics ticks;
    private final double ticksPerSecond;

    Seconds(HistogramStatistics ticks, double ticksPerSecond) {
      this.ticks = ticks;
      this.ticksPerSecond = ticksPerSecond;
    }

    @Override
    public double getQuantile(double quantile) {
      return ticks.getQuantile(quantile) / ticksPerSecond;
    }

    @Override
    public long[] getValues() {
      long[] values = ticks.getValues();
      for (int v = 0; v < values.length; v++) {
        values[v] = Math.round(values[v] / ticksPerSecond);
      }
      return values;
    }

    @Override
    public int size() {
      return ticks.size();
    }

    @Override
    public double getMean() {
      return ticks.getMean() / ticksPerSecond;
    }

    @Override
    public double getStdDev() {
      return ticks.getStdDev() / ticksPerSecond;
    }

    @Override
    public long getMax() {
      return (long) Math.ceil(ticks.getMax() / ticksPerSecond);
    }

    @Override
    public long getMin() {
      return (long) Math.floor(ticks.getMin() / ticksPerSecond);
    }
  }
}
