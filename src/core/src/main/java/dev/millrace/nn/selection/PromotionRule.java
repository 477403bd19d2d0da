package dev.millrace.nn.selection;

import dev.millrace.nn.SelectionSpec.Promotion;
import dev.millrace.simd.Elementary;

/**
 * Compares the models of a selection and says who is to be champion; knows the rule, not the score.
 */
final class PromotionRule {

  /** Losses of a class are compared up to that of a probability of 1 in 100. */
  static final double MAX_LOG_LOSS = -Elementary.log(0.01f);

  /** Errors of a value are compared up to so many times the champion's mean error. */
  static final double MAX_ERROR = 4;

  private static final float MIN_PROBABILITY = 1e-7f;
  private static final double ERROR_LIMIT = 1e200;

  private final Promotion promotion;
  private final double keep;

  PromotionRule(Promotion promotion) {
    this.promotion = promotion;
    keep = 1 - 1.0 / promotion.window();
  }

  /** -ln p, as log-loss has it. */
  static double logLoss(float p) {
    float least = p >= MIN_PROBABILITY ? p : MIN_PROBABILITY;
    return -Elementary.log(Math.min(least, 1f - MIN_PROBABILITY));
  }

  /**
   * The absolute error, NaN if nothing was predicted.
   *
   * @param hasLearned whether a prediction that is no number is that of a model that is broken
   */
  static double error(double predicted, double target, boolean hasLearned) {
    return hasLearned && Double.isNaN(predicted)
        ? ERROR_LIMIT
        : Math.min(ERROR_LIMIT, Math.abs(predicted - target));
  }

  /** Whether a class is the first of the most likely ones; none is where scores are no numbers. */
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

  /** The largest weight of late, with that of one more example. */
  double heaviest(double before, double weight) {
    return Math.max(weight, before * keep);
  }

  /**
   * Takes one more example.
   *
   * @param said what the models said
   * @param share of the example's weight in the largest of late
   * @param limit what a loss counts in the comparison at most; not above 0 if none can be made
   */
  void compare(
      Candidate[] all,
      int champion,
      SelectionScratch said,
      double weight,
      double share,
      double limit) {
    double[] losses = said.losses;
    for (int i = 0; i < all.length; i++) {
      if (i != champion) {
        double more = Math.min(losses[champion], limit) - Math.min(losses[i], limit);
        double difference = share * more / limit;
        all[i].duel.update(
            Double.isFinite(difference) ? difference : 0, keep, promotion.examples());
      }
    }
    for (int i = 0; i < all.length; i++) {
      if (!Double.isNaN(losses[i])) {
        all[i].standing.update(weight, losses[i], said.hits[i], keep);
      }
    }
    double best = all[champion].standing.loss();
    for (int i = 0; i < all.length; i++) {
      all[i].duel.rank(i != champion && all[i].standing.loss() < best);
    }
  }

  /** The challenger that takes over now, or -1. */
  int winner(Candidate[] all, int champion) {
    if (!promotion.automatic()) {
      return -1;
    }
    double needed = (all.length - 1) / promotion.significance();
    int winner = -1;
    for (int i = 0; i < all.length; i++) {
      Candidate one = all[i];
      if (i != champion
          && one.duel.lead() >= promotion.examples()
          && one.duel.capital() >= needed
          && (winner < 0 || one.standing.loss() < all[winner].standing.loss())) {
        winner = i;
      }
    }
    return winner;
  }

  /** The challenger of the lowest windowed loss; the first where nothing is known. */
  static int best(Candidate[] all, int champion) {
    int best = champion == 0 ? 1 : 0;
    for (int i = best + 1; i < all.length; i++) {
      double loss = all[i].standing.loss();
      if (i != champion && !(loss >= all[best].standing.loss()) && !Double.isNaN(loss)) {
        best = i;
      }
    }
    return best;
  }

  /** Bound on how likely a challenger that is no better would ever have come so far. */
  static double pValue(Candidate[] all, Candidate one) {
    return Math.min(1, (all.length - 1) / one.duel.capital());
  }
}
