package dev.millrace.eval;

/**
 * Computes the probability above which the positive of two classes is predicted.
 *
 * <p>F-beta is highest where the threshold is the best F-beta / (1 + beta²) (Lipton, Elkan and
 * Naryanaswamy, ECML 2014), which is true positives / (predicted + beta² actual positives); the one
 * reached so far is used for the best, with a prior of a quarter of ten examples. Balanced accuracy
 * is highest where it is the share of the positive class.
 */
final class Threshold {

  private static final double START_HITS = 2.5;
  private static final double START_EXAMPLES = 10;

  private Threshold() {}

  static double of(
      MetricsSpec.Decision decision, double beta, ConfusionMatrix matrix, int positive) {
    return switch (decision) {
      case NONE -> 0.5;
      case BALANCED_ACCURACY -> share(matrix, positive);
      case F1 -> fBeta(1, matrix, positive);
      case F_BETA -> fBeta(beta, matrix, positive);
    };
  }

  private static double fBeta(double beta, ConfusionMatrix matrix, int positive) {
    double hits = matrix.get(positive, positive);
    double predicted = hits + matrix.get(1 - positive, positive);
    double actual = hits + matrix.get(positive, 1 - positive);
    return (START_HITS + hits) / (START_EXAMPLES + predicted + beta * beta * actual);
  }

  private static double share(ConfusionMatrix matrix, int positive) {
    double positives = matrix.get(positive, positive) + matrix.get(positive, 1 - positive);
    double negatives = matrix.get(1 - positive, positive) + matrix.get(1 - positive, 1 - positive);
    return (START_EXAMPLES / 2 + positives) / (START_EXAMPLES + positives + negatives);
  }
}
