package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Standard output and standard error of several commands, which a shell sends to one file. */
class OutputsInOneFileTest {
  // As the launcher does it, which keeps the real standard error as file descriptor 3.
  private static final String SCRIPT =
      """
      millrace() {
        "$JAVA" -XX:TieredStopAtLevel=1 -Dmillrace.stderr.fd=3 \\
          --add-opens java.base/java.io=ALL-UNNAMED \\
          -Dmillrace.logs="$LOGS" -cp "$CLASS_PATH" dev.millrace.cli.Millrace "$@" 3>&2 2>/dev/null
      }
      { echo first; millrace --no-such; millrace broker --help; echo last; } > "$FILE" 2>&1
      """;

  @TempDir private Path dir;

  @Test
  void noOutputIsWrittenOverAnother() throws Exception {
    Path file = dir.resolve("output.txt");
    ProcessBuilder script =
        new ProcessBuilder(Programs.require("bash", "bash").toString(), "-c", SCRIPT);
    script
        .environment()
        .putAll(
            Map.of(
                "JAVA", Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "LOGS", dir.resolve("logs").toString(),
                "CLASS_PATH", System.getProperty("java.class.path"),
                "FILE", file.toString()));

    assertThat(script.inheritIO().start().waitFor()).isZero();

    assertThat(Files.readString(file))
        .isEqualTo(
            "first\n" + Cli.run("--no-such").err() + Cli.run("broker", "--help").out() + "last\n");
  }
}
