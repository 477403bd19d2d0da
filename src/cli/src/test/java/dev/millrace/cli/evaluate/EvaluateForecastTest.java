package dev.millrace.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Forecasts of the series of a file. */
class EvaluateForecastTest {
  private static final int ROWS = 240;

  @TempDir private Path dir;
  private Path file;

  @BeforeEach
  void writeRows() throws IOException {
    StringBuilder rows = new StringBuilder("shop,at,sold\n");
    for (int i = 0; i < ROWS; i++) {
      for (String shop : List.of("a", "b")) {
        int sold = (shop.equals("a") ? 10 : 50) + i % 12;
        rows.append(shop).append(",%d,".formatted(3_600_000L * i)).append(sold).append('\n');
      }
    }
    file = Files.writeString(dir.resolve("rows.csv"), rows);
  }

  @Test
  void eachHorizonIsComparedWithItsBaselines() throws Exception {
    JsonNode json = json("input: { format: json, key: shop }", "[1, 12], season: 12");

    JsonNode ahead = json.at("/horizons/1");
    assertThat(json.path("horizons")).hasSize(2);
    assertThat(ahead.path("horizon").asText()).isEqualTo("12");
    assertThat(ahead.path("series").asInt()).isEqualTo(2);
    // The value of 12 rows before is always the same.
    assertThat(baseline(ahead, "season 12").path("mae").asDouble()).isZero();
    assertThat(baseline(ahead, "last value").path("mae").asDouble()).isZero();
    JsonNode next = json.at("/horizons/0");
    // Each day has eleven steps of 1, and one of 11.
    assertThat(baseline(next, "last value").path("mae").asDouble())
        .isCloseTo(22 / 12.0, within(0.05));
    assertThat(next.path("mae").asDouble()).isLessThan(22 / 12.0);
  }

  @Test
  void horizonsInTimeUseTheEventTimeColumn() throws Exception {
    JsonNode json = json("input: { format: json, key: shop, event-time: at }", "[3h]");

    assertThat(json.at("/horizons/0/horizon").asText()).isEqualTo("3h");
    assertThat(json.path("examples").asInt()).isEqualTo(2 * (ROWS - 3));
    assertThat(json.at("/horizons/0/expired").asInt()).isZero();
  }

  @Test
  void predictionsNameSeriesHorizonAndTime() throws Exception {
    Path predictions = dir.resolve("predictions.csv");

    Cli run =
        run(
            "input: { format: json, key: shop, event-time: at }",
            "[3h]",
            "--predictions",
            predictions + "");

    assertThat(run.exitCode()).as(run.err()).isZero();
    List<String> lines = Files.readAllLines(predictions);
    assertThat(lines.get(0)).endsWith(",series,horizon,target_time");
    assertThat(lines.get(1)).startsWith("1,1,a@3h,").endsWith(",a,3h,1970-01-01T03:00:00.000Z");
  }

  @Test
  void theTableHasARowForEachBaseline() throws Exception {
    Cli run = run("input: { format: json, key: shop }", "[1], season: 12");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(
            run.out().lines().map(line -> line.substring(0, Math.min(30, line.length())).strip()))
        .contains(
            "horizon  forecast by",
            "1        2 models",
            "last value",
            "mean",
            "season 12",
            "season 12 + drift");
  }

  @Test
  void rowsThatAreNotInTheOrderOfTimeAreReported() throws Exception {
    String input = "input: { format: json, key: shop, event-time: at }";
    assertThat(run(input, "[3h]").out()).doesNotContain("out of order");
    assertThat(json(input, "[3h]").path("out_of_order").asInt()).isZero();
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    Collections.reverse(lines.subList(1 + ROWS, lines.size()));
    Files.write(file, lines);

    assertThat(run(input, "[3h, 6h]").out())
        .contains(
            "238 rows out of order: an earlier row of the key has a later time. Sort the file by"
                + " time.");
    assertThat(run(input, "[3h]", "--epochs", "3").out()).contains("238 rows out of order");
  }

  @Test
  void timesNeedAColumn() throws Exception {
    Cli run = run("input: { format: json, key: shop }", "[3h]");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("Add input.event-time, or count horizons in records: [1, 24].");
  }

  private static JsonNode baseline(JsonNode horizon, String name) {
    for (JsonNode baseline : horizon.path("baselines")) {
      if (baseline.path("name").asText().equals(name)) {
        return baseline;
      }
    }
    throw new AssertionError("there is no baseline " + name + " in " + horizon);
  }

  private JsonNode json(String input, String horizons) throws Exception {
    Cli run = run(input, horizons, "--json");
    assertThat(run.exitCode()).as(run.err()).isZero();
    return new ObjectMapper().readTree(run.out());
  }

  private Cli run(String input, String horizons, String... more) throws Exception {
    Path pipeline =
        Files.writeString(
            dir.resolve("demand.yaml"),
            """
            pipeline: demand
            kafka: { bootstrap.servers: "localhost:9092" }
            auto: fast
            %s
            forecast: { column: sold, horizons: %s }
            """
                .formatted(input, horizons));
    String[] command = {"evaluate", "-c", pipeline + "", "--input", file + ""};
    String[] all = Arrays.copyOf(command, command.length + more.length);
    System.arraycopy(more, 0, all, command.length, more.length);
    return Cli.run(all);
  }
}
