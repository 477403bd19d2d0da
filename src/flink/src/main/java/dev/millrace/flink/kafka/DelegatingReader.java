package dev.millrace.flink.kafka;

import dev.millrace.data.KafkaRecord;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;

/** A reader that is another one, but for what a subclass changes. */
abstract class DelegatingReader implements SourceReader<KafkaRecord, KafkaPartitionSplit> {
  private final SourceReader<KafkaRecord, KafkaPartitionSplit> records;

  DelegatingReader(SourceReader<KafkaRecord, KafkaPartitionSplit> records) {
    this.records = records;
  }

  @Override
  public void start() {
    records.start();
  }

  @Override
  public InputStatus pollNext(ReaderOutput<KafkaRecord> output) throws Exception {
    return records.pollNext(output);
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return records.isAvailable();
  }

  @Override
  public List<KafkaPartitionSplit> snapshotState(long checkpointId) {
    return records.snapshotState(checkpointId);
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    records.notifyCheckpointComplete(checkpointId);
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) throws Exception {
    records.notifyCheckpointAborted(checkpointId);
  }

  @Override
  public void addSplits(List<KafkaPartitionSplit> splits) {
    records.addSplits(splits);
  }

  @Override
  public void notifyNoMoreSplits() {
    records.notifyNoMoreSplits();
  }

  @Override
  public void handleSourceEvents(SourceEvent event) {
    records.handleSourceEvents(event);
  }

  @Override
  public void pauseOrResumeSplits(Collection<String> toPause, Collection<String> toResume) {
    records.pauseOrResumeSplits(toPause, toResume);
  }

  @Override
  public void close() throws Exception {
    records.close();
  }
}
