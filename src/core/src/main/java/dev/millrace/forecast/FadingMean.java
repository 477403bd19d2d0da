package dev.millrace.forecast;

import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/** Mean of values in which each counts less by a factor than the next one. Not thread-safe. */
final class FadingMean implements State {
  private final double gain;
  private double weight;
  private double mean;

  /**
   * @param gain weight of the newest of many values
   */
  FadingMean(double gain) {
    this.gain = gain;
  }

  void add(double value) {
    weight += gain * (1 - weight);
    mean += gain / weight * (value - mean);
  }

  /** Returns the mean; NaN without values. */
  double get() {
    return weight == 0 ? Double.NaN : mean;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    weight = v.number(weight);
    mean = v.number(mean);
  }
}
