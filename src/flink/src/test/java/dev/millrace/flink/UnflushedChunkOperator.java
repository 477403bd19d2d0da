package dev.millrace.flink;

import dev.millrace.flink.chunk.ChunkOperator;
import org.apache.flink.streaming.runtime.tasks.TestProcessingTimeService;

/**
 * Keeps its chunks at a barrier, so that a checkpoint knows nothing of the examples in them, and
 * has no clock, so that there are some. Without a crash it comes to the same results.
 */
public final class UnflushedChunkOperator extends ChunkOperator {
  private static final long serialVersionUID = 1L;

  public UnflushedChunkOperator() {
    super(null);
  }

  @Override
  public void open() throws Exception {
    super.open();
    processingTimeService = new TestProcessingTimeService();
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) {
    // What the product does here is what this one lacks.
  }
}
