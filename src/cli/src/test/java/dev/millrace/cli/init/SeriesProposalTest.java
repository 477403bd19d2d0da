package dev.millrace.cli.init;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SeriesProposalTest {
  private static final double HOUR = 3_600_000;

  @Test
  void seriesOneAfterTheOtherAreNotOneSeries() {
    double[] values = IntStream.range(0, 3_000).mapToDouble(i -> i % 1_000 % 24).toArray();
    double[] times = IntStream.range(0, 3_000).mapToDouble(i -> i % 1_000 * HOUR).toArray();
    double[] shops = IntStream.range(0, 3_000).mapToDouble(i -> Math.floor(i / 1_000.0)).toArray();

    assertThat(SeriesProposal.find(values, times, null, 3_000, false)).isNull();
    assertThat(found(values, times, shops, false).seasons()).containsExactly(24);
  }

  @Test
  void aLastSeriesThatTheSampleCutsIsLeftOut() {
    double[] values = IntStream.range(0, 1_020).mapToDouble(i -> i % 1_000 % 24).toArray();
    double[] times = IntStream.range(0, 1_020).mapToDouble(i -> i % 1_000 * HOUR).toArray();
    double[] shops = IntStream.range(0, 1_020).mapToDouble(i -> Math.floor(i / 1_000.0)).toArray();

    assertThat(SeriesProposal.find(values, times, shops, 1_020, false)).isNull();
    assertThat(found(values, times, shops, true).seasons()).containsExactly(24);
    assertThat(found(values, times, null, 1_000, true).seasons()).containsExactly(24);
  }

  @Test
  void randomWalksHaveNoSeason() {
    for (int rows : new int[] {150, 300, 1_000}) {
      for (int seed = 0; seed < 50; seed++) {
        double[] walk = noise(rows, seed);
        Arrays.parallelPrefix(walk, Double::sum);

        assertThat(found(walk).seasons()).as("%d values, seed %d", rows, seed).isEmpty();
      }
    }
  }

  @Test
  void aSeasonIsAtMostAnEighthOfTheSeries() {
    double[] yearly =
        IntStream.range(0, 1_000).mapToDouble(i -> Math.sin(i * 2 * Math.PI / 365)).toArray();

    assertThat(found(yearly).seasons()).isEmpty();
  }

  @Test
  void noiseDoesNotMoveASeason() {
    for (int season : new int[] {12, 24, 48}) {
      for (int seed = 0; seed < 50; seed++) {
        double[] values = noise(1_000, seed);
        for (int i = 0; i < values.length; i++) {
          values[i] = 0.3 * values[i] + Math.sin(i * 2 * Math.PI / season);
        }

        int found = found(values).seasons().get(0);

        assertThat(found).as("season %d, seed %d", season, seed).isCloseTo(season, within(1));
      }
    }
  }

  private static double[] noise(int rows, int seed) {
    Random random = new Random(seed);
    return IntStream.range(0, rows).mapToDouble(i -> random.nextGaussian()).toArray();
  }

  private static SeriesProposal.Series found(double[] values) {
    double[] times = IntStream.range(0, values.length).mapToDouble(i -> i * HOUR).toArray();
    return found(values, times, null, false);
  }

  private static SeriesProposal.Series found(
      double[] values, double[] times, double @Nullable [] keys, boolean isCut) {
    return found(values, times, keys, values.length, isCut);
  }

  private static SeriesProposal.Series found(
      double[] values, double[] times, double @Nullable [] keys, int rows, boolean isCut) {
    return Objects.requireNonNull(SeriesProposal.find(values, times, keys, rows, isCut));
  }
}
