package dev.millrace.eval;

import dev.millrace.data.MetricsReport.Averages;
import dev.millrace.data.MetricsReport.ClassAverages;
import dev.millrace.data.MetricsReport.ClassificationBlock;
import dev.millrace.data.MetricsReport.Fading;
import java.util.List;

/** Computes the scores of a classifier from its sums, for the classes there are now. */
final class ClassScorer {

  private final MetricsSpec spec;
  private final boolean binary;
  private final ClassAverage average;

  ClassScorer(MetricsSpec spec, List<String> classes) {
    this.spec = spec;
    binary = classes.size() <= 2;
    average = ClassAverage.of(classes, spec.positive());
  }

  double f1(ClassTally tally) {
    return average.f1(tally);
  }

  Fading<ClassificationBlock> faded(Faded<ClassificationSums> faded) {
    double weight = faded.sums().noChange().weight() / faded.gain();
    return new Fading<>(spec.fading(), weight, block(faded.sums(), Areas.NONE));
  }

  /**
   * All scores.
   *
   * @param areas under the curves, {@link Areas#NONE} if there are none
   */
  ClassificationBlock block(ClassificationSums sums, Areas areas) {
    ClassTally tally = sums.model().tally();
    double accuracy = tally.accuracy();
    return new ClassificationBlock(
        sums.examples(),
        tally.weight(),
        accuracy,
        tally.balancedAccuracy(),
        average.precision(tally),
        average.recall(tally),
        average.f1(tally),
        spec.beta() == 1 ? Double.NaN : average.fBeta(tally, spec.beta()),
        tally.kappa(),
        beyond(accuracy, sums.majority().accuracy()),
        beyond(accuracy, sums.noChange().accuracy()),
        tally.mcc(),
        sums.loss(),
        sums.logLoss(),
        // Of two classes that of the positive one, which is half the sum over both.
        binary ? sums.brier() / 2 : sums.brier(),
        sums.calibrationError(),
        areas.roc(),
        areas.precisionRecall(),
        areas.weightedRoc(),
        areas.weightedPrecisionRecall(),
        spec.averages() ? averages(tally, accuracy) : null);
  }

  /** Accuracy beyond that of a baseline, as a share of what it left; NaN if that is nothing. */
  private static double beyond(double accuracy, double ofBaseline) {
    double left = 1 - ofBaseline;
    return left <= ClassTally.ROUNDING ? Double.NaN : (accuracy - ofBaseline) / left;
  }

  private ClassAverages averages(ClassTally tally, double accuracy) {
    double beta = spec.beta();
    boolean hasBeta = beta != 1;
    return new ClassAverages(
        new Averages(
            tally.macro(tally::precision),
            tally.macro(tally::recall),
            tally.macro(tally::f1),
            hasBeta ? tally.macro(c -> tally.fBeta(c, beta)) : Double.NaN),
        new Averages(
            tally.weighted(tally::precision),
            tally.weighted(tally::recall),
            tally.weighted(tally::f1),
            hasBeta ? tally.weighted(c -> tally.fBeta(c, beta)) : Double.NaN),
        // Each wrong prediction is one false positive and one false negative: all are the accuracy.
        new Averages(accuracy, accuracy, accuracy, hasBeta ? accuracy : Double.NaN));
  }
}
