package dev.millrace.flink;

import dev.millrace.data.Chunk;
import dev.millrace.flink.chunk.ChunkSerializer;
import dev.millrace.prequential.spec.TrainSpec;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Keeps the examples of a key that came last in a field until others come, as if a mini-batch
 * waited there to be full, so that a checkpoint knows nothing of them. Without a crash it comes to
 * the same results.
 */
public final class ForgetfulTrainOperator extends TrainOperator {
  private static final long serialVersionUID = 1L;

  private transient Map<String, Chunk> pending;

  public ForgetfulTrainOperator(TrainSpec spec, StateSpec state) {
    super(spec, state);
  }

  @Override
  public void open() throws Exception {
    super.open();
    pending = new HashMap<>();
  }

  @Override
  public void processElement(StreamRecord<Chunk> element) throws Exception {
    Chunk chunk = new ChunkSerializer().copy(element.getValue());
    Chunk before = pending.put(chunk.key(), chunk);
    if (before != null) {
      super.processElement(new StreamRecord<>(before));
    }
  }

  // The only one is that of the end, when every model is published.
  @Override
  public void processWatermark(Watermark mark) throws Exception {
    for (Chunk chunk : pending.values()) {
      setCurrentKey(chunk.key());
      super.processElement(new StreamRecord<>(chunk));
    }
    pending.clear();
    super.processWatermark(mark);
  }
}
