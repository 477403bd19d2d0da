package dev.millrace.cli.run;

import dev.millrace.flink.JobMetric;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;

/** The job's own counters in this process, summed over subtasks. Thread-safe. */
final class JobCounters implements MetricReporter {
  // By identity: Flink's counters have no equals of their own.
  private final Map<Metric, String> names = new ConcurrentHashMap<>();

  /** Returns the sums of the counters with these names, where there are any. */
  Map<String, Long> sums(Collection<String> wanted) {
    Map<String, Long> sums = new TreeMap<>();
    names.forEach(
        (metric, name) -> {
          if (wanted.contains(name)) {
            sums.merge(name, ((Counter) metric).getCount(), Long::sum);
          }
        });
    return sums;
  }

  @Override
  public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
    List<String> scope = List.of(group.getScopeComponents());
    String operator = group.getAllVariables().get("<operator_name>");
    int start = scope.lastIndexOf(JobMetric.GROUP);
    if (metric instanceof Counter && operator != null && start >= 0) {
      String path = String.join(".", scope.subList(start, scope.size()));
      names.put(metric, operator + "." + path + "." + name);
    }
  }

  @Override
  public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
    names.remove(metric);
  }

  @Override
  public void open(MetricConfig config) {}

  @Override
  public void close() {}
}
