package dev.millrace.nn.auto;

import dev.millrace.nn.auto.members.MemberPlan;
import dev.millrace.nn.auto.members.MixtureConstant;
import dev.millrace.report.MetricsReport;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
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
  private final boolean hasIds;

  /**
   * Creates the weights of a mixture that has learned nothing.
   *
   * @param starts how much each prediction counts
   * @param hasIds true if some predictions are made from ids
   */
  MixerWeights(List<MemberPlan.Start> starts, boolean hasIds) {
    this.hasIds = hasIds;
    predictions = starts.size();
    losses = new float[predictions + 1];
    int shared = Collections.frequency(starts, MemberPlan.Start.SHARED);
    int equal = Collections.frequency(starts, MemberPlan.Start.EQUAL);
    float each = 1f / (equal + (shared > 0 ? 1 : 0));
    for (int k = 0; k < predictions; k++) {
      weights[k] =
          switch (starts.get(k)) {
            case EQUAL -> each;
            case SHARED -> each / shared;
            case NONE -> 0f;
          };
    }
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
   * @param linear the prediction that the answer also averages outside the mixture
   * @param previous another such one, that of the previous label; -1 if there is none
   */
  MetricsReport.Members report(List<String> names, int linear, int previous, FixedShare answer) {
    List<MetricsReport.Member> members = new ArrayList<>();
    int leader = 0;
    for (int k = 0; k <= predictions; k++) {
      leader = losses[k] < losses[leader] ? k : leader;
      double loss = power == 1 ? Double.NaN : decimal(losses[k] * correction());
      double weight = k == predictions ? answer.baseline() : answer.mixture() * weights[k];
      double outside = k == linear ? answer.linear() : k == previous ? answer.previous() : 0;
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
