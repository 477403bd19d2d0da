package dev.millrace.eval.probability;

/**
 * Areas under the ROC and the precision-recall curve: of the positive class of two, or the means
 * over several classes, each against the rest.
 *
 * @param roc macro average of several classes
 * @param precisionRecall macro average of several classes
 * @param weightedRoc each class as heavy as its examples; NaN for two classes
 * @param weightedPrecisionRecall as above
 */
public record Areas(
    double roc, double precisionRecall, double weightedRoc, double weightedPrecisionRecall) {

  /** Returns the areas of the positive class of two. */
  public static Areas of(AreaUnderCurve area) {
    return new Areas(area.roc(), area.precisionRecall(), Double.NaN, Double.NaN);
  }

  /** Means over the classes that examples are of. Not thread-safe. */
  public static final class Means {
    private int classes;
    private double weight;
    private double roc;
    private double precisionRecall;
    private double weightedRoc;
    private double weightedPrecisionRecall;

    /** Adds the areas of a class, if they exist. */
    public void add(AreaUnderCurve area) {
      if (Double.isNaN(area.roc())) {
        return;
      }
      classes++;
      weight += area.positives();
      roc += area.roc();
      precisionRecall += area.precisionRecall();
      weightedRoc += area.positives() * area.roc();
      weightedPrecisionRecall += area.positives() * area.precisionRecall();
    }

    /** Returns the means; NaN without classes. */
    public Areas get() {
      return new Areas(
          roc / classes,
          precisionRecall / classes,
          weightedRoc / weight,
          weightedPrecisionRecall / weight);
    }
  }
}
