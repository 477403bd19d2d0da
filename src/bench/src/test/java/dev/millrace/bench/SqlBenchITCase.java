package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import org.junit.jupiter.api.Test;

class SqlBenchITCase {

  @Test
  void measuresPredictionsBesideAnIdentityFunction() throws Exception {
    Cli bench = Cli.run("bench sql --keys 10 --rows 20000 --rounds 1 --warmup 0 --json".split(" "));

    assertThat(bench.exitCode()).as(bench.err()).isZero();
    JsonNode result =
        new ObjectMapper().readTree(bench.out().strip().lines().reduce((a, b) -> b).orElseThrow());
    assertThat(result.path("rows").asInt()).isEqualTo(20_000);
    for (String figure : new String[] {"rows_per_s", "p99_us", "identity_rows_per_s", "fraction"}) {
      assertThat(result.path(figure).asDouble()).as(figure).isPositive();
    }
  }
}
