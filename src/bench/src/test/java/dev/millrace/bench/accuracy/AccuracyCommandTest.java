package dev.millrace.bench.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import dev.millrace.cli.evaluate.FinalMetrics;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.report.Score;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccuracyCommandTest {

  @TempDir private Path folder;

  @Test
  void runsTheDataSetsOfAFolder() throws IOException {
    StringBuilder rows = new StringBuilder("x1,x2,label\n");
    Random random = new Random(1);
    for (int i = 0; i < 300; i++) {
      double x = random.nextGaussian();
      rows.append(x).append(',').append(random.nextGaussian()).append(x > 0 ? ",1\n" : ",0\n");
    }
    Files.writeString(folder.resolve("bananas.csv.gz"), rows);

    Cli bench =
        Cli.run(
            "bench accuracy --data %s --only bananas --auto fast --seeds 2 --json"
                .formatted(folder)
                .split(" "));

    assertThat(bench.exitCode()).as(bench.err()).isZero();
    JsonNode data = new ObjectMapper().readTree(bench.out()).at("/data/0");
    assertThat(data.path("name").asText()).isEqualTo("bananas");
    assertThat(data.path("rows").asInt()).isEqualTo(300);
    assertThat(data.at("/fast/scores")).hasSize(2);
    assertThat(data.at("/fast/mean").asDouble()).isGreaterThan(0.8);
    double frequencies = data.at("/log_loss_baseline").asDouble();
    assertThat(frequencies).isBetween(0.69, 0.71);
    assertThat(data.at("/fast/log_loss").asDouble()).isLessThan(frequencies);
    assertThat(data.at("/fast/mean_predicted").asDouble()).isBetween(0.4, 0.6);
    assertThat(data.at("/fast/observed_share").asDouble()).isBetween(0.4, 0.6);
    assertThat(data.at("/published").asDouble()).isEqualTo(0.8894);
    assertThat(data.at("/moa/kNN").asDouble()).isEqualTo(0.893);
  }

  /** Clicks of a file of its own in place of the generated ones: what ids say is learned. */
  @Test
  void comparesSetsOfIdsWithPeersOnTheSameRows() throws IOException {
    try (Writer out = Files.newBufferedWriter(folder.resolve("generated_clicks.csv"))) {
      new ClickStream(4_000, 300, 20, 10, false).write(out);
    }

    Cli bench =
        Cli.run(
            "bench accuracy --data %s --only clicks --auto fast --seeds 1 --json"
                .formatted(folder)
                .split(" "));

    assertThat(bench.exitCode()).as(bench.err()).isZero();
    JsonNode data = new ObjectMapper().readTree(bench.out()).at("/data/0");
    assertThat(data.path("also").asText()).isEqualTo("auc");
    assertThat(data.at("/fast/also_mean").asDouble()).isBetween(0.55, 0.95);
    double baseline = data.at("/log_loss_baseline").asDouble();
    double generator = data.at("/peers/generator/score").asDouble();
    double learner = data.at("/peers/learner/score").asDouble();
    assertThat(generator).isLessThan(learner);
    assertThat(learner).isLessThan(data.at("/fast/mean").asDouble()).isLessThan(baseline);
    assertThat(data.at("/peers/hashed FTRL/score").asDouble()).isBetween(learner, 1.1 * baseline);
    assertThat(data.at("/peers/hashed FTRL/also").asDouble()).isGreaterThan(0.55);
  }

  private static AccuracyData.Run run(double accuracy) {
    Map<Score, Double> scores =
        Map.of(
            Score.ACCURACY, accuracy,
            Score.LOG_LOSS, 0.1,
            Score.LOG_LOSS_BASELINE, 0.8959,
            Score.MEAN_PREDICTED, 0.75,
            Score.OBSERVED_SHARE, 0.5);
    return new AccuracyData.Run(
        new FinalMetrics.Totals(45_312, scores, 0.8533, Double.NaN), Double.NaN);
  }

  @Test
  void theTableComparesMeanAndSpreadWithPublishedScores() {
    AccuracyData elec2 = AccuracyData.chosen(AccuracyCommand.DATA_SETS, List.of()).get(0);
    AccuracyTable.Cell cell =
        new AccuracyTable.Cell(elec2.score(), List.of(run(0.92), run(0.94)), 2000);
    AccuracyTable table =
        new AccuracyTable(
            List.of(AutoSpec.Tier.FAST),
            2,
            List.of(new AccuracyTable.Row(elec2, 45_312, List.of(cell), List.of())));

    assertThat(table.lines())
        .hasSize(3)
        .contains(
            "| elec2 | 45,312 | accuracy | 0.9300 ± 0.0141 | 0.9064 ALMA"
                + " | 0.803 / 0.833 / 0.893 / 0.814 | 0.8533 | 0.1000 ± 0.0000 / 0.8959 |");
  }

  @Test
  void anUnknownDataSetOrFolderIsOneLine() {
    Cli unknown = Cli.run("bench", "accuracy", "--only", "iris");
    Cli nowhere = Cli.run("bench", "accuracy", "--data", folder + "/nowhere");
    Cli absent = Cli.run("bench", "accuracy", "--only", "elec2");

    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.err())
        .startsWith("Unknown data set --only \"iris\". Known data sets: elec2, ");
    assertThat(nowhere.exitCode()).isEqualTo(2);
    assertThat(nowhere.err()).contains("is not a folder");
    assertThat(absent.exitCode()).isEqualTo(1);
    assertThat(absent.err()).startsWith("No data set was found.");
  }
}
