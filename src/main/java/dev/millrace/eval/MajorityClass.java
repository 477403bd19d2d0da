package dev.millrace.eval;

import dev.millrace.data.Counts;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * The weight of each class among all labels so far, and with it the baseline that predicts the
 * heaviest; of equal ones, the lowest index.
 */
final class MajorityClass {

  private double[] weights = {};
  private int majority = ClassTally.NO_PREDICTION;

  int predict() {
    return majority;
  }

  void learn(int label, double weight) {
    if (label >= weights.length) {
      weights = Arrays.copyOf(weights, label + 1);
    }
    weights[label] += weight;
    // Only this class has grown, so only it can overtake.
    if (majority == ClassTally.NO_PREDICTION
        || weights[label] > weights[majority]
        || (weights[label] == weights[majority] && label < majority)) {
      majority = label;
    }
  }

  /** One more than the highest class index seen. */
  int classes() {
    return weights.length;
  }

  /** Weight of a class that was seen. */
  double weight(int label) {
    return weights[label];
  }

  MajorityClass copy() {
    return of(weights.clone(), majority);
  }

  void write(DataOutput out) throws IOException {
    VarNumber.writeArray(out, weights);
    VarLong.write(out, majority + 1L); // NO_PREDICTION becomes 0
  }

  static MajorityClass read(DataInput in) throws IOException {
    double[] weights = VarNumber.readArray(in, 1);
    int majority = VarLong.readClassOrNone(in);
    Counts.require("majority class in the metrics", majority, -1, weights.length - 1);
    return of(weights, majority);
  }

  static MajorityClass of(double[] weights, int majority) {
    MajorityClass baseline = new MajorityClass();
    baseline.weights = weights;
    baseline.majority = majority;
    return baseline;
  }
}
