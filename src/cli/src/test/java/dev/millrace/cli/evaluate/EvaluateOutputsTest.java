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
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code evaluate} of sets of labels and of several targets, from rows to what is printed. */
class EvaluateOutputsTest {
  private static final int ROWS = 200;

  @TempDir private Path dir;
  private Path rows;

  @BeforeEach
  void writeRows() throws IOException {
    StringBuilder csv = new StringBuilder("shop,x,z,tags,size,color\n");
    Random random = new Random(4);
    for (int i = 0; i < ROWS; i++) {
      double x = random.nextGaussian();
      double z = random.nextGaussian();
      List<String> tags = new ArrayList<>();
      if (x > 0) {
        tags.add("big");
      }
      if (z > 0.5) {
        tags.add("old");
      }
      csv.append(
          "%s,%.4f,%.4f,\"%s\",%.4f,%s%n"
              .formatted(
                  i % 4 == 0 ? "b" : "a",
                  x,
                  z,
                  String.join(",", tags),
                  3 * x + 0.1 * z,
                  z > 0 ? "red" : "blue"));
    }
    rows = Files.writeString(dir.resolve("rows.csv"), csv);
  }

  @Test
  void theScoresOfSetsAreThoseOfTheSetsInTheFile() throws Exception {
    Path file = dir.resolve("p.csv");

    JsonNode json =
        new ObjectMapper()
            .readTree(
                run(
                    "--label",
                    "tags",
                    "--task",
                    "multilabel",
                    "--drop",
                    "shop,size,color",
                    "--json",
                    "--predictions",
                    file.toString()));

    double hits = 0;
    double predicted = 0;
    double actual = 0;
    double exact = 0;
    List<Map<String, String>> lines = read(file);
    for (Map<String, String> line : lines) {
      Set<String> truth = set(line.get("actual"));
      Set<String> labels = set(line.get("prediction"));
      exact += truth.equals(labels) ? 1 : 0;
      predicted += labels.size();
      actual += truth.size();
      labels.retainAll(truth);
      hits += labels.size();
      assertThat(line).containsKeys("probability_big", "probability_old");
    }
    // Rows before the first label have no prediction.
    assertThat(lines.size()).isBetween(ROWS - 10, ROWS);
    assertThat(json.path("examples").asInt()).isEqualTo(lines.size());
    assertThat(json.path("keys").asInt()).isEqualTo(1);
    assertThat(json.path("micro_f1").asDouble())
        .isEqualTo(2 * hits / (predicted + actual), within(1e-9))
        .isGreaterThan(0.7);
    assertThat(json.path("jaccard").asDouble())
        .isEqualTo(hits / (predicted + actual - hits), within(1e-9));
    assertThat(json.path("exact_match").asDouble()).isEqualTo(exact / lines.size(), within(1e-9));
    assertThat(json.path("outputs").path("old").path("task").asText()).isEqualTo("binary");
    assertThat(json.path("models_sha256").asText()).hasSize(64);
  }

  @Test
  void targetsOfTwoKindsHaveTheirScoresInTheTableAndTheirColumnsInTheFile() throws Exception {
    Path file = dir.resolve("p.csv");

    List<String> table =
        run(
                "--label",
                "size,color",
                "--key",
                "shop",
                "--drop",
                "tags",
                "--predictions",
                file.toString())
            .lines()
            .toList();
    assertThat(table.get(1)).startsWith("key             examples      f1  exact");
    assertThat(table).anyMatch(line -> line.startsWith("a                    150"));
    assertThat(table).anyMatch(line -> line.startsWith("b                     50"));
    assertThat(table).anyMatch(line -> line.startsWith("all                  200"));
    assertThat(table).anyMatch(line -> line.startsWith("color              binary           200"));
    assertThat(table).anyMatch(line -> line.startsWith("size               regression       200"));
    assertThat(table).noneMatch(line -> line.contains("@"));
    assertThat(table).allMatch(line -> line.length() <= 120);
    List<Map<String, String>> lines = read(file);
    assertThat(lines).hasSize(ROWS);
    long right =
        lines.stream()
            .filter(line -> line.get("actual_color").equals(line.get("prediction_color")))
            .count();
    String accuracy =
        table.stream()
            .filter(line -> line.startsWith("color"))
            .findFirst()
            .orElseThrow()
            .split(" +")[3];
    assertThat(accuracy).isEqualTo("%.4f".formatted(right / (double) ROWS));
    assertThat(lines.get(ROWS - 1).get("probability_color")).isNotEmpty();
    assertThat(lines.get(ROWS - 1)).doesNotContainKey("probability_size");
  }

  /** Returns what is printed. */
  private String run(String... options) {
    List<String> all = new ArrayList<>(List.of("evaluate", "--input", rows.toString()));
    all.addAll(List.of(options));
    Cli run = Cli.run(all.toArray(String[]::new));
    assertThat(run.exitCode()).as(run.err()).isZero();
    return run.out();
  }

  private static Set<String> set(String text) {
    Set<String> names = new HashSet<>(Arrays.asList(text.split(",")));
    names.remove("");
    return names;
  }

  private static List<Map<String, String>> read(Path file) throws IOException {
    List<Map<String, String>> lines = new ArrayList<>();
    try (CsvFile csv = new CsvFile(file)) {
      while (csv.next()) {
        Map<String, String> line = new HashMap<>();
        for (int c = 0; c < csv.header().size(); c++) {
          line.put(csv.header().get(c), csv.row()[c]);
        }
        lines.add(line);
      }
    }
    return lines;
  }
}
