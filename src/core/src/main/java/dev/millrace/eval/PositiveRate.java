package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Calibration in the large of the positive class of two: the mean of its predicted probability and
 * the share of the examples that were of it. Not thread-safe.
 */
final class PositiveRate {

  private double weight;
  private double predicted;
  private double observed;

  /** Adds an example, unless it has no probability of the positive class. */
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

  /** Mean predicted probability of the positive class, NaN without examples. */
  double predicted() {
    return predicted / weight;
  }

  /** Share of the examples that were of the positive class, NaN without examples. */
  double observed() {
    return observed / weight;
  }

  /** Starts again without examples. */
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

  PositiveRate copy() {
    return of(weight, predicted, observed);
  }

  void write(DataOutput out) throws IOException {
    VarNumber.write(out, weight);
    out.writeDouble(predicted);
    VarNumber.write(out, observed);
  }

  static PositiveRate read(DataInput in) throws IOException {
    return of(VarNumber.read(in), in.readDouble(), VarNumber.read(in));
  }

  private static PositiveRate of(double weight, double predicted, double observed) {
    PositiveRate rate = new PositiveRate();
    rate.weight = weight;
    rate.predicted = predicted;
    rate.observed = observed;
    return rate;
  }
}
