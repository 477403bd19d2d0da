package dev.millrace.flink;

import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.JobID;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.executiongraph.ExecutionGraphTestUtils;
import org.apache.flink.runtime.metrics.groups.AbstractMetricGroup;
import org.apache.flink.runtime.metrics.groups.TaskManagerMetricGroup;
import org.apache.flink.runtime.metrics.util.TestingMetricRegistry;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;

/** The metrics of the group {@code millrace} that an operator registers under a harness. */
final class RegisteredMetrics {
  private final Map<String, Metric> metrics = new TreeMap<>();

  /** An environment for a harness whose metrics are seen here; with room for RocksDB. */
  MockEnvironment environment() {
    return new MockEnvironmentBuilder()
        .setManagedMemorySize(32L << 20)
        .setMetricGroup(
            TaskManagerMetricGroup.createTaskManagerMetricGroup(
                    TestingMetricRegistry.builder().setRegisterConsumer(this::register).build(),
                    "localhost",
                    ResourceID.generate())
                .addJob(new JobID(), "job")
                .addTask(ExecutionGraphTestUtils.createExecutionAttemptId(), "task"))
        .build();
  }

  private void register(Metric metric, String name, MetricGroup group) {
    String scope = ((AbstractMetricGroup<?>) group).getLogicalScope(text -> text, '.');
    if (scope.contains("." + JobMetric.GROUP)) {
      Map<String, String> variables = group.getAllVariables();
      String kind = variables.getOrDefault("<reason>", variables.get("<outcome>"));
      metrics.put(kind == null ? name : name + "/" + kind, metric);
    }
  }

  /** By name; a dead letter's with a slash and its reason, a label's and its outcome. */
  Map<String, Metric> all() {
    return metrics;
  }

  long count(JobMetric metric) {
    return count(metric.metricName());
  }

  long count(String name) {
    return ((Counter) metrics.get(name)).getCount();
  }

  double gauge(JobMetric metric) {
    Gauge<?> gauge = (Gauge<?>) metrics.get(metric.metricName());
    return ((Number) gauge.getValue()).doubleValue();
  }

  Histogram histogram(JobMetric metric) {
    return (Histogram) metrics.get(metric.metricName());
  }
}
