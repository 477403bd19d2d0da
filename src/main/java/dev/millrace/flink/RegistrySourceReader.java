package dev.millrace.flink;

import dev.millrace.codec.IdTable;
import dev.millrace.codec.RegisteredSchemas;
import dev.millrace.codec.SchemaAnswer;
import dev.millrace.codec.WireFormat;
import dev.millrace.data.KafkaRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.metrics.MetricGroup;

/**
 * Reads records, and holds back one whose schema the registry has not told yet. While it does, it
 * has nothing to give, as a topic without new records: the task is free for checkpoints, savepoints
 * and its end, and no thread waits.
 *
 * <p>A checkpoint meanwhile says that the record was not read. A reader gives one record each time
 * that it is asked, so there is never a second one.
 */
final class RegistrySourceReader extends DelegatingReader {
  private final RegisteredSchemas schemas;
  private final IdTable<SchemaAnswer> told;
  private final Gate gate = new Gate();
  // Checkpoints that were taken while a record was held back.
  private final TreeSet<Long> incomplete = new TreeSet<>();

  // Null while none is held back.
  private KafkaRecord held;
  private long heldTimestamp;
  private SourceOutput<KafkaRecord> heldFor;
  private CompletableFuture<Void> answered;
  // What the gauge reads from another thread.
  private volatile int waiting;

  RegistrySourceReader(
      SourceReader<KafkaRecord, KafkaPartitionSplit> records,
      RegisteredSchemas schemas,
      int cached,
      MetricGroup metrics) {
    super(records);
    this.schemas = schemas;
    this.told = new IdTable<>(cached);
    JobMetric.REGISTRY_WAITING.gauge(metrics, () -> waiting);
    JobMetric.REGISTRY_FAILURES.gauge(metrics, schemas::failures);
  }

  @Override
  public InputStatus pollNext(ReaderOutput<KafkaRecord> output) throws Exception {
    if (held == null) {
      gate.output = output;
      InputStatus status = super.pollNext(gate);
      return held == null ? status : InputStatus.NOTHING_AVAILABLE;
    }
    if (!isTold(held)) {
      ask();
      return InputStatus.NOTHING_AVAILABLE;
    }
    KafkaRecord record = held;
    held = null;
    waiting = 0;
    heldFor.collect(record, heldTimestamp);
    return InputStatus.MORE_AVAILABLE;
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return held == null ? super.isAvailable() : answered;
  }

  private boolean isTold(KafkaRecord record) {
    if (!WireFormat.isFramed(record.value())) {
      return true;
    }
    int id = WireFormat.schemaId(record.value());
    if (told.get(id) != null) {
      return true;
    }
    SchemaAnswer answer = schemas.known(id);
    // That there is no such schema may change.
    if (answer instanceof SchemaAnswer.Found) {
      told.put(id, answer);
    }
    return answer != null;
  }

  private void hold(KafkaRecord record, long timestamp, SourceOutput<KafkaRecord> output) {
    held = record;
    heldTimestamp = timestamp;
    heldFor = output;
    waiting = 1;
    ask();
  }

  // However it ends: the next poll looks again.
  private void ask() {
    answered = schemas.ask(WireFormat.schemaId(held.value())).handle((answer, failure) -> null);
  }

  @Override
  public List<KafkaPartitionSplit> snapshotState(long checkpointId) {
    List<KafkaPartitionSplit> splits = super.snapshotState(checkpointId);
    if (held == null) {
      return splits;
    }
    incomplete.add(checkpointId);
    List<KafkaPartitionSplit> withHeld = new ArrayList<>(splits.size());
    for (KafkaPartitionSplit split : splits) {
      withHeld.add(isOf(split, held) ? from(split, held.offset()) : split);
    }
    return withHeld;
  }

  private static boolean isOf(KafkaPartitionSplit split, KafkaRecord record) {
    return split.getPartition() == record.partition() && split.getTopic().equals(record.topic());
  }

  /** The rest of a partition from that offset on. */
  static KafkaPartitionSplit from(KafkaPartitionSplit split, long offset) {
    return new KafkaPartitionSplit(
        split.getTopicPartition(),
        offset,
        split.getStoppingOffset().orElse(KafkaPartitionSplit.NO_STOPPING_OFFSET));
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    boolean wasIncomplete = incomplete.contains(checkpointId);
    incomplete.headSet(checkpointId, true).clear();
    // The source would commit the offset behind the record that was held back.
    if (!wasIncomplete) {
      super.notifyCheckpointComplete(checkpointId);
    }
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) throws Exception {
    incomplete.remove(checkpointId);
    super.notifyCheckpointAborted(checkpointId);
  }

  @Override
  public void close() throws Exception {
    schemas.close();
    super.close();
  }

  private void pass(KafkaRecord record, long timestamp, SourceOutput<KafkaRecord> output) {
    if (isTold(record)) {
      output.collect(record, timestamp);
    } else {
      hold(record, timestamp, output);
    }
  }

  /** The output that the inner reader sees, of one partition. */
  private class SplitGate<T extends SourceOutput<KafkaRecord>>
      implements SourceOutput<KafkaRecord> {
    T output;

    @Override
    public void collect(KafkaRecord record) {
      collect(record, record.timestamp());
    }

    @Override
    public void collect(KafkaRecord record, long timestamp) {
      pass(record, timestamp, output);
    }

    @Override
    public void emitWatermark(Watermark watermark) {
      output.emitWatermark(watermark);
    }

    @Override
    public void markIdle() {
      output.markIdle();
    }

    @Override
    public void markActive() {
      output.markActive();
    }
  }

  /** The same of all partitions. */
  private final class Gate extends SplitGate<ReaderOutput<KafkaRecord>>
      implements ReaderOutput<KafkaRecord> {

    @Override
    public SourceOutput<KafkaRecord> createOutputForSplit(String splitId) {
      SplitGate<SourceOutput<KafkaRecord>> split = new SplitGate<>();
      split.output = output.createOutputForSplit(splitId);
      return split;
    }

    @Override
    public void releaseOutputForSplit(String splitId) {
      output.releaseOutputForSplit(splitId);
    }
  }
}
