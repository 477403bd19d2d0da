package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.nn.Workspace;
import dev.millrace.prequential.Rejections.Rejection;
import java.io.IOException;

/** Models that learn without reports, for tests of their state. */
public final class Learning {
  // Reported after each example, so that each is a batch of its own.
  private static final long EACH = 1;

  private Learning() {}

  /** Returns the state of a key that has learned nothing. */
  public static TrainState begin(TrainSpec spec, Chunk chunk) {
    return TrainState.begin(spec, chunk, new Workspace());
  }

  /** Makes state usable that was read. */
  public static void resume(TrainState state, TrainSpec spec) throws IOException {
    state.resume(spec, new Workspace());
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
      Rejection rejection = selector.select(model, chunk, row, null, EACH, batch);
      if (rejection == null) {
        trainer.learn(model, batch);
        scorer.score(model, batch);
        model.counters.add(batch);
      }
    }
  }
}
