package dev.millrace.bench.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IntervalsBenchCommandTest {

  @TempDir private Path folder;

  /** The benchmark looks values up in the file, evaluate reports what the job scored. */
  @Test
  void forecastsHaveTheCoverageThatEvaluateReports() throws IOException {
    StringBuilder rows = new StringBuilder("month,passengers\n");
    Random random = new Random(2);
    for (int i = 0; i < 300; i++) {
      double passengers = (100 + i) * (1 + 0.3 * Math.sin(i * Math.PI / 6));
      rows.append("%d,%.2f%n".formatted(i, passengers + 5 * random.nextGaussian()));
    }
    Path file = Files.writeString(folder.resolve("airline_passengers.csv"), rows);
    Path pipeline =
        Files.writeString(
            folder.resolve("air.yaml"),
            """
            pipeline: accuracy
            kafka: { bootstrap.servers: "none:1" }
            input: { format: json }
            forecast: { column: passengers, horizons: [1, 2, 3], season: 12 }
            output: { interval: 0.8 }
            """);

    Cli bench =
        Cli.run(
            "bench intervals --data %s --only airline_passengers --level 0.8"
                .formatted(folder)
                .split(" "));
    Cli evaluate =
        Cli.run("evaluate", "-c", pipeline.toString(), "--input", file.toString(), "--json");

    assertThat(bench.exitCode()).as(bench.err()).isZero();
    assertThat(evaluate.exitCode()).as(evaluate.err()).isZero();
    JsonNode horizons = new ObjectMapper().readTree(evaluate.out()).path("horizons");
    List<String> lines = bench.out().lines().toList();
    assertThat(lines).hasSize(CoverageCounts.HEADER.size() + 3);
    for (int h = 0; h < 3; h++) {
      String[] cells = lines.get(CoverageCounts.HEADER.size() + h).split(" *\\| *");
      JsonNode interval = horizons.get(h).path("interval");
      assertThat(cells[1]).isEqualTo("airline_passengers, " + (h + 1) + " ahead");
      assertThat(cells[3]).isEqualTo(number("%.4f", interval.path("coverage")));
      assertThat(cells[5]).isEqualTo(number("%.4g", interval.path("width")));
      assertThat(cells[7]).isEqualTo(number("%.4g", interval.path("winkler")));
    }
  }

  private static String number(String format, JsonNode number) {
    return String.format(Locale.ROOT, format, number.asDouble());
  }
}
