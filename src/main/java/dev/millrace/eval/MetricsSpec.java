package dev.millrace.eval;

import java.io.Serializable;

/**
 * What is measured and how often it is reported.
 *
 * @param window scored examples of a key that the window metrics look back on
 * @param every a report after each so many examples of a key
 * @param atLatestMillis an example is reported at the latest after so many milliseconds, however
 *     few came with it; the clock decides only when a report is sent, never what it says; 0 is off
 * @param perClass precision, recall and F1 of each class in the report
 * @param confusionMatrix the confusion matrix in the report
 * @param positive class that binary precision, recall and F1 speak of, or null for the last by name
 * @param decision which class a prediction stands for
 */
public record MetricsSpec(
    int window,
    int every,
    long atLatestMillis,
    boolean perClass,
    boolean confusionMatrix,
    String positive,
    Decision decision)
    implements Serializable {

  /** Which class a prediction stands for. */
  public enum Decision {
    /** The one with the greatest score. */
    MOST_PROBABLE,
    /** Of two classes the positive one above a threshold that keeps its F1 high. */
    F1
  }

  /** The same where the most probable class is predicted. */
  public MetricsSpec(
      int window,
      int every,
      long atLatestMillis,
      boolean perClass,
      boolean confusionMatrix,
      String positive) {
    this(
        window, every, atLatestMillis, perClass, confusionMatrix, positive, Decision.MOST_PROBABLE);
  }

  /** The same with the confusion matrix in the report. */
  public MetricsSpec withConfusionMatrix() {
    return new MetricsSpec(window, every, atLatestMillis, perClass, true, positive, decision);
  }

  /** The same with another positive class. */
  public MetricsSpec withPositive(String newPositive) {
    return new MetricsSpec(
        window, every, atLatestMillis, perClass, confusionMatrix, newPositive, decision);
  }

  /** The same with another rule for what is predicted. */
  public MetricsSpec withDecision(Decision newDecision) {
    return new MetricsSpec(
        window, every, atLatestMillis, perClass, confusionMatrix, positive, newDecision);
  }
}
