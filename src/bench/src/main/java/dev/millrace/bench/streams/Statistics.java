package dev.millrace.bench.streams;

import java.util.Arrays;
import java.util.Random;

/** Statistics of several learners on several streams. */
final class Statistics {
  /** Samples of the Bayesian signed-rank test. */
  static final int SAMPLES = 20_000;

  private static final long SEED = 1;

  /**
   * Quantiles of the studentized range by √2 at 0.05, for 2 to 20 learners: Demšar, "Statistical
   * comparisons of classifiers over multiple data sets", 2006, table 5, continued.
   */
  private static final double[] NEMENYI = {
    1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164, 3.219, 3.268, 3.313, 3.354,
    3.391, 3.426, 3.458, 3.489, 3.517, 3.544
  };

  private Statistics() {}

  /**
   * Returns the ranks of scores, 1 for the best; equal scores have the mean of their ranks.
   *
   * @param isLessBetter true for errors
   */
  static double[] ranks(double[] scores, boolean isLessBetter) {
    double[] ranks = new double[scores.length];
    for (int i = 0; i < scores.length; i++) {
      double better = 0;
      double equal = 0;
      for (double other : scores) {
        if (other == scores[i]) {
          equal++;
        } else if (other < scores[i] == isLessBetter) {
          better++;
        }
      }
      ranks[i] = better + (equal + 1) / 2;
    }
    return ranks;
  }

  /**
   * Returns the mean rank of each learner.
   *
   * @param scores [streams][learners]
   */
  static double[] meanRanks(double[][] scores, boolean isLessBetter) {
    double[] means = new double[scores[0].length];
    for (double[] stream : scores) {
      double[] ranks = ranks(stream, isLessBetter);
      for (int l = 0; l < means.length; l++) {
        means[l] += ranks[l] / scores.length;
      }
    }
    return means;
  }

  /** Returns Friedman's chi-square of mean ranks, with learners - 1 degrees of freedom. */
  static double friedman(double[] meanRanks, int streams) {
    double learners = meanRanks.length;
    double squares = Arrays.stream(meanRanks).map(rank -> rank * rank).sum();
    return 12.0
        * streams
        / (learners * (learners + 1))
        * (squares - learners * (learners + 1) * (learners + 1) / 4);
  }

  /**
   * Returns the difference of two mean ranks that is significant at 0.05 by the test of Nemenyi.
   *
   * @param learners 2 to 20
   */
  static double criticalDifference(int learners, int streams) {
    return NEMENYI[learners - 2] * Math.sqrt(learners * (learners + 1) / (6.0 * streams));
  }

  /**
   * Probabilities that the first of two learners is practically better, equal or worse.
   *
   * @param better probability that a difference above the region is the most likely one
   */
  record SignedRank(double better, double equal, double worse) {}

  /**
   * Returns the Bayesian signed-rank test of differences: Benavoli et al., "Time for a change: a
   * tutorial for comparing multiple classifiers through Bayesian analysis", 2017, with a Dirichlet
   * process whose prior is half an observation of 0.
   *
   * @param differences above 0 if the first learner is better
   * @param region differences of at most this size are equal
   */
  static SignedRank signedRank(double[] differences, double region) {
    int n = differences.length + 1;
    double[] values = Arrays.copyOf(differences, n); // the last one is the prior's
    Arrays.sort(values, 0, n - 1);
    Random random = new Random(SEED);
    double[] weights = new double[n];
    int[] wins = new int[3];
    for (int sample = 0; sample < SAMPLES; sample++) {
      double sum = 0;
      for (int i = 0; i < n - 1; i++) {
        weights[i] = -StrictMath.log(1 - random.nextDouble()); // gamma of shape 1
        sum += weights[i];
      }
      double normal = random.nextGaussian();
      weights[n - 1] = normal * normal / 2; // gamma of shape 0.5, for half an observation
      sum += weights[n - 1];
      double better = 0;
      double worse = 0;
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          double pair = values[i] + values[j];
          if (pair > 2 * region) {
            better += weights[i] * weights[j];
          } else if (pair < -2 * region) {
            worse += weights[i] * weights[j];
          }
        }
      }
      double equal = sum * sum - better - worse;
      wins[better > equal && better > worse ? 0 : worse > equal && worse > better ? 2 : 1]++;
    }
    return new SignedRank(
        (double) wins[0] / SAMPLES, (double) wins[1] / SAMPLES, (double) wins[2] / SAMPLES);
  }
}
