package dev.millrace.eval.drift;

import dev.millrace.data.PublicApi;
import dev.millrace.state.State;

/**
 * Watches one number per example of a key, its error or loss, for a rise. A fall is no signal:
 * actions are for models that got worse. Not thread-safe.
 */
@PublicApi
public interface DriftDetector extends State {

  /**
   * Updates the detector by the number of one more example.
   *
   * @param value 1 for an error and 0 for a hit, or another number that the detector is made for;
   *     ignored if not finite
   */
  DriftSignal update(double value);

  /** Returns the bytes of the arrays in memory. */
  default long memoryBytes() {
    return 0;
  }
}
