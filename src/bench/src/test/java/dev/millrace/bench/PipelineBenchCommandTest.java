package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PipelineBenchCommandTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--records 10",
        "--features 0",
        "--keys 0",
        "--classes 1",
        "--batch 0",
        "--auto slow",
        "--batch 2 --auto fast",
        "--parallelism 0",
        "--checkpoint 0",
        "--every 0",
        "--warmup -1",
        "--rounds 0",
        "--latency -1",
        "--guarantee sometimes",
        "--backend paper"
      })
  void wrongUsageEndsWithExitCode2(String option) {
    Cli bench = Cli.run(("bench pipeline " + option).split(" "));

    assertThat(bench.exitCode()).isEqualTo(2);
    assertThat(bench.err()).contains(option.split(" ")[0]);
  }

  @Test
  void namesTheGuaranteesThereAre() {
    Cli bench = Cli.run("bench", "pipeline", "--guarantee", "sometimes");

    assertThat(bench.err())
        .startsWith("--guarantee must be one of at-least-once, exactly-once, but was sometimes.");
  }
}
