package dev.millrace.eval;

import dev.millrace.eval.probability.Areas;
import dev.millrace.report.MetricsReport.Decaying;
import dev.millrace.report.MetricsReport.PositiveShare;
import dev.millrace.report.Score;
import dev.millrace.report.ScoreBlock;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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

  Decaying decayed(Decayed<ClassificationSums> decayed) {
    double weight = decayed.sums().noChange().weight() / decayed.gain();
    return new Decaying(spec.decay(), weight, block(decayed.sums(), weight));
  }

  /** Computes the scores of a window, with the areas under its curves. */
  ScoreBlock block(ClassificationSums sums, Areas areas) {
    ScoreBlock block = block(sums);
    Map<Score, Double> scores = new EnumMap<>(Score.class);
    scores.putAll(block.scores());
    scores.put(Score.AUC_ROC, areas.roc());
    scores.put(Score.AUC_PR, areas.precisionRecall());
    if (!binary) {
      scores.put(Score.AUC_ROC_WEIGHTED, areas.weightedRoc());
      scores.put(Score.AUC_PR_WEIGHTED, areas.weightedPrecisionRecall());
    }
    return new ScoreBlock(block.examples(), block.weight(), scores);
  }

  /** Computes the scores of the sums. */
  ScoreBlock block(ClassificationSums sums) {
    return block(sums, sums.noChange().weight());
  }

  private ScoreBlock block(ClassificationSums sums, double weight) {
    ClassCounts counts = sums.model().counts();
    double accuracy = counts.accuracy();
    Map<Score, Double> scores = new EnumMap<>(Score.class);
    scores.put(Score.ACCURACY, accuracy);
    scores.put(Score.BALANCED_ACCURACY, counts.balancedAccuracy());
    scores.put(Score.G_MEAN, counts.geometricMean());
    scores.put(Score.PRECISION, average.precision(counts));
    scores.put(Score.RECALL, average.recall(counts));
    scores.put(Score.F1, average.f1(counts));
    putFBeta(scores, Score.F_BETA, average.fBeta(counts, spec.beta()));
    scores.put(Score.KAPPA, counts.kappa());
    scores.put(Score.KAPPA_M, beyond(accuracy, sums.majority().accuracy()));
    scores.put(Score.KAPPA_TEMPORAL, beyond(accuracy, sums.noChange().accuracy()));
    scores.put(Score.MCC, counts.mcc());
    scores.put(Score.LOSS, sums.loss());
    scores.put(Score.LOG_LOSS, sums.logLoss());
    scores.put(Score.LOG_LOSS_BASELINE, sums.frequencyLogLoss());
    scores.put(Score.NORMALIZED_ENTROPY, sums.logLoss() / sums.frequencyLogLoss());
    // Of two classes that of the positive one, which is half the sum over both.
    scores.put(Score.BRIER, binary ? sums.brier() / 2 : sums.brier());
    scores.put(Score.CALIBRATION_ERROR, sums.calibrationError());
    if (binary) {
      PositiveShare share = sums.positiveRate().share();
      scores.put(Score.MEAN_PREDICTED, share.predicted());
      scores.put(Score.OBSERVED_SHARE, share.observed());
      scores.put(Score.CALIBRATION_RATIO, share.ratio());
    }
    scores.put(Score.PREDICTS_ONE_CLASS, ScoreBlock.number(counts.predictsOneClass()));
    scores.put(
        Score.BETTER_THAN_BASELINE, ScoreBlock.number(isBetterThanBaselines(sums, counts, weight)));
    if (spec.averages()) {
      putAverages(scores, counts);
    }
    return new ScoreBlock(sums.examples(), counts.weight(), scores);
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
  private static double beyond(double accuracy, double baselineAccuracy) {
    double left = 1 - baselineAccuracy;
    return left <= ClassCounts.ROUNDING ? Double.NaN : (accuracy - baselineAccuracy) / left;
  }

  private void putAverages(Map<Score, Double> scores, ClassCounts counts) {
    scores.put(Score.MACRO_PRECISION, counts.macro(counts::precision));
    scores.put(Score.MACRO_RECALL, counts.macro(counts::recall));
    scores.put(Score.MACRO_F1, counts.macro(counts::f1));
    putFBeta(scores, Score.MACRO_F_BETA, counts.macro(c -> counts.fBeta(c, spec.beta())));
    scores.put(Score.WEIGHTED_PRECISION, counts.weighted(counts::precision));
    scores.put(Score.WEIGHTED_RECALL, counts.weighted(counts::recall));
    scores.put(Score.WEIGHTED_F1, counts.weighted(counts::f1));
    putFBeta(scores, Score.WEIGHTED_F_BETA, counts.weighted(c -> counts.fBeta(c, spec.beta())));
    // Each wrong prediction is one false positive and one false negative: all are the accuracy.
    scores.put(Score.MICRO_PRECISION, counts.accuracy());
    scores.put(Score.MICRO_RECALL, counts.accuracy());
    scores.put(Score.MICRO_F1, counts.accuracy());
    putFBeta(scores, Score.MICRO_F_BETA, counts.accuracy());
  }

  private void putFBeta(Map<Score, Double> scores, Score score, double value) {
    if (spec.beta() != 1) {
      scores.put(score, value);
    }
  }
}
