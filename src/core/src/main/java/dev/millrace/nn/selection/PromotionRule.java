package dev.millrace.nn.selection;

import dev.millrace.nn.loss.Probability;
import dev.millrace.nn.spec.SelectionSpec.Promotion;
import dev.millrace.simd.Elementary;

/** Compares the models of a selection and decides which becomes champion; has no state. */
final class PromotionRule {

  /** Losses of a class are compared up to that of a probability of 1 in 100. */
  static final double MAX_LOG_LOSS = -Elementary.log(0.01f);

  /** Errors of a value are compared up to this multiple of the champion's mean error. */
  static final double MAX_ERROR = 4;

  private static final double ERROR_LIMIT = 1e200;

  private final Promotion promotion;
  private final double keep;

  PromotionRule(Promotion promotion) {
    this.promotion = promotion;
    keep = 1 - 1.0 / promotion.window();
  }

  /** Returns the negative log-likelihood; NaN is a probability of 0. */
  static double negativeLogLikelihood(float p) {
    return Probability.negativeLogLikelihood(Float.isNaN(p) ? 0f : p);
  }

  /**
   * Returns the absolute error, NaN if nothing was predicted.
   *
   * @param hasLearned true if NaN is the prediction of a diverged model
   */
  static double error(double predicted, double target, boolean hasLearned) {
    return hasLearned && Double.isNaN(predicted)
        ? ERROR_LIMIT
        : Math.min(ERROR_LIMIT, Math.abs(predicted - target));
  }

  /** Returns true if a class is the first of the highest score; false if its score is NaN. */
  static boolean isPredicted(float[] scores, int classes, int label) {
    float score = scores[label];
    if (Float.isNaN(score)) {
      return false;
    }
    for (int c = 0; c < classes; c++) {
      if (c < label ? scores[c] >= score : scores[c] > score) {
        return false;
      }
    }
    return true;
  }

  /** Returns the decayed max weight, updated by one more example. */
  double heaviest(double before, double weight) {
    return Math.max(weight, before * keep);
  }

  /**
   * Updates the scores by one more example.
   *
   * @param predictions losses and hits of the models
   * @param share the example's weight over the decayed max weight
   * @param limit max loss in the comparison; 0 or below if none can be made
   */
  void compare(
      Candidate[] all,
      int champion,
      SelectionScratch predictions,
      double weight,
      double share,
      double limit) {
    double[] losses = predictions.losses;
    for (int i = 0; i < all.length; i++) {
      if (i != champion) {
        double more = Math.min(losses[champion], limit) - Math.min(losses[i], limit);
        double difference = share * more / limit;
        all[i].test.update(
            Double.isFinite(difference) ? difference : 0, keep, promotion.examples());
      }
    }
    for (int i = 0; i < all.length; i++) {
      if (!Double.isNaN(losses[i])) {
        all[i].decayedLoss.update(weight, losses[i], predictions.hits[i], keep);
      }
    }
    double best = all[champion].decayedLoss.loss();
    for (int i = 0; i < all.length; i++) {
      all[i].test.updateLead(i != champion && all[i].decayedLoss.loss() < best);
    }
  }

  /** Returns the challenger that becomes champion now, or -1. */
  int winner(Candidate[] all, int champion) {
    if (!promotion.automatic()) {
      return -1;
    }
    double needed = (all.length - 1) / promotion.significance();
    int winner = -1;
    for (int i = 0; i < all.length; i++) {
      Candidate one = all[i];
      if (i != champion
          && one.test.lead() >= promotion.examples()
          && one.test.capital() >= needed
          && (winner < 0 || one.decayedLoss.loss() < all[winner].decayedLoss.loss())) {
        winner = i;
      }
    }
    return winner;
  }

  /** Returns the challenger of the lowest decayed loss; the first if none has a loss. */
  static int best(Candidate[] all, int champion) {
    int best = champion == 0 ? 1 : 0;
    for (int i = best + 1; i < all.length; i++) {
      double loss = all[i].decayedLoss.loss();
      if (i != champion && !(loss >= all[best].decayedLoss.loss()) && !Double.isNaN(loss)) {
        best = i;
      }
    }
    return best;
  }

  /** Returns a bound on the probability that a challenger that is no better ever gets so far. */
  static double pValue(Candidate[] all, Candidate one) {
    return Math.min(1, (all.length - 1) / one.test.capital());
  }
}
