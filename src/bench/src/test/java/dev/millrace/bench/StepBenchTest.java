package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StepBenchTest {

  @Test
  void endsWithOneLineOfJson() throws Exception {
    Cli bench =
        Cli.run(
            ("bench step --layers 5,4,3 --activation elu --batch 2 --optimizer adam --models 3"
                    + " --warmup 0 --seconds 0.1 --jvms 1 --json")
                .split(" "));

    assertThat(bench.exitCode()).isZero();
    JsonNode json = new ObjectMapper().readTree(bench.out());
    assertThat(json.get("examples_per_s").asDouble()).isPositive();
    assertThat(json.get("activation").asText()).isEqualTo("elu");
    assertThat(json.get("fma_peak_fraction").asDouble()).isBetween(0.0, 1.0);
    assertThat(json.get("simd_bits").isInt()).isTrue();
    assertThat(json.get("jdk").asText()).isEqualTo(Runtime.version().toString());
  }

  @Test
  void timesTheMixture() throws Exception {
    Cli bench =
        Cli.run(
            ("bench step --layers 5,3 --batch 2 --auto fast --warmup 0 --seconds 0.1 --jvms 1"
                    + " --json")
                .split(" "));

    assertThat(bench.exitCode()).as(bench.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(bench.out());
    assertThat(json.get("examples_per_s").asDouble()).isPositive();
    assertThat(json.get("auto").asText()).isEqualTo("fast");
    assertThat(json.get("optimizer").isNull()).isTrue();
  }

  @Test
  void comparesWithJvmsWithoutTheModule() throws Exception {
    Cli bench =
        Cli.run(
            "bench step --layers 5,4,3 --warmup 0 --seconds 0.1 --jvms 1 --without-module --json"
                .split(" "));

    assertThat(bench.exitCode()).as(bench.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(bench.out());
    double rate = json.get("without_module_examples_per_s").asDouble();
    assertThat(rate).isPositive();
    double examplesPerSecond = json.get("examples_per_s").asDouble();
    double fraction = rate / examplesPerSecond;
    // The rates are whole numbers, and the fraction has three decimals.
    assertThat(json.get("without_module_fraction").asDouble())
        .isCloseTo(fraction, within(0.001 + (1 + fraction) / examplesPerSecond));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--layers 8",
        "--layers 8,0,2",
        "--layers 8,32,1",
        "--batch 0",
        "--models 0",
        "--optimizer newton",
        "--activation sinus",
        "--seconds 0"
      })
  void wrongUsageEndsWithExitCode2(String option) {
    Cli bench = Cli.run(("bench step " + option).split(" "));

    assertThat(bench.exitCode()).isEqualTo(2);
    assertThat(bench.err()).contains(option.split(" ")[0]);
  }
}
