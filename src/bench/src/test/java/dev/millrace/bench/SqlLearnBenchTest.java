package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlLearnBenchTest {

  @Test
  void endsWithOneLineOfJson() throws Exception {
    Cli bench =
        Cli.run(
            "bench sql-learn --rows 2000 --keys 5 --warmup 0 --rounds 1 --backend rocksdb --json"
                .split(" "));

    assertThat(bench.exitCode()).as(bench.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(bench.out());
    assertThat(json.get("backend").asText()).isEqualTo("rocksdb");
    assertThat(json.get("rows_per_s").asDouble()).isPositive();
    assertThat(json.get("job_records_per_s").asDouble()).isPositive();
    assertThat(json.get("passing_rows_per_s").asDouble()).isPositive();
    assertThat(json.get("cpu_fraction_of_job").asDouble()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--keys 0", "--rows 1", "--rounds 0", "--backend paper"})
  void wrongUsageEndsWithExitCode2(String option) {
    Cli bench = Cli.run(("bench sql-learn " + option).split(" "));

    assertThat(bench.exitCode()).isEqualTo(2);
    assertThat(bench.err()).contains(option.split(" ")[0]);
  }
}
