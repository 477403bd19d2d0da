package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateBenchTest {

  @Test
  void bothBackendsEndWithOneLineOfJsonAndHaveTheSameBytesPerKey() throws Exception {
    JsonNode heap = bench("heap");
    JsonNode rocksDb = bench("rocksdb");

    for (JsonNode json : new JsonNode[] {heap, rocksDb}) {
      assertThat(json.get("keys").asInt()).isEqualTo(400);
      assertThat(json.get("updates_per_s").asDouble()).isPositive();
      assertThat(json.get("checkpoint_s").asDouble()).isPositive();
      assertThat(json.get("checkpoint_bytes").asDouble()).isPositive();
      assertThat(json.get("pause_ms").isNumber()).isTrue();
      // All that is neither weights nor window: counts and scalers, and for the drift of the
      // inputs the first 128 values of 8 columns, later their bins.
      assertThat(json.get("other_bytes_per_key").asInt()).isBetween(2_048, 3_584);
      // 8-32-2: 354 floats; a window of 15 examples, each 4 classes, two losses and 4 floats.
      assertThat(json.get("weights_and_optimizer_bytes_per_key").asInt()).isEqualTo(1_416);
      assertThat(json.get("window_bytes_per_key").asInt()).isEqualTo(480);
    }
    assertThat(rocksDb.get("bytes_per_key").asInt())
        .isCloseTo(heap.get("bytes_per_key").asInt(), within(100));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--keys 0", "--rounds -1", "--backend paper", "--cache-bytes -1"})
  void wrongUsageEndsWithExitCode2(String option) {
    Cli bench = Cli.run(("bench state " + option).split(" "));

    assertThat(bench.exitCode()).isEqualTo(2);
    assertThat(bench.err()).contains(option.split(" ")[0]);
  }

  private static JsonNode bench(String backend) throws Exception {
    Cli bench =
        Cli.run(("bench state --keys 400 --rounds 5 --json --backend " + backend).split(" "));
    assertThat(bench.exitCode()).as(bench.err()).isZero();
    return new ObjectMapper().readTree(bench.out());
  }
}
