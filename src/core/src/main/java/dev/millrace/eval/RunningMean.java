package dev.millrace.eval;

import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * Weighted mean of the numbers added, without those that would make the sum infinite or NaN: one
 * overflow must not end the metric.
 */
final class RunningMean implements State {

  private double weight;
  private double sum;

  void add(double value, double weightOfValue) {
    double next = sum + weightOfValue * value;
    if (Double.isFinite(next)) {
      weight += weightOfValue;
      sum = next;
    }
  }

  /** Returns the mean; NaN without numbers. */
  double get() {
    return sum / weight;
  }

  /** Multiplies all weights. */
  void scale(double factor) {
    weight *= factor;
    sum *= factor;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    weight = v.packed(weight);
    sum = v.number(sum);
  }
}
