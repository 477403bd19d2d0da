package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.data.Example;
import dev.millrace.nn.Workspace;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.key.RowBatch;
import dev.millrace.prequential.rows.Rejections;
import dev.millrace.prequential.rows.Rejections.Rejection;
import dev.millrace.prequential.rows.RowSelector;
import dev.millrace.prequential.rows.Scorer;
import dev.millrace.prequential.rows.Trainer;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Models that learn without reports, for tests of their state. */
public final class Learning {
  private static final long MAX_BYTES = 64 << 20;

  private Learning() {}

  /** Returns the state of a key that has learned nothing. */
  public static TrainState begin(TrainSpec spec, Chunk chunk) {
    return TrainState.begin(spec, chunk, new Workspace());
  }

  /** Makes state usable that was read. */
  public static void resume(TrainState state, TrainSpec spec) throws IOException {
    state.resume(spec, new Workspace());
  }

  /**
   * Lets an engine learn examples of one key in chunks.
   *
   * @param size examples of a chunk
   * @param restarts true to store and read the state between chunks
   */
  static TrainState inChunks(
      TrainSpec spec, List<Example> examples, int size, boolean restarts, EngineListener listener)
      throws IOException {
    PrequentialEngine engine = new PrequentialEngine(spec, MAX_BYTES, ShapeChange.FAIL);
    @Nullable TrainState state = null;
    for (int from = 0; from < examples.size(); from += size) {
      Chunk chunk = Chunks.of(examples.subList(from, Math.min(examples.size(), from + size)));
      boolean isRead = restarts && state != null;
      state = engine.learn(isRead ? TrainState.serialized(bytes(state)) : state, chunk, listener);
    }
    return Objects.requireNonNull(state);
  }

  /** Returns the stored bytes of a state. */
  static byte[] bytes(TrainState state) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    state.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  /** Learns rows of a chunk, one after the other. */
  public static void learn(TrainState state, TrainSpec spec, Chunk chunk, int from, int to)
      throws IOException {
    Workspace workspace = new Workspace();
    PrequentialModel model = state.resume(spec, workspace);
    RowSelector selector = new RowSelector(spec, new Rejections(spec, Long.MAX_VALUE));
    Trainer trainer = new Trainer(spec);
    Scorer scorer = new Scorer(null);
    RowBatch batch = new RowBatch(workspace);
    selector.begin(model, chunk);
    for (int row = from; row < to; row++) {
      batch.begin(chunk, row);
      Rejection rejection = selector.select(model, 1, batch);
      if (rejection == null) {
        trainer.learn(model, batch);
        scorer.score(model, batch);
        model.counters.add(batch);
      }
    }
  }
}
