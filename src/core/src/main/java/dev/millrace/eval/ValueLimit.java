package dev.millrace.eval;

import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * Limits the values of a key before its model and its series learn them, so that a few absurd ones
 * do not end it. Errors use the values as they are; losses, baselines and scales use the limited
 * ones. Not thread-safe.
 *
 * <p>Once {@value #KNOWN} values are known, a value is absurd if it is more than {@value #FARTHEST}
 * times as large as the largest of them, and counts as that one, with its own sign. Values that
 * stay so large are a new level: the one after {@value #PATIENCE} in succession counts as it is,
 * and all before it are forgotten. Each absurd value also raises the limit by 5 %, for levels that
 * come and go. Values that were all 0 have no limit.
 */
public final class ValueLimit implements State {
  private static final int KNOWN = 100;
  private static final double FARTHEST = 100;
  private static final int PATIENCE = 32;
  private static final double GROWTH = 1.05;

  // Values since the last change of level, up to KNOWN.
  private int known;
  // Largest magnitude of them, and what absurd values have added to it.
  private double largest;
  // Number of the last values in succession that were absurd.
  private int absurd;

  /** Returns what the model learns of a finite value: the value itself, unless it is absurd. */
  public double updateAndLimit(double value) {
    double magnitude = Math.abs(value);
    if (known == KNOWN && largest > 0 && magnitude > FARTHEST * largest) {
      if (absurd < PATIENCE) {
        absurd++;
        largest *= GROWTH;
        return Math.copySign(largest, value);
      }
      known = 0;
      largest = 0;
    }
    absurd = 0;
    known = Math.min(KNOWN, known + 1);
    largest = Math.max(largest, magnitude);
    return value;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    known = v.number("values of a limit", known, 0, KNOWN);
    largest = v.number(largest);
    absurd = v.number("absurd values of a limit", absurd, 0, PATIENCE);
  }
}
