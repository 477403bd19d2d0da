package dev.millrace.bench.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.cli.Cli;
import dev.millrace.nn.spec.AutoSpec.Tier;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TuneBenchCommandTest {
  private static final String RATE = "light.learning-rate";

  @Test
  void searchesTheConstantsOfATierAndRestoresThem() {
    double before = new AutoConstants(List.of(Tier.FAST)).get(RATE);

    Cli tune =
        Cli.run(
            ("bench tune --auto fast --rows 1000 --seeds 1 --factor 30"
                    + " --only dev_friedman,dev_hyperplane --constants light.learning-rate,"
                    + "light.replays,linear-rate")
                .split(" "));

    assertThat(tune.exitCode()).as(tune.err()).isZero();
    assertThat(tune.err()).contains("start: 0.").contains("light.replays 1 -> 30: 0.");
    assertThat(tune.out())
        .startsWith("| constant | before | best |")
        .containsPattern("\\| light.learning-rate \\| 0.\\d+ \\| ")
        .containsPattern("\\| linear-rate \\| 0.\\d+ \\| ")
        .contains("on 2 streams, 1 seeds.");
    assertThat(new AutoConstants(List.of(Tier.FAST)).get(RATE)).isEqualTo(before);
  }

  @Test
  void anUnknownConstantIsReportedWithTheKnownOnes() {
    Cli tune = Cli.run("bench", "tune", "--auto", "fast", "--constants", "light.rate");

    assertThat(tune.exitCode()).isEqualTo(2);
    assertThat(tune.err())
        .contains("Unknown constant --constants \"light.rate\". Constants of these tiers: light.");
  }

  @Test
  void theTiersHaveTheConstantsOfTheirNetworksAndOfTheMixture() {
    assertThat(new AutoConstants(List.of(Tier.BALANCED)).names())
        .contains(
            "replay.learning-rate",
            "replay.replays",
            "replay.replay-weight",
            "recent.learning-rate",
            "linear-rate")
        .doesNotContain("recent.replays");
  }

  /** The score has its maximum at three times the learning rate and three replays. */
  @Test
  void theSearchFindsTheMaximumOfAScore() {
    AutoConstants constants = new AutoConstants(List.of(Tier.FAST));
    double rate = constants.get(RATE);
    double replays = constants.get("light.replays");
    List<String> log = new ArrayList<>();
    try {
      double best =
          new CoordinateSearch(
                  constants,
                  () -> {
                    double byRate = Math.log(constants.get(RATE) / rate / 3);
                    return -byRate * byRate - Math.abs(constants.get("light.replays") - 3);
                  },
                  log::add)
              .run(List.of(RATE, "light.replays"), 3, 10);

      assertThat(best).isCloseTo(0, within(1e-6));
      assertThat(constants.get(RATE)).isCloseTo(3 * rate, within(1e-6));
      assertThat(constants.get("light.replays")).isEqualTo(3);
      assertThat(log).anyMatch(line -> line.endsWith(", kept"));
    } finally {
      constants.set(RATE, rate);
      constants.set("light.replays", replays);
    }
  }
}
