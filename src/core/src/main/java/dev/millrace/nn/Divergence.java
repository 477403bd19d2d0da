package dev.millrace.nn;

import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * Detects divergence of a model: implausible predictions or skipped steps, in a row or too often.
 *
 * <p>A leaky bucket: a bad example fills it, each example drains a little. It overflows after 256
 * bad examples in a row, after 127 if their steps were skipped as well, or sooner or later when
 * more than one example in 33 is bad. A concept that changes at once makes a confident model wrong
 * for fewer examples than that in a row.
 */
final class Divergence implements State {

  private static final int CAPACITY = 8192;
  private static final int BAD = 33;
  private static final int DRAIN = 1;
  // A bad example whose step was skipped counts twice.
  private static final int MAX_FILL = 2 * BAD - DRAIN;

  private int level;

  /** Adds an example. */
  void add(boolean isBad) {
    level = Math.max(0, level + (isBad ? BAD : 0) - DRAIN);
  }

  /** Adds a skipped step of a number of examples. */
  void addSkipped(int examples) {
    level = (int) Math.min(CAPACITY, level + (long) BAD * examples);
  }

  /** Returns true if nearly all recent examples were good. */
  boolean isClear() {
    return level == 0;
  }

  boolean isDetected() {
    return level >= CAPACITY;
  }

  /** Returns the min number of examples until divergence is detected, at least 1. */
  int examplesLeft() {
    return Math.max(1, (CAPACITY - level) / MAX_FILL);
  }

  void clear() {
    level = 0;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    level = v.number(level);
  }
}
