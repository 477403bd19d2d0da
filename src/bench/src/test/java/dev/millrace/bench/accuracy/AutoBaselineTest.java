package dev.millrace.bench.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.console.Progress;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.cli.evaluate.Evaluation;
import dev.millrace.cli.evaluate.FinalMetrics;
import dev.millrace.config.Settings;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.report.Score;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code model: auto} is never worse than knowing nothing. */
class AutoBaselineTest {

  @TempDir private Path folder;

  /** Total log-loss of a run, and that of the running class frequencies on the same rows. */
  private record Losses(double ofModel, double ofFrequencies, double predicted, double observed) {}

  private static AccuracyData named(String name) {
    return AccuracyData.chosen(AccuracyCommand.DATA_SETS, List.of()).stream()
        .filter(data -> data.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private Losses run(String name, AutoSpec.Tier tier) throws Exception {
    AccuracyData data = named(name);
    Path file = data.find(null, folder);
    CsvScan scan = data.scan(file);
    Settings settings =
        data.settings(scan).withModel(ModelSpec.auto(1, AutoSpec.of(tier), ClassWeights.NONE));
    try (Progress progress = new Progress(name, scan.rows())) {
      FinalMetrics.Totals totals =
          Evaluation.run(settings, scan, 1, null, progress, prediction -> {}).metrics().totals();
      return new Losses(
          totals.get(Score.LOG_LOSS) * totals.examples(),
          totals.get(Score.LOG_LOSS_BASELINE) * totals.examples(),
          totals.get(Score.MEAN_PREDICTED),
          totals.get(Score.OBSERVED_SHARE));
    }
  }

  /** What the answer may lose to the class frequencies in total; see FixedShare. */
  private static void assertNoWorseThanFrequencies(Losses losses) {
    assertThat(losses.ofModel()).isLessThan(losses.ofFrequencies() + 4);
  }

  @Test
  void noiseIsPredictedAsWellAsByTheClassFrequencies() throws Exception {
    assertPredictsNoise(AutoSpec.Tier.FAST);
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(names = "FAST", mode = EnumSource.Mode.EXCLUDE)
  void noiseIsPredictedAsWellByEachSlowerTier(AutoSpec.Tier tier) throws Exception {
    assertPredictsNoise(tier);
  }

  private void assertPredictsNoise(AutoSpec.Tier tier) throws Exception {
    Losses losses = run("noise", tier);

    assertNoWorseThanFrequencies(losses);
    assertThat(losses.predicted() / losses.observed()).isBetween(0.9, 1.1);
  }

  @Test
  void clicksOnIdsAreLearnedAndNotOnlyCounted() throws Exception {
    Losses losses = run("clicks", AutoSpec.Tier.FAST);

    assertThat(losses.ofModel()).isLessThan(0.98 * losses.ofFrequencies());
    assertThat(losses.predicted() / losses.observed()).isBetween(0.9, 1.1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"letters", "storms"})
  void realStreamsArePredictedBetterThanByTheClassFrequencies(String name) throws Exception {
    Losses losses = run(name, AutoSpec.Tier.FAST);

    assertNoWorseThanFrequencies(losses);
  }
}
