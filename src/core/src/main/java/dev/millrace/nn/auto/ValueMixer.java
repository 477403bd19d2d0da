package dev.millrace.nn.auto;

import dev.millrace.nn.auto.members.MemberPlan;
import dev.millrace.nn.auto.members.MixtureConstant;
import dev.millrace.nn.auto.rows.ReplayBuffer;
import dev.millrace.nn.auto.rows.Row;
import dev.millrace.nn.auto.rows.Scaler;
import dev.millrace.nn.auto.rows.ValueTarget;
import dev.millrace.nn.experts.ExpertPool;
import dev.millrace.nn.loss.Huber;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * Mixes predicted values linearly, o = b + Σ w_k·f_k on a scale of its own, learned by normalised
 * gradient descent on the error cut to ±1. The answer is an average of the mixture, the linear
 * member and a baseline: the mean of the target so far and the last value, by their errors.
 */
final class ValueMixer extends Mixer {

  private static final double EPSILON = 0.001;
  private static final double BIAS_RATE = 0.02;
  private static final double BIAS_KEPT = 0.99;
  private static final double MAX_STEP = 1;

  /** Learning rate of the answer's weights, by absolute errors cut to the limit. */
  private static final double SHARE_RATE = 0.5;

  private static final double MAX_ERROR = 4;

  private final ValueTarget values;
  private final Scaler target = Scaler.ofTarget(0);
  private ExpertPool baseline = new ExpertPool(2);
  private double bias;
  // The target's mean and last value, NaN if unknown, on the target's own scale.
  private final double[] ofBaseline = {0, Double.NaN};
  // The last predictions on the mixer's scale, and their mixture.
  private final double[] scaled;
  private double output;

  ValueMixer(AutoShape shape, ValueTarget values) {
    this(
        new MixerWeights(shape.starts(), shape.kind().hasIds()),
        new FixedShare(),
        shape.predictionOf(MemberPlan.Part.LINEAR),
        values);
  }

  /**
   * Creates a mixer that has learned nothing.
   *
   * @param linear number of the prediction that the answer also averages outside the mixture
   */
  ValueMixer(MixerWeights weights, FixedShare answer, int linear, ValueTarget values) {
    super(weights, answer, linear, -1);
    this.values = values;
    scaled = new double[weights.predictions];
  }

  @Override
  void mix(Row row, float[] out, int at) {
    setLast(row.scaledLast);
    for (int k = 0; k < weights.predictions; k++) {
      setPrediction(k, row.values[k]);
    }
    values.answer(mix(), row, out, at);
  }

  @Override
  float learn(Row row, float[] out, int at) {
    return learn(row.target, row.weight, row.examples);
  }

  @Override
  void start(ReplayBuffer buffer) {
    double[] scaledTargets = values.start(buffer);
    if (scaledTargets.length > 0) {
      target.restart(0);
      baseline = new ExpertPool(2);
      bias = 0;
      for (double scaledTarget : scaledTargets) {
        target.update(0, scaledTarget);
      }
    }
  }

  private double inverse() {
    double inverse = target.inverse(0);
    return inverse == 0 ? 1 : inverse;
  }

  /** Sets a prediction on the target's own scale. */
  void setPrediction(int prediction, double value) {
    scaled[prediction] = (value - target.mean(0)) * inverse();
  }

  /** Sets the last value that was known when the features came, NaN if it is not to be used. */
  void setLast(double value) {
    ofBaseline[1] = value;
  }

  /** Mixes the predictions; returns the answer on the target's own scale. */
  double mix() {
    double sum = bias;
    for (int k = 0; k < weights.predictions; k++) {
      sum += weights.weights[k] * scaled[k];
    }
    output = sum;
    ofBaseline[0] = target.mean(0);
    return answer() / inverse() + target.mean(0);
  }

  private double answer() {
    return answer.average(output, scaled[linear], baseline());
  }

  /** The baseline on the mixer's scale, where the mean is 0. */
  private double baseline() {
    return Double.isNaN(ofBaseline[1])
        ? 0
        : (baseline.average(ofBaseline) - ofBaseline[0]) * inverse();
  }

  /**
   * Learns the value of the last mixture; returns the Huber loss of the answer.
   *
   * @param examples before this one
   */
  float learn(double value, float weight, long examples) {
    double y = (value - target.mean(0)) * inverse();
    double squares = EPSILON;
    for (int k = 0; k < weights.predictions; k++) {
      squares += scaled[k] * scaled[k];
    }
    double answered = answer();
    double known = baseline();
    answer.learn(
        limited(y - output),
        limited(y - scaled[linear]),
        limited(y - known),
        SHARE_RATE * weight,
        1,
        examples);
    double error = Math.max(-1, Math.min(1, y - output));
    double rate =
        Math.min(
            MixtureConstant.VALUE_MIXER_RATE.value * weights.rateFactor(examples) * weight,
            MAX_STEP);
    double step = rate * error / (1 + squares / weights.predictions);
    for (int k = 0; k < weights.predictions; k++) {
      weights.weights[k] += (float) (step * scaled[k]);
    }
    bias = BIAS_KEPT * (bias + Math.min(BIAS_RATE * weight, MAX_STEP) * error);
    baseline.learn(ofBaseline, value, weight);
    boolean wasScaled = target.inverse(0) != 0;
    target.update(0, value);
    // Before two targets differ there is no scale; their own must not scale the losses.
    double scale = wasScaled ? 1 : target.inverse(0);
    for (int k = 0; k < weights.predictions; k++) {
      weights.addLoss(k, Huber.of(scale * (y - scaled[k])));
    }
    weights.addLoss(weights.predictions, Huber.of(scale * (y - known)));
    weights.countExample();
    return Huber.of(scale * (y - answered));
  }

  private static double limited(double error) {
    return Math.min(MAX_ERROR, Math.abs(error));
  }

  @Override
  void visitRest(StateVisitor v) throws IOException {
    target.visit(v);
    baseline.visit(v);
    bias = v.number(bias);
  }
}
