package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Chunk;
import dev.millrace.data.Example;
import dev.millrace.flink.chunk.ChunkOperator;
import dev.millrace.flink.chunk.ChunkSerializer;
import dev.millrace.testing.Chunks;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class ChunkMetricsTest {
  private final RegisteredMetrics metrics = new RegisteredMetrics();

  @Test
  void tellHowLargeChunksAreHowLongTheyWaitedAndWhatIsOpen() throws Exception {
    try (MockEnvironment environment = metrics.environment();
        OneInputStreamOperatorTestHarness<Example, Chunk> harness =
            new OneInputStreamOperatorTestHarness<>(new ChunkOperator(null), environment)) {
      harness.setup(new ChunkSerializer());
      harness.open();
      for (Example example : Chunks.classes("a", 3, 1)) {
        harness.processElement(new StreamRecord<>(example));
      }
      harness.processElement(new StreamRecord<>(Chunks.classes("b", 1, 1).get(0)));
      assertThat(metrics.gauge(JobMetric.OPEN_CHUNKS)).isEqualTo(2);
      assertThat(metrics.gauge(JobMetric.OPEN_CHUNK_BYTES)).isPositive();

      harness.setProcessingTime(7);

      assertThat(metrics.gauge(JobMetric.OPEN_CHUNKS)).isZero();
      assertThat(metrics.gauge(JobMetric.OPEN_CHUNK_BYTES)).isZero();
      assertThat(metrics.histogram(JobMetric.EXAMPLES_PER_CHUNK).getStatistics().getMin())
          .isEqualTo(1);
      assertThat(metrics.histogram(JobMetric.EXAMPLES_PER_CHUNK).getStatistics().getMax())
          .isEqualTo(3);
      assertThat(metrics.histogram(JobMetric.CHUNK_LINGER_SECONDS).getStatistics().getQuantile(0.5))
          .isEqualTo(0.007);
    }
  }
}
