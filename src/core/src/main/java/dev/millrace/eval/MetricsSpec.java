package dev.millrace.eval;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What is measured and how often it is reported.
 *
 * @param window scored examples of a key that the window metrics look back on at most
 * @param windowMillis event time that they look back on, in milliseconds; 0 is as far as there are
 *     examples
 * @param decay what each example counts of the next one's weight in the faded metrics, below 1; 0
 *     is without them
 * @param every a report after each so many examples of a key
 * @param maxIntervalMillis an example is reported at the latest after so many milliseconds, however
 *     few came with it; the clock decides only when a report is sent, never what it says; 0 is off
 * @param perClass precision, recall and F1 of each class in the report
 * @param confusionMatrix the confusion matrix in the report
 * @param averages macro, weighted and micro averages over the classes in the report
 * @param calibration Brier score, expected calibration error, and of two classes the mean predicted
 *     probability and the observed share of the positive one
 * @param aucClasses classes up to which the areas under the ROC and the precision-recall curve of
 *     the window are computed, at most {@link #MAX_AUC_CLASSES}; 0 is without them
 * @param beta how many times as much as precision recall weighs in F-beta, which is reported where
 *     this is not 1
 * @param quantile which quantile of the labels the quantile loss is of
 * @param thresholdMetric score that the threshold between two classes is tuned for
 * @param multiclass whether the task is declared multiclass, so that scores are averages over all
 *     classes also while there are at most two
 * @param positive class that binary precision, recall and F1 speak of, or null for the last by name
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

  /** Classes up to which areas are computed unless otherwise asked for. */
  public static final int AUC_CLASSES = 10;

  /** With more, an example would take more than ten times the memory. */
  public static final int MAX_AUC_CLASSES = 100;

  /** The score that the threshold between two classes is tuned for. */
  public enum Decision {
    /** None: the class of the highest score is predicted. */
    NONE,
    /** The positive class where its probability is above its share of the labels so far. */
    BALANCED_ACCURACY,
    /** The threshold that F1 so far asks for. */
    F1,
    /** The threshold that F-beta so far asks for. */
    F_BETA
  }

  /**
   * Examples that no model learns from.
   *
   * @param fraction of the examples, 0 to below 1, chosen by their identity; 0 is none
   * @param patience epochs without a better validation loss after which a model stops to learn; 0
   *     is never
   */
  public record Validation(double fraction, int patience) implements Serializable {

    /** No example is held out. */
    public static final Validation NONE = new Validation(0, 0);
  }

  /** With what is reported unless it is asked for otherwise. */
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

  /** The same with the confusion matrix in the report. */
  public MetricsSpec withConfusionMatrix() {
    return with(true, thresholdMetric, multiclass, positive, validation);
  }

  /** The same with another positive class. */
  public MetricsSpec withPositive(@Nullable String newPositive) {
    return with(confusionMatrix, thresholdMetric, multiclass, newPositive, validation);
  }

  /** Returns the same specification with another score to tune the threshold of two classes for. */
  public MetricsSpec withThresholdMetric(Decision newThresholdMetric) {
    return with(confusionMatrix, newThresholdMetric, multiclass, positive, validation);
  }

  /** The same for a task that is, or is not, declared multiclass. */
  public MetricsSpec withMulticlass(boolean isMulticlass) {
    return with(confusionMatrix, thresholdMetric, isMulticlass, positive, validation);
  }

  /** The same with other examples held out. */
  public MetricsSpec withValidation(Validation newValidation) {
    return with(confusionMatrix, thresholdMetric, multiclass, positive, newValidation);
  }

  /** For the examples held out: the scores alone, without what is said of each class. */
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
