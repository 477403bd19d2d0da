package dev.millrace.eval;

import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * Limits the values of a key before its model and its series learn them, so that a few absurd ones
 * do not end it. Scores use the values as they are. Not thread-safe.
 *
 * <p>Once {@value #KNOWN} values are known, a value more than {@value #FARTHEST} standard
 * deviations from their mean counts as {@value #LIMITED}. Values that stay that far are a new
 * level: after {@value #PATIENCE} in succession the limit doubles with each one, and restarts at
 * the first value within it.
 */
public final class ValueLimit implements State {
  private static final int KNOWN = 100;
  private static final double FARTHEST = 100;
  private static final double LIMITED = 4;
  private static final int PATIENCE = 32;

  /** Min standard deviation relative to the mean, for values that have hardly varied. */
  private static final double MIN_SPREAD = 0.02;

  /** Growth of the variance with each value beyond the limit, for levels that come and go. */
  private static final double GROWTH = 1.1;

  // Of all values since the last change of level.
  private RunningMoments moments = new RunningMoments();
  // Number of the last values in succession that were beyond the limit.
  private int beyond;

  /** Returns what the model learns of a finite value: the value itself, unless it is absurd. */
  public double updateAndLimit(double value) {
    double mean = moments.mean();
    double deviation = Math.max(moments.standardDeviation(), MIN_SPREAD * Math.abs(mean));
    double distance = value - mean;
    if (moments.weight() < KNOWN || deviation == 0 || Math.abs(distance) <= FARTHEST * deviation) {
      beyond = 0;
      update(value);
      return value;
    }
    beyond++;
    double widened = Math.scalb(deviation, Math.max(0, beyond - PATIENCE));
    if (Math.abs(distance) <= FARTHEST * widened) {
      restart();
      update(value);
      return value;
    }
    moments.setVariance(GROWTH * deviation * deviation);
    return mean + Math.copySign(LIMITED * widened, distance);
  }

  private void update(double value) {
    moments.add(value, 1);
    if (!Double.isFinite(moments.squaredDeviations())) {
      restart(); // squares of values beyond 1e154
    }
  }

  private void restart() {
    moments = new RunningMoments();
    beyond = 0;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    moments.visit(v);
    beyond = v.number(beyond);
  }
}
