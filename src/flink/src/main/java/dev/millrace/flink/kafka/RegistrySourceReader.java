package dev.millrace.flink.kafka;

import dev.millrace.codec.SchemaIdMap;
import dev.millrace.codec.WireFormat;
import dev.millrace.codec.registry.RegisteredSchemas;
import dev.millrace.codec.registry.SchemaAnswer;
import dev.millrace.data.KafkaRecord;
import dev.millrace.flink.JobMetric;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.metrics.MetricGroup;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads records, and holds back one whose schema the registry has not sent yet, with those behind
 * it. While it does, it has nothing to give, as a topic without new records: the task is free for
 * checkpoints, savepoints and its end, and no thread waits.
 *
 * <p>Some records after it are read ahead, so that the registry is asked for their schemas at the
 * same time: records with unregistered ids must not cost one round trip each. In a checkpoint
 * meanwhile the records held back are unread.
 */
final class RegistrySourceReader extends DelegatingReader {
  private static final int MAX_HELD = 256;
  private static final long MAX_HELD_BYTES = 1 << 20;

  /** A record that waits for its schema, or for one before it. */
  private record Held(KafkaRecord record, long timestamp, SourceOutput<KafkaRecord> output) {

    int bytes() {
      return record.value() == null ? 0 : record.value().length;
    }
  }

  private final RegisteredSchemas schemas;
  private final SchemaIdMap<SchemaAnswer> answers;
  private final Gate gate = new Gate();
  // Checkpoints that were taken while records were held back.
  private final TreeSet<Long> incomplete = new TreeSet<>();

  private final ArrayDeque<Held> held = new ArrayDeque<>();
  private long heldBytes;
  // Splits that have ended, with records that may be held back.
  private final List<String> endedSplits = new ArrayList<>();
  private boolean ended;
  // Answer for the first record that is held back.
  private @Nullable CompletableFuture<Void> answered;
  // What the gauge reads from another thread.
  private volatile int waiting;

  RegistrySourceReader(
      SourceReader<KafkaRecord, KafkaPartitionSplit> records,
      RegisteredSchemas schemas,
      int cached,
      MetricGroup metrics) {
    super(records);
    this.schemas = schemas;
    this.answers = new SchemaIdMap<>(cached);
    JobMetric.REGISTRY_WAITING.gauge(metrics, () -> waiting);
    JobMetric.REGISTRY_FAILURES.gauge(metrics, schemas::failures);
  }

  @Override
  public InputStatus pollNext(ReaderOutput<KafkaRecord> output) throws Exception {
    gate.output = output;
    if (!held.isEmpty() && isTold(held.peek().record())) {
      release();
      return InputStatus.MORE_AVAILABLE;
    }
    if (held.isEmpty() && ended) {
      return InputStatus.END_OF_INPUT;
    }
    boolean reads = hasRoom() && (held.isEmpty() || super.isAvailable().isDone());
    InputStatus status = reads ? super.pollNext(gate) : InputStatus.NOTHING_AVAILABLE;
    ended |= status == InputStatus.END_OF_INPUT;
    if (held.isEmpty()) {
      return status;
    }
    answered = ask(held.peek().record());
    return status == InputStatus.MORE_AVAILABLE && hasRoom()
        ? InputStatus.MORE_AVAILABLE
        : InputStatus.NOTHING_AVAILABLE;
  }

  private boolean hasRoom() {
    return !ended && held.size() < MAX_HELD && heldBytes < MAX_HELD_BYTES;
  }

  private void release() {
    Held first = held.remove();
    heldBytes -= first.bytes();
    first.output().collect(first.record(), first.timestamp());
    if (held.isEmpty()) {
      waiting = 0;
      endedSplits.forEach(gate.output::releaseOutputForSplit);
      endedSplits.clear();
    }
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    if (held.isEmpty() || answered == null) {
      return super.isAvailable();
    }
    return hasRoom()
        ? CompletableFuture.anyOf(answered, super.isAvailable()).thenApply(ignored -> null)
        : answered;
  }

  private boolean isTold(KafkaRecord record) {
    byte[] value = record.value();
    if (value == null || !WireFormat.isFramed(value)) {
      return true;
    }
    int id = WireFormat.schemaId(value);
    if (answers.get(id) != null) {
      return true;
    }
    SchemaAnswer answer = schemas.known(id);
    // That there is no such schema may change.
    if (answer instanceof SchemaAnswer.Found) {
      answers.put(id, answer);
    }
    return answer != null;
  }

  private void hold(KafkaRecord record, long timestamp, SourceOutput<KafkaRecord> output) {
    Held next = new Held(record, timestamp, output);
    held.add(next);
    heldBytes += next.bytes();
    waiting = 1;
    ask(record);
  }

  // However it ends: the next poll looks again.
  private CompletableFuture<Void> ask(KafkaRecord record) {
    byte[] value = record.value();
    return value == null || isTold(record)
        ? CompletableFuture.completedFuture(null)
        : schemas.ask(WireFormat.schemaId(value)).handle((answer, failure) -> null);
  }

  @Override
  public List<KafkaPartitionSplit> snapshotState(long checkpointId) {
    List<KafkaPartitionSplit> splits = super.snapshotState(checkpointId);
    if (held.isEmpty()) {
      return splits;
    }
    incomplete.add(checkpointId);
    // Those whose split has ended are a split of their own.
    Map<TopicPartition, KafkaPartitionSplit> withHeld = new LinkedHashMap<>();
    for (Held each : held) {
      TopicPartition partition =
          new TopicPartition(each.record().topic(), each.record().partition());
      KafkaPartitionSplit first = withHeld.get(partition);
      long from = first == null ? each.record().offset() : first.getStartingOffset();
      withHeld.put(partition, new KafkaPartitionSplit(partition, from, each.record().offset() + 1));
    }
    for (KafkaPartitionSplit split : splits) {
      withHeld.merge(
          split.getTopicPartition(), split, (state, rest) -> from(rest, state.getStartingOffset()));
    }
    return List.copyOf(withHeld.values());
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
    if (held.isEmpty() && isTold(record)) {
      output.collect(record, timestamp);
    } else {
      hold(record, timestamp, output);
    }
  }

  /** The output that the inner reader sees, of one partition. */
  private class SplitGate<T extends SourceOutput<KafkaRecord>>
      implements SourceOutput<KafkaRecord> {
    @SuppressWarnings("NullAway.Init") // set before the inner reader gets this gate
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

  /** The output that the inner reader sees, of all partitions. */
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
      if (held.isEmpty()) {
        output.releaseOutputForSplit(splitId);
      } else {
        endedSplits.add(splitId);
      }
    }
  }
}
