package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdsBenchTest {

  @Test
  void endsWithOneLineOfJson() throws Exception {
    Cli bench =
        Cli.run("bench ids --ids 26000 --auto fast --warmup 0 --seconds 0.1 --json".split(" "));

    assertThat(bench.exitCode()).as(bench.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(bench.out());
    assertThat(json.get("columns").asInt()).isEqualTo(39);
    assertThat(json.get("ids_per_s").asDouble()).isPositive();
    assertThat(json.at("/records_per_s/fast").asDouble()).isPositive();
    // All ids are drawn, and buckets of numbers are ids too.
    assertThat(json.get("known_ids").asInt()).isBetween(26_000, 26_300);
    assertThat(json.get("bytes_per_id").asDouble()).isBetween(50.0, 300.0);
    assertThat(json.get("published_bytes").asLong()).isGreaterThan(26_000 * 50);
    assertThat(json.get("published_bytes_after_1_percent").asLong())
        .isLessThan(json.get("published_bytes").asLong() / 3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--ids 25", "--seconds 0"})
  void wrongUsageEndsWithExitCode2(String option) {
    Cli bench = Cli.run(("bench ids " + option).split(" "));

    assertThat(bench.exitCode()).isEqualTo(2);
    assertThat(bench.err()).contains(option.split(" ")[0]);
  }
}
