package dev.millrace.eval;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Which metrics are computed, and how often they are reported.
 *
 * @param window max scored examples of a key in the window
 * @param windowMillis max age of examples in the window in event time, in milliseconds; 0 for no
 *     limit
 * @param decay weight of an example relative to the next one in the decayed metrics, below 1; 0
 *     turns them off
 * @param every number of examples of a key between two reports
 * @param maxIntervalMillis max milliseconds until an example is reported; the clock affects when a
 *     report is sent, not its content; 0 turns it off
 * @param perClass reports have precision, recall and F1 of each class
 * @param confusionMatrix reports have the confusion matrix
 * @param averages reports have macro, weighted and micro averages over the classes
 * @param calibration reports have the Brier score, the expected calibration error, and of two
 *     classes the mean predicted probability and the observed share of the positive one
 * @param aucClasses max classes for areas under the ROC and the precision-recall curve of the
 *     window, up to {@link #MAX_AUC_CLASSES}; 0 turns them off
 * @param beta weight of recall relative to precision in F-beta, which is reported unless it is 1
 * @param quantile quantile of the labels for the quantile loss
 * @param thresholdMetric score that the threshold between two classes is tuned for
 * @param multiclass the task is declared multiclass: scores are averages over all classes even of
 *     two
 * @param positive class of binary precision, recall and F1; null for the last by name
 * @param validation which examples are held out
 */
public record MetricsSpec(
    int window,
    long windowMillis,
    double decay,
    int every,
    long maxIntervalMillis,
    boolean perClass,
    boolean confusionMatrix,
    boolean averages,
    boolean calibration,
    int aucClasses,
    double beta,
    double quantile,
    Decision thresholdMetric,
    boolean multiclass,
    @Nullable String positive,
    Validation validation)
    implements Serializable {

  /** Default max classes for areas under curves. */
  public static final int AUC_CLASSES = 10;

  /** Limit of classes for areas: with more, an example would take ten times the memory. */
  public static final int MAX_AUC_CLASSES = 100;

  /** The score that the threshold between two classes is tuned for. */
  public enum Decision {
    /** None: the class of the highest score is predicted. */
    NONE,
    /** The positive class where its probability is above its share of the labels so far. */
    BALANCED_ACCURACY,
    /** The threshold of the highest F1. */
    F1,
    /** The threshold of the highest F-beta. */
    F_BETA
  }

  /**
   * Held-out examples, which no model learns from.
   *
   * @param fraction of the examples, 0 to below 1, chosen by their identity; 0 is none
   * @param patience epochs without a better validation loss until a model stops learning; 0 for
   *     never
   */
  public record Validation(double fraction, int patience) implements Serializable {

    /** No example is held out. */
    public static final Validation NONE = new Validation(0, 0);
  }

  /** Creates a specification with defaults. */
  public MetricsSpec(
      int window,
      int every,
      long maxIntervalMillis,
      boolean perClass,
      boolean confusionMatrix,
      @Nullable String positive) {
    this(
        window,
        0,
        0,
        every,
        maxIntervalMillis,
        perClass,
        confusionMatrix,
        true,
        true,
        AUC_CLASSES,
        1,
        0.5,
        Decision.NONE,
        false,
        positive,
        Validation.NONE);
  }

  /** Returns a copy whose reports have the confusion matrix. */
  public MetricsSpec withConfusionMatrix() {
    return with(true, thresholdMetric, multiclass, positive, validation);
  }

  /** Returns a copy with another positive class. */
  public MetricsSpec withPositive(@Nullable String newPositive) {
    return with(confusionMatrix, thresholdMetric, multiclass, newPositive, validation);
  }

  /** Returns a copy with another score to tune the threshold of two classes for. */
  public MetricsSpec withThresholdMetric(Decision newThresholdMetric) {
    return with(confusionMatrix, newThresholdMetric, multiclass, positive, validation);
  }

  /** Returns a copy for a task that is, or is not, declared multiclass. */
  public MetricsSpec withMulticlass(boolean isMulticlass) {
    return with(confusionMatrix, thresholdMetric, isMulticlass, positive, validation);
  }

  /** Returns a copy with other held-out examples. */
  public MetricsSpec withValidation(Validation newValidation) {
    return with(confusionMatrix, thresholdMetric, multiclass, positive, newValidation);
  }

  /** Returns a copy for held-out examples, without scores per class. */
  MetricsSpec ofHeldOut() {
    return new MetricsSpec(
        window,
        windowMillis,
        0,
        every,
        maxIntervalMillis,
        false,
        false,
        false,
        calibration,
        0,
        beta,
        quantile,
        Decision.NONE,
        multiclass,
        positive,
        Validation.NONE);
  }

  private MetricsSpec with(
      boolean newConfusionMatrix,
      Decision newThresholdMetric,
      boolean newMulticlass,
      @Nullable String newPositive,
      Validation newValidation) {
    return new MetricsSpec(
        window,
        windowMillis,
        decay,
        every,
        maxIntervalMillis,
        perClass,
        newConfusionMatrix,
        averages,
        calibration,
        aucClasses,
        beta,
        quantile,
        newThresholdMetric,
        newMulticlass,
        newPositive,
        newValidation);
  }
}
