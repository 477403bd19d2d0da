package dev.millrace.flink;

import dev.millrace.data.Chunk;
import dev.millrace.data.Example;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Gathers examples of the same key into chunks, so that the shuffle is paid once for many examples.
 *
 * <p>A chunk leaves when it is full, when it has waited for the linger time, when all chunks
 * together hold too much, and before every watermark and checkpoint barrier. So nothing gathered
 * here is ever part of a checkpoint, and how chunks fall is of no consequence to any model.
 *
 * <p>An operator rather than a function, because only an operator hears of barriers.
 */
public final class ChunkOperator extends AbstractStreamOperator<Chunk>
    implements OneInputStreamOperator<Example, Chunk> {
  private static final long serialVersionUID = 1L;

  /** Examples in a chunk at most. */
  public static final int CHUNK_EXAMPLES = 128;

  /** Milliseconds that an example waits for others at most. */
  public static final long LINGER_MILLIS = 5;

  /** Chunks on the wire. */
  public static final TypeInformation<Chunk> TYPE =
      new SerializerTypeInfo<>(Chunk.class, new ChunkSerializer());

  private static final int MOST_EXAMPLES = 16_384;
  private static final long MOST_BYTES = 8L << 20;
  private static final int MOST_SPARE = 1_024;
  private static final int MOST_SPARE_BYTES = 64 << 10;

  private transient Map<String, Chunk> open;
  private transient ArrayDeque<Chunk> spare;
  private transient StreamRecord<Chunk> out;
  private transient int examples;
  private transient long bytes;
  private transient boolean lingering;

  @Override
  public void open() throws Exception {
    super.open();
    open = new HashMap<>();
    spare = new ArrayDeque<>();
    out = new StreamRecord<>(null);
  }

  @Override
  public void processElement(StreamRecord<Example> element) {
    Example example = element.getValue();
    Chunk chunk = open.get(example.key);
    if (chunk == null) {
      chunk = spare.isEmpty() ? new Chunk() : spare.pop();
      open.put(example.key, chunk);
    } else if (!chunk.accepts(example)) {
      emit(chunk);
    }
    int recordsBefore = chunk.records().length();
    chunk.add(example);
    examples++;
    bytes += Float.BYTES * (long) example.width + chunk.records().length() - recordsBefore;
    if (chunk.size() == CHUNK_EXAMPLES) {
      emit(chunk);
    }
    if (examples >= MOST_EXAMPLES || bytes >= MOST_BYTES) {
      flush();
    } else if (!lingering) {
      lingering = true;
      getProcessingTimeService()
          .registerTimer(
              getProcessingTimeService().getCurrentProcessingTime() + LINGER_MILLIS,
              time -> {
                lingering = false;
                flush();
              });
    }
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    flush();
    super.processWatermark(mark);
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) {
    flush();
  }

  @Override
  public void finish() throws Exception {
    flush();
    super.finish();
  }

  private void flush() {
    for (Chunk chunk : open.values()) {
      if (chunk.size() > 0) {
        emit(chunk);
      }
      // Arrays never shrink: a chunk that once was large is not kept.
      if (spare.size() < MOST_SPARE && chunk.capacityBytes() <= MOST_SPARE_BYTES) {
        spare.push(chunk);
      }
    }
    open.clear();
    examples = 0;
    bytes = 0;
  }

  // The chunk is written to the network before collect returns, so it can be filled again.
  private void emit(Chunk chunk) {
    output.collect(out.replace(chunk));
    chunk.clear();
  }
}
