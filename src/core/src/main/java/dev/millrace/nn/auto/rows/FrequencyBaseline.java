package dev.millrace.nn.auto.rows;

import dev.millrace.simd.Elementary;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;

/**
 * Predicts the running class frequencies, f_j = (weight of class j + 1) / (weight of all +
 * classes): the baseline that uses no feature.
 */
public final class FrequencyBaseline implements State {

  /** Name of the baseline in metrics. */
  public static final String NAME = "frequencies";

  // [classes]
  private double[] weights;

  FrequencyBaseline(int classes) {
    weights = new double[classes];
  }

  /** Writes the frequency of each class, and its logarithm. */
  void predict(float[] out, float[] logs) {
    int classes = weights.length;
    double total = 0;
    for (double weight : weights) {
      total += weight;
    }
    for (int j = 0; j < classes; j++) {
      out[j] = (float) ((weights[j] + 1) / (total + classes));
      logs[j] = Elementary.log(out[j]);
    }
  }

  void learn(int label, float weight) {
    weights[label] += weight;
  }

  void addClass() {
    weights = Arrays.copyOf(weights, weights.length + 1);
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    v.numbers(weights);
  }
}
