package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import java.io.IOException;

/** Learns the rows of a chunk with the model of its key. Shared by all keys of a thread. */
interface RowLearner {

  /** Returns true if a model can begin with a row. */
  default boolean canBegin(Chunk chunk, int row) {
    return true;
  }

  /** Returns a chunk that has as many features as a key's model is to have. */
  default Chunk shape(Chunk chunk) {
    return chunk;
  }

  /** Learns the rows from one on. */
  void learn(TrainState state, Chunk chunk, int from, EngineListener listener) throws IOException;

  /** Starts another pass over the data. */
  default void startEpoch(TrainState state, int epoch, EngineListener listener) {
    state.model().startEpoch(epoch);
  }
}
