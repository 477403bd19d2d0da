package dev.millrace.nn.auto.rows;

import dev.millrace.state.StateVisitor;
import java.io.IOException;

/** A step from a record as it came to one that members see, and what it has learned for that. */
@FunctionalInterface
interface RowStep {

  /** Changes {@link Row#encoded}. */
  void apply(Row row);

  /**
   * Decides by the first records what it does, and changes them and their scale accordingly. Later
   * steps start before.
   */
  default void start(ReplayBuffer buffer, Scaler scaler) {}

  /** Returns the estimated bytes in memory. */
  default long memoryBytes() {
    return 0;
  }

  /** Visits what it has learned, as {@link dev.millrace.state.State#visit} does. */
  default void visit(StateVisitor v) throws IOException {}
}
