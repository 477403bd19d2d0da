package dev.millrace.nn.experts;

import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * A linear model that fits all examples at once, the recent ones more: decaying normal equations
 * with a constant ridge, which keeps the weights of inputs that stopped varying bounded (unlike
 * recursive least squares, whose ridge decays too). An error beyond {@value #MAX_ERROR} counts by
 * its sign alone (Huber). Not thread-safe.
 */
final class RidgeRegression implements State {

  /** Share of the past that is kept with each example. */
  private static final double KEPT = 0.9995;

  private static final double RIDGE = 1;

  /** Max error of one example, in units of the target. */
  private static final double MAX_ERROR = 1;

  /** Examples that are each followed by a solution; later only some are, since it costs d³/6. */
  private static final int FIRST = 64;

  private static final int MIN_INTERVAL = 8;

  private final int inputs;
  // Rows of the lower triangle of Σ x·xᵀ, [inputs · (inputs + 1) / 2].
  private final double[] products;
  // Σ x·y
  private final double[] moments;
  private final double[] weights;
  private long examples;

  RidgeRegression(int inputs) {
    this.inputs = inputs;
    products = new double[triangle(inputs)];
    moments = new double[inputs];
    weights = new double[inputs];
  }

  private static int triangle(int inputs) {
    return inputs * (inputs + 1) / 2;
  }

  /** Number of doubles of scratch that a model of that many inputs needs. */
  static int scratch(int inputs) {
    return triangle(inputs) + inputs;
  }

  double predict(double[] x) {
    double sum = 0;
    for (int i = 0; i < inputs; i++) {
      sum += weights[i] * x[i];
    }
    return sum;
  }

  /**
   * Learns an example.
   *
   * @param error of the prediction for it
   * @param scratch of {@link #scratch} numbers
   */
  void learn(double[] x, double y, double error, double weight, double[] scratch) {
    double size = Math.abs(error);
    double limitedWeight = size > MAX_ERROR ? weight * MAX_ERROR / size : weight;
    for (int i = 0, row = 0; i < inputs; row += ++i) {
      double factor = limitedWeight * x[i];
      for (int j = 0; j <= i; j++) {
        products[row + j] = KEPT * products[row + j] + factor * x[j];
      }
      moments[i] = KEPT * moments[i] + factor * y;
    }
    examples++;
    if (examples <= FIRST || examples % Math.max(MIN_INTERVAL, inputs / 2) == 0) {
      solve(scratch);
    }
  }

  /** Solves (products + ridge) · weights = moments by Cholesky's factors. */
  private void solve(double[] scratch) {
    int solution = triangle(inputs);
    for (int i = 0, row = 0; i < inputs; row += ++i) {
      for (int j = 0, other = 0; j < i; other += ++j) {
        double sum = products[row + j];
        for (int k = 0; k < j; k++) {
          sum -= scratch[row + k] * scratch[other + k];
        }
        scratch[row + j] = sum / scratch[other + j];
      }
      double pivot = products[row + i] + RIDGE;
      double moment = moments[i];
      for (int k = 0; k < i; k++) {
        pivot -= scratch[row + k] * scratch[row + k];
        moment -= scratch[row + k] * scratch[solution + k];
      }
      // Without rounding it is never below the ridge.
      scratch[row + i] = Math.sqrt(Math.max(RIDGE, pivot));
      scratch[solution + i] = moment / scratch[row + i];
    }
    for (int i = inputs - 1; i >= 0; i--) {
      double sum = scratch[solution + i];
      for (int k = i + 1; k < inputs; k++) {
        sum -= scratch[triangle(k) + i] * weights[k];
      }
      weights[i] = sum / scratch[triangle(i) + i];
    }
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    v.numbers(products);
    v.numbers(moments);
    v.numbers(weights);
    examples = v.number(examples);
  }
}
