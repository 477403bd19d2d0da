package dev.millrace.kafka;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;

/** Tells how far partitions have been written. */
public interface PartitionEnds extends AutoCloseable {

  /** The offset behind the last record that readers may see now. */
  CompletableFuture<Long> end(TopicPartition partition);

  @Override
  void close();
}
