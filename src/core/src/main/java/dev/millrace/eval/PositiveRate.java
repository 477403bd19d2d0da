package dev.millrace.eval;

import dev.millrace.report.MetricsReport.PositiveShare;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * Calibration in the large of the positive class of two: its mean predicted probability, and the
 * share of examples that are of it. Not thread-safe.
 */
final class PositiveRate implements State {

  private double weight;
  private double predicted;
  private double observed;

  /** Adds an example, if it has a probability of the positive class. */
  void add(ScoredClass example, double weightOfExample) {
    if (Float.isNaN(example.positiveScore) || Float.isNaN(example.confidence)) {
      return;
    }
    weight += weightOfExample;
    predicted += weightOfExample * example.positiveScore;
    if (example.actual == example.positive) {
      observed += weightOfExample;
    }
  }

  /** Returns the mean predicted probability of the positive class; NaN without examples. */
  double predicted() {
    return predicted / weight;
  }

  /** Returns the share of examples of the positive class; NaN without examples. */
  double observed() {
    return observed / weight;
  }

  /** Returns both as they are reported. */
  PositiveShare share() {
    return new PositiveShare(predicted(), observed());
  }

  /** Removes all examples. */
  void clear() {
    weight = 0;
    predicted = 0;
    observed = 0;
  }

  /** Multiplies all weights. */
  void scale(double factor) {
    weight *= factor;
    predicted *= factor;
    observed *= factor;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    weight = v.packed(weight);
    predicted = v.number(predicted);
    observed = v.packed(observed);
  }
}
