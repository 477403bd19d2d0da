package dev.millrace.eval;

import dev.millrace.eval.probability.Calibration;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Sums over examples that a classifier's scores are computed from, except areas under curves. Not
 * thread-safe.
 */
final class ClassificationSums implements Decayed.Sums {

  private final ConfusionMatrix model = new ConfusionMatrix();
  private final ClassCounts noChange = new ClassCounts();
  private final ClassCounts majority = new ClassCounts();
  private final RunningMean loss = new RunningMean();
  private final RunningMean logLoss = new RunningMean();
  private final RunningMean frequencyLogLoss = new RunningMean();
  private final PositiveRate positiveRate = new PositiveRate();
  private final RunningMean brier = new RunningMean();
  private final @Nullable Calibration calibration;
  private long examples;

  ClassificationSums(MetricsSpec spec) {
    calibration = spec.calibration() ? new Calibration() : null;
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

  /** Bytes of the arrays in memory. */
  long memoryBytes() {
    long classes = model.classes();
    return classes * classes * Double.BYTES
        + 2 * classes * ClassCounts.CLASS_BYTES
        + (calibration == null ? 0 : Calibration.BYTES);
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    examples = v.packed(examples);
    model.visit(v);
    noChange.visit(v);
    majority.visit(v);
    loss.visit(v);
    logLoss.visit(v);
    frequencyLogLoss.visit(v);
    positiveRate.visit(v);
    brier.visit(v);
    v.optional(calibration, Calibration::new);
  }
}
