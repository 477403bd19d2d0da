package dev.millrace.flink.kafka;

import dev.millrace.data.KafkaRecord;
import dev.millrace.kafka.Lease;
import dev.millrace.kafka.LeaseException;
import dev.millrace.kafka.LeaseKeeper;
import java.io.IOException;
import java.util.List;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.util.FlinkRuntimeException;

/**
 * A source that gives no partition to its readers before the job has the {@link Lease} of its
 * pipeline. Its enumerator, which is in the job manager however the job was started, holds it.
 */
public final class LeasedSource extends DelegatingSource {
  private static final long serialVersionUID = 1L;

  private final Lease lease;

  public LeasedSource(
      Source<KafkaRecord, KafkaPartitionSplit, KafkaSourceEnumState> records, Lease lease) {
    super(records);
    this.lease = lease;
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> createEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context) throws Exception {
    return new Enumerator(super.createEnumerator(context), context, lease);
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restoreEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaSourceEnumState state)
      throws Exception {
    return new Enumerator(super.restoreEnumerator(context, state), context, lease);
  }

  /** Starts another enumerator once the lease is held. Runs in the coordinator's thread. */
  private static final class Enumerator
      implements SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> {
    private final SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator;
    private final SplitEnumeratorContext<KafkaPartitionSplit> context;
    private final LeaseKeeper keeper;
    private boolean isStarted;

    Enumerator(
        SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator,
        SplitEnumeratorContext<KafkaPartitionSplit> context,
        Lease lease) {
      this.enumerator = enumerator;
      this.context = context;
      this.keeper =
          new LeaseKeeper(
              lease,
              () -> context.runInCoordinatorThread(this::begin),
              failure -> context.runInCoordinatorThread(() -> fail(failure)));
    }

    @Override
    public void start() {
      keeper.start();
    }

    private void begin() {
      isStarted = true;
      enumerator.start();
      context.registeredReaders().keySet().forEach(enumerator::addReader);
    }

    // An exception in this thread fails the job. A restart helps unless another job has the lease.
    private static void fail(Exception failure) {
      throw failure instanceof LeaseException
          ? new SuppressRestartsException(failure)
          : new FlinkRuntimeException(failure);
    }

    @Override
    public void addReader(int subtask) {
      if (isStarted) {
        enumerator.addReader(subtask);
      }
    }

    @Override
    public void addSplitsBack(List<KafkaPartitionSplit> splits, int subtask) {
      enumerator.addSplitsBack(splits, subtask);
    }

    @Override
    public void handleSplitRequest(int subtask, String host) {
      enumerator.handleSplitRequest(subtask, host);
    }

    @Override
    public void handleSourceEvent(int subtask, SourceEvent event) {
      enumerator.handleSourceEvent(subtask, event);
    }

    @Override
    public KafkaSourceEnumState snapshotState(long checkpointId) throws Exception {
      return enumerator.snapshotState(checkpointId);
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
      enumerator.notifyCheckpointComplete(checkpointId);
    }

    @Override
    public void close() throws IOException {
      keeper.close();
      enumerator.close();
    }
  }
}
