package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.millrace.cli.Millrace;
import dev.millrace.testing.MillraceProcess;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The broker that {@code bench pipeline} starts. */
class BrokerProcessITCase {
  @TempDir private Path dir;

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "KILL"})
  void endsWithTheBenchmarkAndLeavesNoData(String signal) throws Exception {
    assertEndsWithoutData(signal);
  }

  @Tag("exhaustive")
  @Test
  void endsWithTheInterruptedBenchmarkAndLeavesNoData() throws Exception {
    assumeFalse(
        ignoresInterrupts(),
        "the tests run in the background of a shell, where no process listens to SIGINT");
    assertEndsWithoutData("INT");
  }

  private void assertEndsWithoutData(String signal) throws Exception {
    // More records than are sent before the end.
    try (MillraceProcess bench = bench("--records", "2000000000")) {
      Awaitility.await().atMost(Patience.MAX).until(this::hasPartitions);
      List<ProcessHandle> children = bench.descendants();
      assertThat(children).hasSize(1);

      new ProcessBuilder("kill", "-" + signal, "" + bench.pid()).inheritIO().start().waitFor();

      bench.awaitEnd();
      children.get(0).onExit().join();
      assertThat(brokerData()).isEmpty();
    }
  }

  /** Whether this process ignores SIGINT, and with it every process that it starts. */
  private static boolean ignoresInterrupts() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("SigIgn:"))
          .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).trim(), 16) & 2) != 0);
    }
  }

  private MillraceProcess bench(String... options) throws IOException {
    return MillraceProcess.start(
        dir,
        "bench",
        System.getProperty("java.class.path"),
        Millrace.class.getName(),
        List.of(),
        Stream.concat(Stream.of("bench", "pipeline"), Stream.of(options)).toList(),
        // The broker's, too. However slow the machine, it closes before it ends.
        Map.of(
            "JAVA_TOOL_OPTIONS",
            "-Djava.io.tmpdir=%s -Dmillrace.stop-seconds=%d"
                .formatted(dir, Patience.MAX.toSeconds())));
  }

  /** Returns true once the broker has made the topic, when it is up for sure. */
  private boolean hasPartitions() throws IOException {
    for (Path data : brokerData()) {
      try (Stream<Path> files = Files.walk(data)) {
        if (files
            .map(file -> file.getFileName().toString())
            .anyMatch(name -> name.endsWith("-0") && !name.startsWith("__"))) {
          return true;
        }
      } catch (UncheckedIOException e) {
        return false; // a file of the starting broker was removed meanwhile
      }
    }
    return false;
  }

  private List<Path> brokerData() throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("millrace-broker-"))
          .toList();
    }
  }
}
