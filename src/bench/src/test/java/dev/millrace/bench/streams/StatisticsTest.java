package dev.millrace.bench.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.bench.streams.Statistics.SignedRank;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StatisticsTest {
  /**
   * AUC of four decision trees on 14 data sets: Demšar, "Statistical comparisons of classifiers
   * over multiple data sets", 2006, table 6. The paper ranks two scores of voting apart that its
   * three decimals do not show.
   */
  private static final double[][] DEMSAR = {
    {0.763, 0.768, 0.771, 0.798},
    {0.599, 0.591, 0.590, 0.569},
    {0.954, 0.971, 0.968, 0.967},
    {0.628, 0.661, 0.654, 0.657},
    {0.882, 0.888, 0.886, 0.898},
    {0.936, 0.931, 0.916, 0.931},
    {0.661, 0.668, 0.609, 0.685},
    {0.583, 0.583, 0.563, 0.625},
    {0.775, 0.838, 0.866, 0.875},
    {1.000, 1.000, 1.000, 1.000},
    {0.940, 0.962, 0.965, 0.962},
    {0.619, 0.666, 0.614, 0.669},
    {0.972, 0.981, 0.9751, 0.975},
    {0.957, 0.978, 0.946, 0.970}
  };

  @Test
  void equalScoresHaveTheMeanOfTheirRanks() {
    assertThat(Statistics.ranks(new double[] {0.7, 0.9, 0.7, 0.5}, false))
        .containsExactly(2.5, 1, 2.5, 4);
    assertThat(Statistics.ranks(new double[] {0.7, 0.9, 0.7, 0.5}, true))
        .containsExactly(2.5, 4, 2.5, 1);
  }

  @Test
  void ranksAndTestsAreThoseOfThePublishedExample() {
    double[] ranks = Statistics.meanRanks(DEMSAR, false);

    assertThat(ranks).containsExactly(new double[] {3.143, 2.000, 2.893, 1.964}, within(5e-4));
    assertThat(Statistics.friedman(ranks, DEMSAR.length)).isCloseTo(9.28, within(0.01));
    assertThat(Statistics.criticalDifference(4, DEMSAR.length)).isCloseTo(1.25, within(0.005));
  }

  /**
   * With one difference d above the region, the share of better pairs is 1 - w² for the weight w of
   * the prior, which is Beta(0.5, 1): better wins if w² is below a half, with probability √√0.5.
   */
  @Test
  void theSignedRankTestOfOneDifferenceHasAClosedForm() {
    SignedRank test = Statistics.signedRank(new double[] {5}, 1);

    assertThat(test.better()).isCloseTo(Math.sqrt(Math.sqrt(0.5)), within(0.01));
    assertThat(test.worse()).isZero();
    assertThat(test.better() + test.equal()).isCloseTo(1, within(1e-12));
  }

  @Test
  void theSignedRankTestIsCertainOfLargeAndOfZeroDifferences() {
    double[] large = new double[40];
    Arrays.fill(large, 3);
    double[] none = new double[40];

    assertThat(Statistics.signedRank(large, 1)).isEqualTo(new SignedRank(1, 0, 0));
    assertThat(Statistics.signedRank(none, 1)).isEqualTo(new SignedRank(0, 1, 0));
  }

  @Test
  void theSignedRankTestOfTheOppositeIsTheMirrorImage() {
    double[] differences = {4, -1, 2, 0.5, -3, 6, 2.5, -0.2, 1.5};
    double[] opposite = Arrays.stream(differences).map(d -> -d).toArray();

    SignedRank test = Statistics.signedRank(differences, 1);
    SignedRank mirrored = Statistics.signedRank(opposite, 1);

    assertThat(test.better()).isBetween(0.3, 0.99);
    // Sorted differences meet other weights of the same distribution.
    assertThat(mirrored.worse()).isCloseTo(test.better(), within(0.02));
    assertThat(mirrored.better()).isCloseTo(test.worse(), within(0.02));
  }
}
