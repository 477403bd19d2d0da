package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Chunk;
import dev.millrace.data.Example;
import dev.millrace.testing.Chunks;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.Metric;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.executiongraph.ExecutionGraphTestUtils;
import org.apache.flink.runtime.metrics.groups.TaskManagerMetricGroup;
import org.apache.flink.runtime.metrics.groups.TaskMetricGroup;
import org.apache.flink.runtime.metrics.util.TestingMetricRegistry;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class ChunkMetricsTest {
  private final Map<String, Metric> metrics = new HashMap<>();

  @Test
  void tellHowLargeChunksAreHowLongTheyWaitedAndWhatIsOpen() throws Exception {
    try (MockEnvironment environment =
            new MockEnvironmentBuilder().setMetricGroup(registered()).build();
        OneInputStreamOperatorTestHarness<Example, Chunk> harness =
            new OneInputStreamOperatorTestHarness<>(new ChunkOperator(), environment)) {
      harness.setup(new ChunkSerializer());
      harness.open();
      for (Example example : Chunks.classes("a", 3, 1)) {
        harness.processElement(new StreamRecord<>(example));
      }
      harness.processElement(new StreamRecord<>(Chunks.classes("b", 1, 1).get(0)));
      assertThat(gauge("open_chunks")).isEqualTo(2);
      assertThat((Long) gauge("open_chunk_bytes")).isPositive();

      harness.setProcessingTime(7);

      assertThat(gauge("open_chunks")).isEqualTo(0);
      assertThat(gauge("open_chunk_bytes")).isEqualTo(0L);
      assertThat(histogram("records_per_chunk").getStatistics().getMin()).isEqualTo(1);
      assertThat(histogram("records_per_chunk").getStatistics().getMax()).isEqualTo(3);
      assertThat(histogram("linger_ms").getStatistics().getMax()).isEqualTo(7);
    }
  }

  private TaskMetricGroup registered() {
    return TaskManagerMetricGroup.createTaskManagerMetricGroup(
            TestingMetricRegistry.builder()
                .setRegisterConsumer((metric, name, group) -> metrics.put(name, metric))
                .build(),
            "localhost",
            ResourceID.generate())
        .addJob(new JobID(), "job")
        .addTask(ExecutionGraphTestUtils.createExecutionAttemptId(), "chunk");
  }

  private Object gauge(String name) {
    return ((Gauge<?>) metrics.get(name)).getValue();
  }

  private Histogram histogram(String name) {
    return (Histogram) metrics.get(name);
  }
}
