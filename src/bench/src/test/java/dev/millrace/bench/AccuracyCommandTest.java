package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import dev.millrace.codec.OutputRecord;
import dev.millrace.nn.AutoSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
            ("bench accuracy --data %s --only bananas --auto fast --seeds 2 --json"
                    + " --members knn,previous-label")
                .formatted(folder)
                .split(" "));

    assertThat(bench.exitCode()).as(bench.err()).isZero();
    JsonNode data = new ObjectMapper().readTree(bench.out()).at("/data/0");
    assertThat(data.path("name").asText()).isEqualTo("bananas");
    assertThat(data.path("rows").asInt()).isEqualTo(300);
    assertThat(data.at("/fast/scores")).hasSize(2);
    assertThat(data.at("/fast/mean").asDouble()).isGreaterThan(0.8);
    double frequencies = data.at("/log_loss_of_class_frequencies").asDouble();
    assertThat(frequencies).isBetween(0.69, 0.71);
    assertThat(data.at("/fast/log_loss").asDouble()).isLessThan(frequencies);
    JsonNode bins = data.at("/fast/calibration/bins");
    assertThat(bins).hasSize(Reliability.BINS);
    assertThat(bins.findValues("count"))
        .extracting(JsonNode::asInt)
        .satisfies(
            counts -> assertThat(counts.stream().mapToInt(Integer::intValue).sum()).isEqualTo(300));
    assertThat(data.at("/fast/calibration/observed_share").asDouble()).isBetween(0.4, 0.6);
    assertThat(data.at("/published").asDouble()).isEqualTo(0.8894);
    assertThat(data.at("/moa/kNN").asDouble()).isEqualTo(0.893);
  }

  @Test
  void theTableHasMeanAndSpreadBesideWhatOthersReach() {
    AccuracyData elec2 = AccuracyData.all().get(0);
    Reliability reliability = new Reliability(null);
    for (String actual : List.of("UP", "DOWN")) {
      String prediction = "{\"actual\":\"%s\",\"probabilities\":{\"DOWN\":0.25,\"UP\":0.75}}";
      reliability.accept(
          OutputRecord.of(0, null, prediction.formatted(actual).getBytes(StandardCharsets.UTF_8)));
    }
    AccuracyTable.Cell cell =
        new AccuracyTable.Cell(
            new double[] {0.92, 0.94},
            new double[] {0.1, 0.1},
            new double[] {1000, 2000},
            reliability);
    AccuracyTable table =
        new AccuracyTable(
            List.of(AutoSpec.Tier.FAST),
            2,
            List.of(new AccuracyTable.Row(elec2, 45_312, 0.8533, List.of(cell))));

    assertThat(table.lines())
        .hasSize(7)
        .contains(
            "| elec2 | 0.8959 | 0.1000 ± 0.0000 | 0.7500, 0.5000 |",
            "| elec2 | 45,312 | accuracy | 0.9300 ± 0.0141 | 0.9064 ALMA"
                + " | 0.803 / 0.833 / 0.893 / 0.814 | 0.8533 | 2,000 |");
  }

  @Test
  void anUnknownDataSetOrFolderIsOneLine() {
    Cli unknown = Cli.run("bench", "accuracy", "--only", "iris");
    Cli nowhere = Cli.run("bench", "accuracy", "--data", folder + "/nowhere");
    Cli absent = Cli.run("bench", "accuracy", "--only", "elec2");

    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.err()).startsWith("--only \"iris\" is not one of elec2, ");
    assertThat(nowhere.exitCode()).isEqualTo(2);
    assertThat(nowhere.err()).contains("is not a folder");
    assertThat(absent.exitCode()).isEqualTo(1);
    assertThat(absent.err()).startsWith("None of the data sets is there.");
  }
}
