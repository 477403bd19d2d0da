package dev.millrace.flink;

import dev.millrace.data.KafkaRecord;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;

/** An output of a source's reader that takes the records of all splits alike, and nothing else. */
public abstract class RecordOutput implements ReaderOutput<KafkaRecord> {

  @Override
  public final void collect(KafkaRecord record, long timestamp) {
    collect(record);
  }

  @Override
  public final SourceOutput<KafkaRecord> createOutputForSplit(String splitId) {
    return this;
  }

  @Override
  public final void releaseOutputForSplit(String splitId) {}

  @Override
  public final void emitWatermark(Watermark watermark) {}

  @Override
  public final void markIdle() {}

  @Override
  public final void markActive() {}
}
