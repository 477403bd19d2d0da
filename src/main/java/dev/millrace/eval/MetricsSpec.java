package dev.millrace.eval;

import java.io.Serializable;

/**
 * What is measured and how often it is reported.
 *
 * @param window scored examples of a key that the window metrics look back on at most
 * @param windowMillis event time that they look back on, in milliseconds; 0 is as far as there are
 *     examples
 * @param fading what each example counts of the next one's weight in the faded metrics, below 1; 0
 *     is without them
 * @param every a report after each so many examples of a key
 * @param atLatestMillis an example is reported at the latest after so many milliseconds, however
 *     few came with it; the clock decides only when a report is sent, never what it says; 0 is off
 * @param perClass precision, recall and F1 of each class in the report
 * @param confusionMatrix the confusion matrix in the report
 * @param averages macro, weighted and micro averages over the classes in the report
 * @param calibration Brier score, expected calibration error, and of two classes the mean predicted
 *     probability and the observed share of the positive one
 * @param aucClasses classes up to which the areas under the ROC and the precision-recall curve of
 *     the window are computed, at most {@link #MOST_AUC_CLASSES}; 0 is without them
 * @param beta how many times as much as precision recall weighs in F-beta, which is reported where
 *     this is not 1
 * @param quantile which quantile of the labels the quantile loss is of
 * @param decision what the class predicted of two is chosen for
 * @param multiclass whether the task is declared multiclass, so that scores are averages over all
 *     classes also while there are at most two
 * @param positive class that binary precision, recall and F1 speak of, or null for the last by name
 * @param validation which examples are held out
 */
public record MetricsSpec(
    int window,
    long windowMillis,
    double fading,
    int every,
    long atLatestMillis,
    boolean perClass,
    boolean confusionMatrix,
    boolean averages,
    boolean calibration,
    int aucClasses,
    double beta,
    double quantile,
    Decision decision,
    boolean multiclass,
    String positive,
    Validation validation)
    implements Serializable {

  /** Classes up to which areas are computed unless otherwise asked for. */
  public static final int AUC_CLASSES = 10;

  /** With more, an example would take more than ten times the memory. */
  public static final int MOST_AUC_CLASSES = 100;

  /** What the threshold between two classes is for. */
  public enum Decision {
    /** Nothing: the class of the greatest score is predicted. */
    MOST_PROBABLE,
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
   * @param share of the examples, 0 to below 1, chosen by their identity; 0 is none
   * @param patience epochs without a better validation loss after which a model stops to learn; 0
   *     is never
   */
  public record Validation(double share, int patience) implements Serializable {

    /** No example is held out. */
    public static final Validation NONE = new Validation(0, 0);
  }

  /** With what is reported unless it is asked for otherwise. */
  public MetricsSpec(
      int window,
      int every,
      long atLatestMillis,
      boolean perClass,
      boolean confusionMatrix,
      String positive) {
    this(
        window,
        0,
        0,
        every,
        atLatestMillis,
        perClass,
        confusionMatrix,
        true,
        true,
        AUC_CLASSES,
        1,
        0.5,
        Decision.MOST_PROBABLE,
        false,
        positive,
        Validation.NONE);
  }

  /** The same with the confusion matrix in the report. */
  public MetricsSpec withConfusionMatrix() {
    return with(true, decision, multiclass, positive, validation);
  }

  /** The same with another positive class. */
  public MetricsSpec withPositive(String newPositive) {
    return with(confusionMatrix, decision, multiclass, newPositive, validation);
  }

  /** The same with another decision between two classes. */
  public MetricsSpec withDecision(Decision newDecision) {
    return with(confusionMatrix, newDecision, multiclass, positive, validation);
  }

  /** The same for a task that is, or is not, declared multiclass. */
  public MetricsSpec withMulticlass(boolean isMulticlass) {
    return with(confusionMatrix, decision, isMulticlass, positive, validation);
  }

  /** The same with other examples held out. */
  public MetricsSpec withValidation(Validation newValidation) {
    return with(confusionMatrix, decision, multiclass, positive, newValidation);
  }

  /** For the examples held out: the scores alone, without what is said of each class. */
  MetricsSpec ofHeldOut() {
    return new MetricsSpec(
        window,
        windowMillis,
        0,
        every,
        atLatestMillis,
        false,
        false,
        false,
        calibration,
        0,
        beta,
        quantile,
        Decision.MOST_PROBABLE,
        multiclass,
        positive,
        Validation.NONE);
  }

  private MetricsSpec with(
      boolean newConfusionMatrix,
      Decision newDecision,
      boolean newMulticlass,
      String newPositive,
      Validation newValidation) {
    return new MetricsSpec(
        window,
        windowMillis,
        fading,
        every,
        atLatestMillis,
        perClass,
        newConfusionMatrix,
        averages,
        calibration,
        aucClasses,
        beta,
        quantile,
        newDecision,
        newMulticlass,
        newPositive,
        newValidation);
  }
}
