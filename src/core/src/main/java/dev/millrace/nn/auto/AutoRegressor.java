package dev.millrace.nn.auto;

import dev.millrace.data.MetricsReport;
import dev.millrace.nn.AutoSpec.Extra;
import dev.millrace.nn.AutoSpec.TargetScale;
import dev.millrace.nn.Indicators;
import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.experts.ExpertModel;
import dev.millrace.nn.tails.HeavyTail;
import dev.millrace.simd.Kernels;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The mixture that predicts a value; where columns of the row are predictions of it, the mixture
 * predicts what they leave.
 */
final class AutoRegressor extends AutoLearner {

  /**
   * Min correlation of the first targets with the previous ones; that of 100 independent ones is
   * seldom above 0.2.
   */
  private static final double MIN_CORRELATION = 0.3;

  /** Min number of pairs; a correlation of fewer says little. */
  private static final int MIN_PAIRS = 30;

  private final Scaler target;
  private final ValueMixer mixer;
  // Null if no column predicts the target.
  private final @Nullable ExpertModel experts;
  // Null if the target has no heavy tail; else the mixture learns the scaled target.
  private @Nullable HeavyTail tail;
  // The range of the scaled targets so far, beyond which nothing is predicted.
  private double lowest = Double.POSITIVE_INFINITY;
  private double highest = Double.NEGATIVE_INFINITY;
  // NaN before the first one.
  private double lastValue = Double.NaN;
  // False once the first targets were not correlated with it; then it is no input.
  private boolean hasPrevious;

  AutoRegressor(
      AutoShape shape,
      Indicators indicators,
      long keySeed,
      @Nullable AutoScratch scratch,
      Members members) {
    super(shape, indicators, keySeed, scratch, members);
    target = Scaler.ofTarget(DECAY);
    mixer = new ValueMixer(weights, answer, shape.networkPredictions());
    boolean hasExperts = indicators.expertColumns().length > 0;
    experts = hasExperts ? new ExpertModel(indicators, inputs()) : null;
    hasPrevious = shape.kind().previousInputs() > 0;
  }

  @Override
  public int outputs() {
    return PredictedValue.FLOATS;
  }

  @Override
  public int remembered() {
    return experts == null ? PredictedValue.FLOATS : ExpertModel.REMEMBERED;
  }

  @Override
  public void predictPending(float[] features, int offset, float[] out, float[] memory, int at) {
    predictNext(features, offset, out);
    if (experts != null) {
      ExpertModel.remember(scratch().experts, memory, at);
    } else {
      PredictedValue.write(lastValue, 0, memory, at);
    }
  }

  @Override
  public MetricsReport.Members members() {
    return experts == null ? super.members() : experts.report(super.members());
  }

  @Override
  public long memoryBytes() {
    return super.memoryBytes() + (experts == null ? 0 : experts.memoryBytes());
  }

  @Override
  void predictExperts(AutoScratch own) {
    if (experts != null) {
      experts.predict(own.row, own.rowOffset, own.experts);
      own.row = own.experts.row();
      own.rowOffset = 0;
    }
  }

  @Override
  void addPrevious(AutoScratch own) {
    if (shape().kind().previousInputs() == 0) {
      return;
    }
    float[] row = own.changeRow(inputs());
    double limited = Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, lastKnown()));
    row[inputs()] = hasPrevious ? (float) limited : Float.NaN;
  }

  /** Returns the last value that was known when the features came; NaN before the first. */
  private double lastKnown() {
    float[] memory = recalled();
    return memory == null ? lastValue : PredictedValue.read(memory, recalledAt());
  }

  /** Drops the previous value where the first targets do not go with it. */
  @Override
  void startPrevious() {
    int column = inputs();
    if (shape().kind().previousInputs() == 0 || !isUnrelated(column)) {
      return;
    }
    hasPrevious = false;
    scaler.restart(column);
    for (int record = 0; record < buffer.size(); record++) {
      buffer.setFeature(record, column, Float.NaN);
    }
  }

  /**
   * Returns true if enough records in the buffer have a number in a column, and their targets are
   * not correlated with it. Where labels come late few do.
   */
  private boolean isUnrelated(int column) {
    double meanOfX = 0;
    double meanOfY = 0;
    double xx = 0;
    double yy = 0;
    double xy = 0;
    int pairs = 0;
    for (int record = 0; record < buffer.size(); record++) {
      double x = buffer.feature(record, column);
      if (!Double.isNaN(x)) {
        pairs++;
        double y = buffer.target(record);
        double dx = x - meanOfX;
        double dy = y - meanOfY;
        meanOfX += dx / pairs;
        meanOfY += dy / pairs;
        xx += dx * (x - meanOfX);
        yy += dy * (y - meanOfY);
        xy += dx * (y - meanOfY);
      }
    }
    return pairs >= MIN_PAIRS && Math.abs(xy) < MIN_CORRELATION * Math.sqrt(xx) * Math.sqrt(yy);
  }

  @Override
  float scaledTarget(double value) {
    return (float) target.scaled(0, value);
  }

  @Override
  void mix(AutoScratch own, float[] out) {
    mixer.setLast(scaledLast(lastValue));
    mix(target.mean(0), target.deviation(0), own, out, 0);
  }

  /**
   * Mixes the predictions of all members.
   *
   * @param mean of the target when the networks predicted, as {@code deviation}
   */
  private void mix(double mean, double deviation, AutoScratch own, float[] out, int outOffset) {
    linear.predictValue(scaled(own), own.predictions, linearAt());
    own.predictions[fernsAt()] = ferns.predictValue(own);
    int stride = Kernels.stride(columns());
    if (ids != null) {
      ids.predictValue(own, fernsAt() + stride, stride);
    }
    int k = 0;
    for (; k < shape().networkPredictions() + 2 + shape().kind().idPredictions(); k++) {
      mixer.setPrediction(k, mean + deviation * own.predictions[k * stride]);
    }
    if (shape().has(Extra.KNN)) {
      own.neighbours.find(own.encoded, own.encodedOffset, scaler, CLIP, buffer);
      mixer.setPrediction(k++, own.neighbours.mean(buffer, mean));
    }
    mixer.setPrediction(k, mixer.last(mean));
    double mixed = mixer.mix();
    double spread = deviation;
    if (experts != null) {
      mixed = experts.answer(own.experts.base() + mixed, own.experts);
    } else if (tail != null) {
      mixed = tail.unscaled(Math.max(lowest, Math.min(highest, mixed)));
      spread = tail.unit();
    }
    // Nothing is known of the target before the first one.
    PredictedValue.write(examples() == 0 ? Double.NaN : mixed, spread, out, outOffset);
  }

  @Override
  protected float learnValue(
      float[] features, int offset, double value, float weight, float[] out, int outOffset) {
    AutoScratch own = scratch();
    float limited = limited(weight);
    boolean replays = prepare(features, offset, limited, own);
    double rest = learned(value, own);
    double mean = target.mean(0);
    double deviation = target.deviation(0);
    target.update(0, rest);
    learnMembers(rest, replays, own);
    mixer.setLast(scaledLast(lastKnown()));
    mix(mean, deviation, own, out, outOffset);
    if (tail != null) {
      extendRange(rest);
    }
    float loss = mixer.learn(rest, limited, examples());
    boolean isLate = recalled() != null;
    linear.learnValue(
        scaled(own), own.predictions[linearAt()], scaledTarget(rest), limited, isLate);
    ferns.learnValue(own, scaledTarget(rest), limited);
    if (ids != null) {
      ids.learnValue(own, scaledTarget(rest), limited);
    }
    if (experts != null) {
      double unit = deviation == 0 ? 1 : deviation;
      experts.learn(value, limited, recalled(), recalledAt(), unit, own.experts);
    }
    forget();
    lastValue = value;
    keep(rest, limited, own);
    return loss;
  }

  /** Returns the last value as the mixture learns it; NaN if experts know better. */
  private double scaledLast(double value) {
    return experts != null ? Double.NaN : tail == null ? value : tail.scaled(value);
  }

  /** Returns what the mixture learns of a value. */
  private double learned(double value, AutoScratch own) {
    if (experts != null) {
      return experts.residual(value, own.experts);
    }
    return tail == null ? value : tail.scaled(value);
  }

  @Override
  void startTargetTail() {
    int records = buffer.size();
    double[] targets = new double[records];
    for (int record = 0; record < records; record++) {
      targets[record] = buffer.target(record);
    }
    boolean isScaled = experts == null && shape().kind().spec().targetScale() == TargetScale.AUTO;
    tail = isScaled ? HeavyTail.of(targets, records) : null;
    if (tail == null) {
      return;
    }
    target.restart(0);
    mixer.restartScale();
    for (int record = 0; record < records; record++) {
      double scaled = tail.scaled(buffer.target(record));
      buffer.setTarget(record, scaled);
      extendRange(scaled);
      target.update(0, scaled);
      mixer.observe(scaled);
    }
  }

  private void extendRange(double scaled) {
    lowest = Math.min(lowest, scaled);
    highest = Math.max(highest, scaled);
  }

  @Override
  public void addClass() {
    throw new IllegalStateException("a model of a value has no classes");
  }

  @Override
  void visitScalers(StateVisitor v) throws IOException {
    if (shape().kind().previousInputs() > 0) {
      hasPrevious = v.flag(hasPrevious);
    }
    super.visitScalers(v);
  }

  @Override
  void visitTarget(StateVisitor v) throws IOException {
    target.visit(v);
    lastValue = v.anyNumber(lastValue);
    if (experts != null) {
      experts.visit(v);
      return;
    }
    tail = v.nullable(tail, HeavyTail::write, HeavyTail::read);
    if (tail != null) {
      lowest = v.number(lowest);
      highest = v.number(highest);
    }
  }

  @Override
  void visitMixer(StateVisitor v) throws IOException {
    mixer.visit(v);
  }
}
