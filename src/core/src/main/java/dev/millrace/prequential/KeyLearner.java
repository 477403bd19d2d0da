package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Lets keys of one input learn: those with one output, or those with several. */
interface KeyLearner {

  /**
   * Learns the examples of a chunk, and rejects those that cannot be learned.
   *
   * @param state of the chunk's key, usable; null if the key begins
   * @return the state to keep; null if there is nothing to keep
   */
  @Nullable TrainState learn(@Nullable TrainState state, Chunk chunk, EngineListener listener)
      throws IOException;

  /**
   * Makes stored state usable.
   *
   * @return why it does not fit if the key is to restart, else null
   */
  @Nullable String resume(TrainState state, String key, EngineListener listener) throws IOException;

  /** Returns what keeps the keys within their bytes. */
  KeyBudget budget();
}
