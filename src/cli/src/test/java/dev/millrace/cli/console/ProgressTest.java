package dev.millrace.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.MillraceProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What long work shows, in a process of its own: a terminal is a matter of the process. */
class ProgressTest {
  @TempDir private Path dir;

  /** Counts to five, with a line above the bar. */
  static final class Counting {
    public static void main(String[] args) {
      try (Progress progress = new Progress("counting", 5)) {
        for (int i = 0; i < 5; i++) {
          progress.step();
        }
        progress.above(() -> System.out.println("a line"));
      }
    }
  }

  @Test
  void nothingIsShownWhereThereIsNoTerminal() throws Exception {
    MillraceProcess process = count(List.of(), Map.of());

    assertThat(process.err()).isEmpty();
    assertThat(process.out()).isEqualTo("a line\n");
  }

  @Test
  void aTerminalShowsABarWithTaskAndCount() throws Exception {
    MillraceProcess process = count(List.of("-Dmillrace.stderr.terminal=true"), Map.of());

    assertThat(process.err()).contains("counting", "100%", "5/5 records", "\033[33m");
    assertThat(process.out()).isEqualTo("a line\n");
  }

  @Test
  void noColorMeansNoColor() throws Exception {
    MillraceProcess process =
        count(List.of("-Dmillrace.stderr.terminal=true"), Map.of("NO_COLOR", "1"));

    assertThat(process.err()).contains("counting", "100%").doesNotContain("\033[33m");
  }

  @Test
  void aTerminalThatCannotRedrawALineGetsNoBar() throws Exception {
    MillraceProcess process =
        count(List.of("-Dmillrace.stderr.terminal=true"), Map.of("TERM", "dumb"));

    assertThat(process.err()).isEmpty();
  }

  private MillraceProcess count(List<String> flags, Map<String, String> environment)
      throws IOException, InterruptedException {
    Map<String, String> all = new HashMap<>(Map.of("TERM", "xterm", "NO_COLOR", ""));
    all.putAll(environment);
    String classPath = System.getProperty("java.class.path");
    String main = Counting.class.getName();
    try (MillraceProcess process =
        MillraceProcess.start(dir, "count", classPath, main, flags, List.of(), all)) {
      assertThat(process.awaitEnd()).isZero();
      return process;
    }
  }
}
