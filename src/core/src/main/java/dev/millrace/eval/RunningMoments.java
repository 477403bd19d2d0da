package dev.millrace.eval;

import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * Running weighted mean and sum of squared deviations (Welford, Technometrics 4, 1962; with weights
 * West, Communications of the ACM 22, 1979), which stay exact where a sum of squares would cancel.
 */
final class RunningMoments implements State {

  private double weight;
  private double mean;
  private double squaredDeviations;

  void add(double value, double weightOfValue) {
    if (weightOfValue == 0) {
      return;
    }
    weight += weightOfValue;
    double before = value - mean;
    // An error of the first mean would be multiplied by the whole first value.
    mean = weight == weightOfValue ? value : mean + before * weightOfValue / weight;
    squaredDeviations += weightOfValue * before * (value - mean);
  }

  /** Returns the mean; NaN without numbers. */
  double mean() {
    return weight == 0 ? Double.NaN : mean;
  }

  double squaredDeviations() {
    return squaredDeviations;
  }

  /** Returns the population standard deviation; NaN without numbers. */
  double standardDeviation() {
    return Math.sqrt(squaredDeviations / weight);
  }

  /** Multiplies all weights. */
  void scale(double factor) {
    weight *= factor;
    squaredDeviations *= factor;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    weight = v.packed(weight);
    mean = v.number(mean);
    squaredDeviations = v.number(squaredDeviations);
  }
}
