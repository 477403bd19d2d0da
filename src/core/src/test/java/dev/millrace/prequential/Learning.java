package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.nn.Workspace;
import java.io.IOException;

/** Models that learn without reports, for tests of their state. */
public final class Learning {

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
    RowBatch batch = new RowBatch(workspace);
    ChunkClasses labels = new ChunkClasses();
    labels.find(chunk, model.classes(), spec.model().classWeights());
    for (int row = from; row < to; row++) {
      if (!chunk.isClassification()) {
        model.learnValues(chunk, row, row + 1, null, batch);
      } else if (labels.isKnown(chunk.labelOf(row))) {
        model.learnClasses(chunk, row, row + 1, labels, null, batch);
      } else {
        model.learnNewClass(chunk, row, labels, null, batch);
      }
    }
  }
}
