package dev.millrace.nn.experts;

import dev.millrace.simd.Elementary;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;

/**
 * Averages predictions of a value, each weighted the more the smaller its absolute errors so far
 * (exponential weights with fixed share, Herbster and Warmuth, 1998). Errors count in units of the
 * average's own recent mean error, so no scale has to be known.
 *
 * <p>The weights move slowly: delayed labels do not show which prediction is best at the moment.
 * Not thread-safe.
 */
public final class ExpertPool implements State {

  /** Factor of the loss in the exponent. */
  private static final double RATE = 0.1;

  /** Share of all weights that each example distributes evenly: at first more, as 1 / examples. */
  private static final double SHARE = 0.001;

  private static final double FIRST_SHARE = 0.1;
  private static final double MAX_LOSS = 4;
  private static final double ERROR_DECAY = 0.01;

  /** Max error of one example in units of the mean error, once {@link #KNOWN} are known. */
  private static final double MAX_SURPRISE = 100;

  private static final int KNOWN = 20;

  private final double[] weights;
  private double error;
  // (1 - ERROR_DECAY)^examples
  private double power = 1;
  private long examples;

  /** Creates equal weights of n predictions. */
  public ExpertPool(int predictions) {
    weights = new double[predictions];
    Arrays.fill(weights, 1.0 / predictions);
  }

  double weight(int prediction) {
    return weights[prediction];
  }

  /** Returns the average of the predictions that are not NaN, NaN if there is none. */
  public double average(double[] predictions) {
    double sum = 0;
    double known = 0;
    for (int k = 0; k < weights.length; k++) {
      if (!Double.isNaN(predictions[k])) {
        sum += weights[k] * predictions[k];
        known += weights[k];
      }
    }
    return known > 0 ? sum / known : Double.NaN;
  }

  /** Returns the recent mean absolute error of the average, 1 if there was none. */
  double scale() {
    return error > 0 ? error / (1 - power) : 1;
  }

  /** Moves weight to the predictions of lower error; NaN counts as the average. */
  public void learn(double[] predictions, double value, double weight) {
    double average = average(predictions);
    if (Double.isNaN(average) || !(weight > 0)) {
      return;
    }
    double deviation = Math.abs(value - average);
    if (examples >= KNOWN) {
      deviation = Math.min(deviation, MAX_SURPRISE * scale());
    }
    error += ERROR_DECAY * (deviation - error);
    power *= 1 - ERROR_DECAY;
    examples++;
    double scale = scale();
    double rate = RATE * Math.min(1, weight);
    double sum = 0;
    for (int k = 0; k < weights.length; k++) {
      double off = Double.isNaN(predictions[k]) ? deviation : Math.abs(value - predictions[k]);
      weights[k] *= Elementary.exp((float) (-rate * Math.min(MAX_LOSS, off / scale)));
      sum += weights[k];
    }
    double spread = Math.max(SHARE, FIRST_SHARE / (examples + 1));
    for (int k = 0; k < weights.length; k++) {
      weights[k] = (1 - spread) * weights[k] / sum + spread / weights.length;
    }
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    v.numbers(weights);
    error = v.number(error);
    power = v.number(power);
    examples = v.number(examples);
  }
}
