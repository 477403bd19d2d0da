package dev.millrace.nn.auto;

import dev.millrace.data.MetricsReport;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How much each prediction counts in the mixture, and how well each and the baseline did lately.
 */
final class MixerWeights {

  /** The most predictions. */
  static final int MOST = 16;

  private static final float FADE = 0.999f;

  final int predictions;
  // Padded with zeros to whole lanes.
  final float[] weights = new float[MOST];
  // Mean of each prediction's own loss, and the baseline's, fading, before bias correction.
  private final float[] losses;
  private double power = 1;

  /**
   * @param newcomer the prediction that starts with a weight of 0, -1 for none
   */
  MixerWeights(int predictions, int newcomer) {
    this.predictions = predictions;
    losses = new float[predictions + 1];
    Arrays.fill(weights, 0, predictions, 1f / (newcomer < 0 ? predictions : predictions - 1));
    if (newcomer >= 0) {
      weights[newcomer] = 0f;
    }
  }

  private MixerWeights(MixerWeights other) {
    predictions = other.predictions;
    System.arraycopy(other.weights, 0, weights, 0, MOST);
    losses = other.losses.clone();
    power = other.power;
  }

  MixerWeights copy() {
    return new MixerWeights(this);
  }

  /**
   * Counts a loss; {@link #counted} follows once all predictions have theirs.
   *
   * @param prediction its number; that of the baseline is the number of predictions
   */
  void see(int prediction, float loss) {
    losses[prediction] = FADE * losses[prediction] + (1f - FADE) * loss;
  }

  void counted() {
    power *= FADE;
  }

  /** 1/(1 - fade^t) of the means over time; 1 before the first loss. */
  float correction() {
    return power == 1 ? 1f : (float) (1 / (1 - power));
  }

  /**
   * Weights and mean losses by name, and whose loss is the least.
   *
   * @param names of the predictions, and of the baseline
   * @param linear the prediction that is in the answer also beside the mixture
   */
  MetricsReport.Members report(List<String> names, int linear, FixedShare answer) {
    List<MetricsReport.Member> members = new ArrayList<>();
    int leader = 0;
    for (int k = 0; k <= predictions; k++) {
      leader = losses[k] < losses[leader] ? k : leader;
      double loss = power == 1 ? Double.NaN : decimal(losses[k] * correction());
      double weight = k == predictions ? answer.baseline() : answer.mixture() * weights[k];
      double both = k == linear ? weight + answer.linear() : weight;
      members.add(new MetricsReport.Member(names.get(k), decimal((float) both), loss));
    }
    return new MetricsReport.Members(power == 1 ? null : names.get(leader), members);
  }

  /** The shortest decimal that is this float, not the float's own digits. */
  private static double decimal(float value) {
    return Double.parseDouble(Float.toString(value));
  }

  boolean isFinite() {
    return Members.areFinite(weights) && Members.areFinite(losses) && Double.isFinite(power);
  }

  void write(DataOutput out) throws IOException {
    for (int k = 0; k < predictions; k++) {
      out.writeFloat(weights[k]);
      out.writeFloat(losses[k]);
    }
    out.writeFloat(losses[predictions]);
    out.writeDouble(power);
  }

  void read(DataInput in) throws IOException {
    for (int k = 0; k < predictions; k++) {
      weights[k] = in.readFloat();
      losses[k] = in.readFloat();
    }
    losses[predictions] = in.readFloat();
    power = in.readDouble();
  }
}
