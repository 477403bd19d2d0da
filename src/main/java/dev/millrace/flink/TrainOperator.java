package dev.millrace.flink;

import dev.millrace.data.Chunk;
import dev.millrace.data.OutputRecord;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.operators.TimestampedCollector;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Runs {@link TrainFunction}, and keeps the models in use as objects where the state backend keeps
 * bytes.
 *
 * <p>An operator rather than the function alone, because only an operator hears of barriers: the
 * models that have learned are written to the backend before each, so nothing lives outside a
 * checkpoint.
 */
public class TrainOperator extends KeyedProcessOperator<String, Chunk, OutputRecord> {
  private static final long serialVersionUID = 1L;

  private final StateSpec state;
  // Null on the heap, where the backend itself has the objects and copies them for a snapshot.
  private transient StateCache cache;

  public TrainOperator(TrainSpec spec, StateSpec state) {
    super(new TrainFunction(spec, state));
    this.state = state;
  }

  @Override
  public void open() throws Exception {
    super.open();
    KeyedStateBackend<String> backend = getKeyedStateBackend();
    if (backend.isSafeToReuseKVState()) {
      TrainFunction function = (TrainFunction) userFunction;
      cache = new StateCache(function.states(), backend, state.cacheBytes(), getMetricGroup());
      function.useStates(cache);
    }
  }

  /**
   * At the end of a bounded input, and of a job stopped with {@code --drain}, every model is told
   * of. All keys are asked for then, rather than each setting a timer for it: a timer would cost as
   * much as a model's own write each time that a key comes back.
   */
  @Override
  public void processWatermark(Watermark mark) throws Exception {
    if (mark.equals(Watermark.MAX_WATERMARK)) {
      if (cache != null) {
        cache.flush();
      }
      tellOfAllModels();
    }
    super.processWatermark(mark);
  }

  private void tellOfAllModels() throws Exception {
    TrainFunction function = (TrainFunction) userFunction;
    TimestampedCollector<OutputRecord> metrics = new TimestampedCollector<>(output);
    this.<String>getKeyedStateBackend()
        .applyToAllKeys(
            VoidNamespace.INSTANCE,
            VoidNamespaceSerializer.INSTANCE,
            TrainFunction.descriptor(),
            (key, state) -> function.end(key, metrics, this::put));
  }

  private <T> void put(OutputTag<T> tag, T value) {
    output.collect(tag, new StreamRecord<>(value));
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    if (cache != null) {
      cache.flush();
    }
  }
}
