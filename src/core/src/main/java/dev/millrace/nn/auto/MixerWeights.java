package dev.millrace.nn.auto;

import dev.millrace.data.MetricsReport;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Weight of each prediction in the mixture, and recent mean losses of each and the baseline. */
final class MixerWeights implements State {

  /** Max number of predictions. */
  static final int MAX_PREDICTIONS = 16;

  /** With ids, in place of the {@link MixtureConstant}s of these names; chosen on clicks. */
  private static final float ID_FIRST_RATE_FACTOR = 8f;

  private static final float ID_RATE_DECAY = 100f;

  private static final float KEPT = 0.999f;

  final int predictions;
  // Padded with zeros to whole lanes.
  final float[] weights = new float[MAX_PREDICTIONS];
  // Decaying mean loss of each prediction and of the baseline, before bias correction.
  private final float[] losses;
  private double power = 1;
  private boolean hasIds;

  /**
   * Creates equal weights.
   *
   * @param unweighted predictions that start with a weight of 0
   */
  MixerWeights(int predictions, int... unweighted) {
    this.predictions = predictions;
    losses = new float[predictions + 1];
    Arrays.fill(weights, 0, predictions, 1f / (predictions - unweighted.length));
    for (int prediction : unweighted) {
      weights[prediction] = 0f;
    }
  }

  /** Creates the same for a mixture that has predictions from ids. */
  static MixerWeights withIds(int predictions, int... unweighted) {
    MixerWeights mixer = new MixerWeights(predictions, unweighted);
    mixer.hasIds = true;
    return mixer;
  }

  /**
   * Creates weights of a mixture of probabilities that has predictions from ids. Networks learn
   * slowly from log-odds of few records, so together they start with as much as one of the others.
   *
   * @param networks number of the networks' predictions; all others follow
   * @param unweighted predictions of others that start with a weight of 0
   */
  static MixerWeights ofClassesWithIds(int predictions, int networks, int... unweighted) {
    MixerWeights mixer = withIds(predictions, unweighted);
    float each = 1f / (predictions - networks - unweighted.length + 1);
    for (int k = 0; k < predictions; k++) {
      mixer.weights[k] = k < networks ? each / networks : mixer.weights[k] == 0f ? 0f : each;
    }
    return mixer;
  }

  /**
   * Returns the factor of the mixer's learning rate after a number of examples. Different streams
   * need different weights, so the first steps are longer.
   */
  float rateFactor(long examples) {
    float first = hasIds ? ID_FIRST_RATE_FACTOR : MixtureConstant.FIRST_RATE_FACTOR.value;
    float decay = hasIds ? ID_RATE_DECAY : MixtureConstant.RATE_DECAY.value;
    return Math.max(1f, first / (1f + examples / decay));
  }

  /** Returns true if some predictions are made from ids. */
  boolean hasIds() {
    return hasIds;
  }

  /**
   * Adds a loss; {@link #countExample} follows the losses of all predictions.
   *
   * @param prediction index of the prediction; the baseline is the last
   */
  void addLoss(int prediction, float loss) {
    losses[prediction] = KEPT * losses[prediction] + (1f - KEPT) * loss;
  }

  /** Ends the losses of an example. */
  void countExample() {
    power *= KEPT;
  }

  /** Returns the bias correction of the mean losses, 1/(1 - 0.999^t); 1 before the first loss. */
  float correction() {
    return power == 1 ? 1f : (float) (1 / (1 - power));
  }

  /**
   * Reports weights and mean losses by name, and the prediction of the lowest loss.
   *
   * @param names of the predictions, and of the baseline
   * @param linear the prediction that the answer also averages outside the mixture, as the last one
   *     of classes, that of the previous label
   */
  MetricsReport.Members report(List<String> names, int linear, FixedShare answer) {
    List<MetricsReport.Member> members = new ArrayList<>();
    int leader = 0;
    for (int k = 0; k <= predictions; k++) {
      leader = losses[k] < losses[leader] ? k : leader;
      double loss = power == 1 ? Double.NaN : decimal(losses[k] * correction());
      double weight = k == predictions ? answer.baseline() : answer.mixture() * weights[k];
      double outside = k == linear ? answer.linear() : k == predictions - 1 ? answer.previous() : 0;
      members.add(
          new MetricsReport.Member(names.get(k), decimal((float) (weight + outside)), loss));
    }
    return new MetricsReport.Members(power == 1 ? null : names.get(leader), members);
  }

  /** Returns the shortest decimal that reads as this float. */
  private static double decimal(float value) {
    return Double.parseDouble(Float.toString(value));
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    for (int k = 0; k < predictions; k++) {
      weights[k] = v.number(weights[k]);
      losses[k] = v.number(losses[k]);
    }
    losses[predictions] = v.number(losses[predictions]);
    power = v.number(power);
  }
}
