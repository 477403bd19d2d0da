package dev.millrace.nn.auto;

import dev.millrace.nn.AutoSpec.Extra;
import dev.millrace.nn.Indicators;
import dev.millrace.nn.PredictedValue;
import dev.millrace.simd.Kernels;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** The mixture that predicts a value. */
final class AutoRegressor extends AutoLearner {

  private final Scaler target;
  private final ValueMixer mixer;

  AutoRegressor(
      AutoShape shape, Indicators indicators, long keySeed, AutoScratch scratch, Members members) {
    super(shape, indicators, keySeed, scratch, members);
    target = Scaler.ofTarget(DECAY);
    mixer = new ValueMixer(weights, answer, shape.networkPredictions());
  }

  private AutoRegressor(AutoRegressor other, long keySeed) {
    super(other, keySeed);
    target = other.target.copy();
    mixer = other.mixer.copy(weights, answer);
  }

  @Override
  AutoRegressor copy(long otherKeySeed) {
    return new AutoRegressor(this, otherKeySeed);
  }

  @Override
  public boolean isFinite() {
    return super.isFinite() && target.isFinite() && mixer.isFinite();
  }

  @Override
  public int outputs() {
    return PredictedValue.FLOATS;
  }

  @Override
  float scaledTarget(double value) {
    return (float) target.scaled(0, value);
  }

  @Override
  void mix(AutoScratch own, float[] out) {
    mix(target.mean(0), target.deviation(0), own, out, 0);
  }

  /**
   * Mixes the predictions of all members.
   *
   * @param mean of the target when the networks predicted, as {@code deviation}
   */
  private void mix(double mean, double deviation, AutoScratch own, float[] out, int outOffset) {
    linear.predictValue(scaled(own), own.predictions, linearAt());
    int stride = Kernels.stride(columns());
    if (ids != null) {
      ids.predictValue(own, linearAt() + stride, stride);
    }
    int k = 0;
    for (; k <= shape().networkPredictions() + shape().kind().idPredictions(); k++) {
      mixer.setPrediction(k, mean + deviation * own.predictions[k * stride]);
    }
    if (shape().has(Extra.KNN)) {
      own.neighbours.find(scaled(own), scaler, CLIP, buffer);
      mixer.setPrediction(k++, own.neighbours.mean(buffer, mean));
    }
    if (previousLabel != null) {
      mixer.setPrediction(k, previousLabel.value(mean));
    }
    double mixed = mixer.mix();
    // Nothing is known of the target before the first one.
    PredictedValue.write(examples() == 0 ? Double.NaN : mixed, deviation, out, outOffset);
  }

  @Override
  protected float learnValue(
      float[] features, int offset, double value, float weight, float[] out, int outOffset) {
    AutoScratch own = scratch();
    float limited = limited(weight);
    boolean replays = prepare(features, offset, limited, own);
    double mean = target.mean(0);
    double deviation = target.deviation(0);
    target.update(0, value);
    learnMembers(value, replays, own);
    mix(mean, deviation, own, out, outOffset);
    float loss = mixer.learn(value, limited, examples());
    linear.learnValue(scaled(own), own.predictions[linearAt()], scaledTarget(value), limited);
    if (ids != null) {
      ids.learnValue(own, scaledTarget(value), limited);
    }
    keep(value, limited, own);
    return loss;
  }

  @Override
  public void addClass() {
    throw new IllegalStateException("a model of a value has no classes");
  }

  @Override
  void writeScalers(DataOutput out) throws IOException {
    super.writeScalers(out);
    target.write(out);
  }

  @Override
  void readScalers(DataInput in) throws IOException {
    super.readScalers(in);
    target.read(in);
  }

  @Override
  void writeMixer(DataOutput out) throws IOException {
    mixer.write(out);
  }

  @Override
  void readMixer(DataInput in) throws IOException {
    mixer.read(in);
  }
}
