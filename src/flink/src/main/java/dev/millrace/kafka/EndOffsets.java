package dev.millrace.kafka;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;

/** Returns the end offsets of partitions. */
public interface EndOffsets extends AutoCloseable {

  /** Returns the offset behind the last record that readers may see now. */
  CompletableFuture<Long> end(TopicPartition partition);

  @Override
  void close();
}
