package dev.millrace.table;

import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/**
 * Keeps the metrics of the jobs in this process. Flink's own reporter for tests forgets them when
 * the cluster of a job stops, which is at any time after the last row.
 */
public final class KeptMetrics implements MetricReporter, MetricReporterFactory {
  private static final Map<String, Metric> KEPT = new ConcurrentHashMap<>();

  static void clear() {
    KEPT.clear();
  }

  /** Returns the values of the counters and gauges whose identifier ends so. */
  static double[] values(String end) {
    return KEPT.entrySet().stream()
        .filter(each -> each.getKey().endsWith(end))
        .mapToDouble(each -> value(each.getValue()))
        .toArray();
  }

  private static double value(Metric metric) {
    return metric instanceof Counter counter
        ? counter.getCount()
        : ((Number) ((Gauge<?>) metric).getValue()).doubleValue();
  }

  @Override
  public MetricReporter createMetricReporter(Properties properties) {
    return this;
  }

  @Override
  public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
    KEPT.put(group.getMetricIdentifier(name), metric);
  }

  @Override
  public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {}

  @Override
  public void open(MetricConfig config) {}

  @Override
  public void close() {}
}
