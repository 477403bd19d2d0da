package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Sums over examples that a classifier's scores are computed from, except areas under curves. Not
 * thread-safe.
 */
final class ClassificationSums implements Decayed.Sums {

  private final ConfusionMatrix model;
  private final ClassCounts noChange;
  private final ClassCounts majority;
  private final RunningMean loss;
  private final RunningMean logLoss;
  private final RunningMean frequencyLogLoss;
  private final PositiveRate positiveRate;
  private final RunningMean brier;
  private final @Nullable Calibration calibration;
  private long examples;

  ClassificationSums(MetricsSpec spec) {
    this(
        new ConfusionMatrix(),
        new ClassCounts(),
        new ClassCounts(),
        new RunningMean(),
        new RunningMean(),
        new RunningMean(),
        new PositiveRate(),
        new RunningMean(),
        spec.calibration() ? new Calibration() : null);
  }

  private ClassificationSums(
      ConfusionMatrix model,
      ClassCounts noChange,
      ClassCounts majority,
      RunningMean loss,
      RunningMean logLoss,
      RunningMean frequencyLogLoss,
      PositiveRate positiveRate,
      RunningMean brier,
      @Nullable Calibration calibration) {
    this.model = model;
    this.noChange = noChange;
    this.majority = majority;
    this.loss = loss;
    this.logLoss = logLoss;
    this.frequencyLogLoss = frequencyLogLoss;
    this.positiveRate = positiveRate;
    this.brier = brier;
    this.calibration = calibration;
  }

  /**
   * Adds an example.
   *
   * @param logLossOfFrequencies of the running class frequencies
   */
  void add(
      ScoredClass example,
      int noChangePredicted,
      int majorityPredicted,
      double logLossOfFrequencies,
      double weightOfExample) {
    examples++;
    int actual = example.actual;
    model.add(actual, example.predicted, weightOfExample);
    noChange.add(actual, noChangePredicted, weightOfExample);
    majority.add(actual, majorityPredicted, weightOfExample);
    loss.add(example.loss, weightOfExample);
    logLoss.add(example.logLoss, weightOfExample);
    frequencyLogLoss.add(logLossOfFrequencies, weightOfExample);
    if (calibration != null) {
      positiveRate.add(example, weightOfExample);
      brier.add(example.brier, weightOfExample);
      calibration.add(example.confidence, actual == example.predicted, weightOfExample);
    }
  }

  long examples() {
    return examples;
  }

  ConfusionMatrix model() {
    return model;
  }

  ClassCounts noChange() {
    return noChange;
  }

  ClassCounts majority() {
    return majority;
  }

  double loss() {
    return loss.get();
  }

  double logLoss() {
    return logLoss.get();
  }

  /** Returns the mean log-loss of the running class frequencies. */
  double frequencyLogLoss() {
    return frequencyLogLoss.get();
  }

  /** Returns the mean predicted probability and the observed share of the positive class. */
  PositiveRate positiveRate() {
    return positiveRate;
  }

  /** Returns the mean squared distance of all classes' probabilities from the outcome. */
  double brier() {
    return brier.get();
  }

  double calibrationError() {
    return calibration == null ? Double.NaN : calibration.error();
  }

  @Override
  public void scale(double factor) {
    model.scale(factor);
    noChange.scale(factor);
    majority.scale(factor);
    loss.scale(factor);
    logLoss.scale(factor);
    frequencyLogLoss.scale(factor);
    positiveRate.scale(factor);
    brier.scale(factor);
    if (calibration != null) {
      calibration.scale(factor);
    }
  }

  @Override
  public ClassificationSums copy() {
    ClassificationSums copy =
        new ClassificationSums(
            model.copy(),
            noChange.copy(),
            majority.copy(),
            loss.copy(),
            logLoss.copy(),
            frequencyLogLoss.copy(),
            positiveRate.copy(),
            brier.copy(),
            calibration == null ? null : calibration.copy());
    copy.examples = examples;
    return copy;
  }

  /** Bytes of the arrays in memory. */
  long memoryBytes() {
    long classes = model.classes();
    return classes * classes * Double.BYTES
        + 2 * classes * ClassCounts.CLASS_BYTES
        + (calibration == null ? 0 : Calibration.BYTES);
  }

  @Override
  public void write(DataOutput out) throws IOException {
    VarLong.write(out, examples);
    model.write(out);
    noChange.write(out);
    majority.write(out);
    loss.write(out);
    logLoss.write(out);
    frequencyLogLoss.write(out);
    positiveRate.write(out);
    brier.write(out);
    out.writeBoolean(calibration != null);
    if (calibration != null) {
      calibration.write(out);
    }
  }

  static ClassificationSums read(DataInput in, MetricsSpec spec) throws IOException {
    long examples = VarLong.read(in);
    ConfusionMatrix model = ConfusionMatrix.read(in);
    ClassCounts noChange = ClassCounts.read(in);
    ClassCounts majority = ClassCounts.read(in);
    RunningMean loss = RunningMean.read(in);
    RunningMean logLoss = RunningMean.read(in);
    RunningMean frequencyLogLoss = RunningMean.read(in);
    PositiveRate positiveRate = PositiveRate.read(in);
    RunningMean brier = RunningMean.read(in);
    Calibration calibration = in.readBoolean() ? Calibration.read(in) : new Calibration();
    ClassificationSums sums =
        new ClassificationSums(
            model,
            noChange,
            majority,
            loss,
            logLoss,
            frequencyLogLoss,
            positiveRate,
            brier,
            spec.calibration() ? calibration : null);
    sums.examples = examples;
    return sums;
  }
}
