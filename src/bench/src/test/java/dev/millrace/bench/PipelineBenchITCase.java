package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import org.junit.jupiter.api.Test;

class PipelineBenchITCase {

  @Test
  void measuresTheJobBesideItsCeiling() throws Exception {
    Cli bench =
        Cli.run(
            "bench pipeline --keys 10 --records 20000 --rounds 1 --warmup 0 --datastream --json"
                .split(" "));

    assertThat(bench.exitCode()).as(bench.err()).isZero();
    JsonNode result =
        new ObjectMapper().readTree(bench.out().strip().lines().reduce((a, b) -> b).orElseThrow());
    assertThat(result.path("records").asInt()).isEqualTo(20_000);
    assertThat(result.path("records_per_s").asDouble()).isPositive();
    assertThat(result.path("ceiling_records_per_s").asDouble()).isPositive();
    assertThat(result.path("datastream_records_per_s").asDouble()).isPositive();
  }
}
