package dev.millrace.eval;

import dev.millrace.data.MetricsReport.Averages;
import dev.millrace.data.MetricsReport.ClassAverages;
import dev.millrace.data.MetricsReport.ClassificationBlock;
import dev.millrace.data.MetricsReport.Decaying;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Computes the scores of a classifier from its sums, for the classes known now. */
final class ClassScorer {

  private final MetricsSpec spec;
  private final boolean binary;
  private final ClassAverage average;

  ClassScorer(MetricsSpec spec, List<String> classes) {
    this.spec = spec;
    binary = !spec.multiclass() && classes.size() <= 2;
    average = ClassAverage.of(classes, spec);
  }

  double f1(ClassCounts counts) {
    return average.f1(counts);
  }

  Decaying<ClassificationBlock> decayed(Decayed<ClassificationSums> decayed) {
    double weight = decayed.sums().noChange().weight() / decayed.gain();
    return new Decaying<>(spec.decay(), weight, block(decayed.sums(), weight, Areas.NONE));
  }

  /**
   * Computes all scores of the sums.
   *
   * @param areas under the curves, {@link Areas#NONE} if there are none
   */
  ClassificationBlock block(ClassificationSums sums, Areas areas) {
    return block(sums, sums.noChange().weight(), areas);
  }

  private ClassificationBlock block(ClassificationSums sums, double weight, Areas areas) {
    ClassCounts counts = sums.model().counts();
    double accuracy = counts.accuracy();
    return new ClassificationBlock(
        sums.examples(),
        counts.weight(),
        accuracy,
        counts.balancedAccuracy(),
        average.precision(counts),
        average.recall(counts),
        average.f1(counts),
        spec.beta() == 1 ? Double.NaN : average.fBeta(counts, spec.beta()),
        counts.kappa(),
        beyond(accuracy, sums.majority().accuracy()),
        beyond(accuracy, sums.noChange().accuracy()),
        counts.mcc(),
        sums.loss(),
        sums.logLoss(),
        sums.frequencyLogLoss(),
        // Of two classes that of the positive one, which is half the sum over both.
        binary ? sums.brier() / 2 : sums.brier(),
        sums.calibrationError(),
        binary ? sums.positiveRate().share() : null,
        areas.roc(),
        areas.precisionRecall(),
        areas.weightedRoc(),
        areas.weightedPrecisionRecall(),
        counts.predictsOneClass(),
        isBetterThanBaselines(sums, counts, weight),
        spec.averages() ? averages(counts, accuracy) : null);
  }

  /**
   * Returns true if the model is better than its baselines: its log-loss is below that of the
   * running class frequencies, and its accuracy is not below that of no change and of the majority
   * class by more than a standard error. If a threshold is tuned for another score, F1 replaces
   * accuracy; without probabilities accuracy alone decides, and has to be above.
   *
   * @param weight of the examples; that of decayed sums has grown
   * @return null without examples
   */
  private @Nullable Boolean isBetterThanBaselines(
      ClassificationSums sums, ClassCounts counts, double weight) {
    if (weight == 0) {
      return null;
    }
    boolean isTuned = binary && spec.thresholdMetric() != MetricsSpec.Decision.NONE;
    double score = isTuned ? average.f1(counts) : counts.accuracy();
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

  /** Returns accuracy above a baseline's, as a share of the baseline's errors; NaN without any. */
  private static double beyond(double accuracy, double ofBaseline) {
    double left = 1 - ofBaseline;
    return left <= ClassCounts.ROUNDING ? Double.NaN : (accuracy - ofBaseline) / left;
  }

  private ClassAverages averages(ClassCounts counts, double accuracy) {
    double beta = spec.beta();
    boolean hasBeta = beta != 1;
    return new ClassAverages(
        new Averages(
            counts.macro(counts::precision),
            counts.macro(counts::recall),
            counts.macro(counts::f1),
            hasBeta ? counts.macro(c -> counts.fBeta(c, beta)) : Double.NaN),
        new Averages(
            counts.weighted(counts::precision),
            counts.weighted(counts::recall),
            counts.weighted(counts::f1),
            hasBeta ? counts.weighted(c -> counts.fBeta(c, beta)) : Double.NaN),
        // Each wrong prediction is one false positive and one false negative: all are the accuracy.
        new Averages(accuracy, accuracy, accuracy, hasBeta ? accuracy : Double.NaN));
  }
}
