package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class DerivedBenchCommandTest {

  @Test
  void reportsTheRatesWithAndWithoutDerivedFeatures() throws IOException {
    Cli bench = Cli.run("bench derived --rows 1000 --rounds 1 --json".split(" "));

    assertThat(bench.exitCode()).as(bench.err()).isZero();
    JsonNode result = new ObjectMapper().readTree(bench.out());
    for (String rate :
        List.of("records_per_s", "records_per_s_of_14_columns", "records_per_s_with_derived")) {
      assertThat(result.path(rate).asLong()).as(rate).isPositive();
    }
  }
}
