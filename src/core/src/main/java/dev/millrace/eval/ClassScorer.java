package dev.millrace.eval;

import dev.millrace.data.MetricsReport.Averages;
import dev.millrace.data.MetricsReport.ClassAverages;
import dev.millrace.data.MetricsReport.ClassificationBlock;
import dev.millrace.data.MetricsReport.Fading;
import dev.millrace.data.MetricsReport.PositiveShare;
import java.util.List;

/** Computes the scores of a classifier from its sums, for the classes there are now. */
final class ClassScorer {

  private final MetricsSpec spec;
  private final boolean binary;
  private final ClassAverage average;

  ClassScorer(MetricsSpec spec, List<String> classes) {
    this.spec = spec;
    binary = !spec.multiclass() && classes.size() <= 2;
    average = ClassAverage.of(classes, spec);
  }

  double f1(ClassCounts tally) {
    return average.f1(tally);
  }

  Fading<ClassificationBlock> faded(Decayed<ClassificationSums> faded) {
    double weight = faded.sums().noChange().weight() / faded.gain();
    return new Fading<>(spec.decay(), weight, block(faded.sums(), weight, Areas.NONE));
  }

  /**
   * Returns all scores of the sums.
   *
   * @param areas under the curves, {@link Areas#NONE} if there are none
   */
  ClassificationBlock block(ClassificationSums sums, Areas areas) {
    return block(sums, sums.noChange().weight(), areas);
  }

  private ClassificationBlock block(ClassificationSums sums, double weight, Areas areas) {
    ClassCounts tally = sums.model().tally();
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
        sums.frequencyLogLoss(),
        // Of two classes that of the positive one, which is half the sum over both.
        binary ? sums.brier() / 2 : sums.brier(),
        sums.calibrationError(),
        binary
            ? new PositiveShare(sums.positiveRate().predicted(), sums.positiveRate().observed())
            : null,
        areas.roc(),
        areas.precisionRecall(),
        areas.weightedRoc(),
        areas.weightedPrecisionRecall(),
        tally.predictsOneClass(),
        isBetterThanBaselines(sums, tally, weight),
        spec.averages() ? averages(tally, accuracy) : null);
  }

  /**
   * Whether the model is worth more than the best of its baselines: its log-loss is below that of
   * the running class frequencies, and its accuracy is not below that of no change and of the
   * majority class by more than a standard error. Where a threshold is tuned for another score, F1
   * takes the place of accuracy; without probabilities accuracy decides alone, and has to be above.
   *
   * @param weight of the examples; that of faded sums is grown
   * @return null without examples
   */
  private Boolean isBetterThanBaselines(ClassificationSums sums, ClassCounts tally, double weight) {
    if (weight == 0) {
      return null;
    }
    boolean isTuned = binary && spec.thresholdMetric() != MetricsSpec.Decision.NONE;
    double score = isTuned ? average.f1(tally) : tally.accuracy();
    double best =
        isTuned
            ? Math.max(average.f1(sums.noChange()), average.f1(sums.majority()))
            : Math.max(sums.noChange().accuracy(), sums.majority().accuracy());
    double logLoss = sums.logLoss();
    if (Double.isNaN(logLoss)) {
      return score > best;
    }
    double standardError = Math.sqrt(best * (1 - best) / weight);
    return logLoss < sums.frequencyLogLoss() && score >= best - standardError;
  }

  /** Accuracy beyond that of a baseline, as a share of what it left; NaN if that is nothing. */
  private static double beyond(double accuracy, double ofBaseline) {
    double left = 1 - ofBaseline;
    return left <= ClassCounts.ROUNDING ? Double.NaN : (accuracy - ofBaseline) / left;
  }

  private ClassAverages averages(ClassCounts tally, double accuracy) {
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
