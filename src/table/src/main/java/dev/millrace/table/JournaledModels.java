package dev.millrace.table;

import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.flink.JobMetric;
import dev.millrace.flink.chunk.ChunkSerializer;
import dev.millrace.prequential.EngineListener;
import dev.millrace.prequential.PrequentialEngine;
import dev.millrace.prequential.TrainState;
import dev.millrace.report.MetricsReport;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.table.api.dataview.MapView;
import org.jspecify.annotations.Nullable;

/**
 * The models of a subtask in state that is written at each row: a copy of the model, and a journal
 * of the rows that it has learned since. Not thread-safe.
 *
 * <p>A table function is not notified of checkpoints, so what a row changes must be in the state
 * when the call for it returns. A model is larger than a row by far: so a row is appended to the
 * journal, and the model is written when the journal is as large. A restored model learns the
 * journal again, which ends in the same bits, because nothing but the rows decides them.
 *
 * <p>Models in use are kept as objects too, up to a number of bytes; the least recently used are
 * dropped, and are read and learn their journal when their key comes again.
 */
final class JournaledModels {
  // Entries of the state of a key: the model below, the journal from 0 on. Both start with the
  // number of the model's copy, so that a row of an earlier journal is never learned twice.
  private static final int MODEL = -1;

  // Limits of a journal: time to learn it again, and bytes before a small model is written.
  private static final int MAX_ROWS = 1_000;
  private static final int MIN_BYTES = 16 << 10;

  /** The model of a key in memory, and what of it is in the state. */
  static final class Model {
    // Null before the first row is learned.
    @Nullable TrainState state;
    // Size of the state in memory.
    long bytes;
    int copy;
    int copyBytes;
    int rows;
    int rowBytes;
  }

  private final PrequentialEngine engine;
  private final long maxBytes;
  // From the least to the most recently used.
  private final LinkedHashMap<String, Model> models = new LinkedHashMap<>(16, 0.75f, true);
  private final ChunkSerializer rows = new ChunkSerializer();
  private final DataOutputSerializer out = new DataOutputSerializer(4_096);
  private final DataInputDeserializer in = new DataInputDeserializer();
  private final Counter hits;
  private final Counter misses;
  private long bytes;

  /**
   * @param maxBytes of the models in memory
   * @param group of the operator
   */
  JournaledModels(PrequentialEngine engine, long maxBytes, MetricGroup group) {
    this.engine = engine;
    this.maxBytes = maxBytes;
    hits = JobMetric.CACHE_HITS.counter(group);
    misses = JobMetric.CACHE_MISSES.counter(group);
    JobMetric.CACHED_MODELS.gauge(group, models::size);
    JobMetric.CACHE_BYTES.gauge(group, () -> bytes);
  }

  /**
   * Predicts and learns a row, and writes to the state what that has changed.
   *
   * @param stored state of the row's key
   */
  void learn(MapView<Integer, byte[]> stored, Chunk row, LearnedRow result) throws Exception {
    Model model = models.get(row.key());
    boolean isRestored = model == null;
    if (model == null) {
      misses.inc();
      model = restored(stored);
      models.put(row.key(), model);
    } else {
      hits.inc();
    }
    TrainState state = engine.learn(model.state, row, result);
    if (state != null) {
      if (model.state == null) {
        result.created();
      }
      model.state = state;
    }
    if (state != null && result.hasLearned()) {
      // A journal that was learned again once is not left for another time.
      if ((isRestored && model.rows > 0) || isJournalFull(model)) {
        writeModel(stored, model, state);
      } else {
        append(stored, model, row);
      }
    }
    settle(row.key(), model);
  }

  private static boolean isJournalFull(Model model) {
    return model.rows == MAX_ROWS || model.rowBytes >= Math.max(MIN_BYTES, model.copyBytes);
  }

  /** Returns the model that the state of a key has, with all rows of its journal. */
  Model restored(MapView<Integer, byte[]> stored) throws Exception {
    Model model = new Model();
    byte[] written = stored.get(MODEL);
    if (written != null) {
      in.setBuffer(written);
      model.copy = in.readInt();
      model.copyBytes = written.length;
      model.state =
          TrainState.serialized(Arrays.copyOfRange(written, Integer.BYTES, written.length));
    }
    for (byte[] row = stored.get(0); row != null; row = stored.get(model.rows)) {
      in.setBuffer(row);
      if (in.readInt() != model.copy) {
        break;
      }
      TrainState state = engine.learn(model.state, rows.deserialize(in), Silence.INSTANCE);
      model.state = state == null ? model.state : state;
      model.rows++;
      model.rowBytes += row.length;
    }
    return model;
  }

  private void writeModel(MapView<Integer, byte[]> stored, Model model, TrainState state)
      throws Exception {
    model.copy++;
    out.clear();
    out.writeInt(model.copy);
    state.write(out);
    model.copyBytes = out.length();
    // The model has them, and a state without them has no more of a person's data than the model.
    for (int row = 0; row < model.rows; row++) {
      stored.remove(row);
    }
    model.rows = 0;
    model.rowBytes = 0;
    stored.put(MODEL, out.getCopyOfBuffer());
  }

  private void append(MapView<Integer, byte[]> stored, Model model, Chunk row) throws Exception {
    out.clear();
    out.writeInt(model.copy);
    rows.serialize(row, out);
    stored.put(model.rows, out.getCopyOfBuffer());
    model.rows++;
    model.rowBytes += out.length();
  }

  /** Measures the model used last, and makes room; the state has everything already. */
  private void settle(String key, Model model) {
    if (model.state == null) {
      models.remove(key);
      return;
    }
    long now = model.state.memoryBytes();
    bytes += now - model.bytes;
    model.bytes = now;
    Iterator<Model> oldest = models.values().iterator();
    while (bytes > maxBytes && oldest.hasNext()) {
      bytes -= oldest.next().bytes;
      oldest.remove();
    }
  }

  /** Ignores what was published when the rows of a journal were learned first. */
  static final class Silence implements EngineListener {
    static final Silence INSTANCE = new Silence();

    @Override
    public void report(
        MetricsReport report, long timestamp, long drifts, boolean isDriftSuspected) {}

    @Override
    public void rejected(DeadLetter letter) {}

    @Override
    public void warning(String key, String message) {}
  }
}
