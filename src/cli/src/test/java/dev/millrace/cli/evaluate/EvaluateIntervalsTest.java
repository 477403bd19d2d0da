package dev.millrace.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import dev.millrace.cli.csv.CsvFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code evaluate --interval}, and the columns of intervals and sets of classes in its files. */
class EvaluateIntervalsTest {
  private static final int ROWS = 800;
  private static final double LEVEL = 0.8;

  @TempDir private Path dir;
  private Path rows;

  @BeforeEach
  void writeRows() throws IOException {
    StringBuilder csv = new StringBuilder("x,size,color\n");
    Random random = new Random(4);
    for (int i = 0; i < ROWS; i++) {
      double x = random.nextGaussian();
      double size = 3 * x + random.nextGaussian();
      String color = size > 2 ? "red" : size < -2 ? "blue" : "green";
      csv.append("%.4f,%.4f,%s%n".formatted(x, size, color));
    }
    rows = Files.writeString(dir.resolve("rows.csv"), csv);
  }

  @Test
  void theEndsInTheFileHaveTheCoverageWidthAndScoreThatAreReported() throws Exception {
    List<Map<String, String>> predictions = new ArrayList<>();

    JsonNode json = evaluate(predictions, "size", "color", "--interval", LEVEL + "");

    int known = 0;
    int covered = 0;
    double width = 0;
    double outside = 0;
    for (Map<String, String> row : predictions) {
      assertThat(row.get("low").isEmpty()).isEqualTo(row.get("high").isEmpty());
      if (!row.get("low").isEmpty()) {
        double low = Double.parseDouble(row.get("low"));
        double high = Double.parseDouble(row.get("high"));
        double actual = Double.parseDouble(row.get("actual"));
        assertThat(Double.parseDouble(row.get("prediction"))).isBetween(low, high);
        known++;
        covered += low <= actual && actual <= high ? 1 : 0;
        width += high - low;
        outside += Math.max(0, Math.max(low - actual, actual - high));
      }
    }
    assertThat(known).isEqualTo(ROWS - 11); // ten labels come first, and the first is no prediction
    assertThat(json.at("/interval/level").asDouble()).isEqualTo(LEVEL);
    assertThat(json.at("/interval/coverage").asDouble())
        .isCloseTo(covered / (double) known, within(1e-12));
    assertThat(json.at("/interval/width").asDouble()).isCloseTo(width / known, within(1e-4));
    assertThat(json.at("/interval/winkler").asDouble())
        .isCloseTo((width + 2 / (1 - LEVEL) * outside) / known, within(1e-4));
  }

  @Test
  void theSetsInTheFileHaveTheCoverageAndSizeThatAreReported() throws Exception {
    List<Map<String, String>> predictions = new ArrayList<>();

    JsonNode json = evaluate(predictions, "color", "size", "--interval", LEVEL + "");

    int known = 0;
    int covered = 0;
    int size = 0;
    for (Map<String, String> row : predictions) {
      if (!row.get("set").isEmpty()) {
        List<String> set = List.of(row.get("set").split("\\|"));
        assertThat(set).contains(row.get("prediction"));
        known++;
        covered += set.contains(row.get("actual")) ? 1 : 0;
        size += set.size();
      }
    }
    assertThat(known).isEqualTo(ROWS - 10);
    assertThat(json.at("/set/level").asDouble()).isEqualTo(LEVEL);
    assertThat(json.at("/set/coverage").asDouble())
        .isCloseTo(covered / (double) known, within(1e-12));
    assertThat(json.at("/set/size").asDouble()).isCloseTo(size / (double) known, within(1e-12));
  }

  @Test
  void theTableHasALineOfIntervals() {
    Cli run =
        Cli.run("evaluate", "--input", rows + "", "--label", "size", "--interval", LEVEL + "");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .containsPattern(
            "intervals of level 0\\.8: coverage 0\\.\\d{4}  mean width \\d\\.\\d{4}  winkler \\d");
  }

  @Test
  void withoutALevelThereAreNoColumns() throws Exception {
    List<Map<String, String>> predictions = new ArrayList<>();

    assertThat(evaluate(predictions, "size", "color").has("interval")).isFalse();
    assertThat(predictions.get(0)).doesNotContainKeys("low", "high", "set");
  }

  @Test
  void theOptionReplacesTheLevelOfThePipeline() throws Exception {
    Path file =
        Files.writeString(
            dir.resolve("sizes.yaml"),
            """
            pipeline: sizes
            kafka: { bootstrap.servers: "none:1" }
            input: { format: json, label: size, task: regression, features: [x] }
            output: { predictions: true, interval: 0.6 }
            """);
    String[] config = {"-c", file + ""};
    List<Map<String, String>> predictions = new ArrayList<>();

    assertThat(evaluate(predictions, "size", "color", config).at("/interval/level").asDouble())
        .isEqualTo(0.6);
    assertThat(
            evaluate(predictions, "size", "color", "-c", file + "", "--interval", "0.95")
                .at("/interval/level")
                .asDouble())
        .isEqualTo(0.95);
    assertThat(
            evaluate(predictions, "size", "color", "-c", file + "", "--interval", "0")
                .has("interval"))
        .isFalse();
  }

  @Test
  void aLevelOfOneIsAnError() {
    Cli run = Cli.run("evaluate", "--input", rows + "", "--label", "size", "--interval", "1");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("--interval must be at least 0 and below 1, but was 1.0");
  }

  /** Returns the report, and adds the rows of the file of predictions. */
  private JsonNode evaluate(
      List<Map<String, String>> predictions, String label, String dropped, String... more)
      throws Exception {
    Path file = dir.resolve("predictions.csv");
    List<String> arguments =
        new ArrayList<>(List.of("evaluate", "--input", rows + "", "--label", label, "--json"));
    arguments.addAll(List.of("--predictions", file + ""));
    if (!List.of(more).contains("-c")) {
      arguments.addAll(List.of("--drop", dropped));
    }
    arguments.addAll(List.of(more));
    Cli run = Cli.run(arguments.toArray(String[]::new));
    assertThat(run.exitCode()).as(run.err()).isZero();
    try (CsvFile lines = new CsvFile(file)) {
      while (lines.next()) {
        Map<String, String> row = new HashMap<>();
        for (int c = 0; c < lines.header().size(); c++) {
          row.put(lines.header().get(c), lines.row()[c]);
        }
        predictions.add(row);
      }
    }
    return new ObjectMapper().readTree(run.out());
  }
}
