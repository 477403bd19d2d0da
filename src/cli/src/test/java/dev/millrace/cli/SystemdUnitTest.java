package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unit file, as it stands and as systemd understands it. */
class SystemdUnitTest {
  private static final Path FILE = Path.of("deploy", "systemd", "millrace@.service");
  private static final String LAUNCHER = "/opt/millrace/millrace";

  @TempDir private Path dir;

  @Test
  void theCommandIsOneOfMillrace() throws IOException {
    String line =
        value("ExecStart").replace("%i", "fraud").replace("${MILLRACE_PROMETHEUS}", "9249");

    assertThat(line).startsWith(LAUNCHER + " run -c /etc/millrace/fraud.yaml ");
    List<String> words = List.of(line.substring(LAUNCHER.length() + 1).split(" "));
    Millrace.commandLine().parseArgs(words.toArray(String[]::new)); // throws if it is wrong
  }

  @Test
  void aStopBySignalIsASuccessAndReachesTheCommandAlone() throws IOException {
    assertThat(value("SuccessExitStatus")).isEqualTo("130 143");
    assertThat(value("KillMode")).isEqualTo("mixed");
    assertThat(value("Restart")).isEqualTo("on-failure");
  }

  @Test
  void systemdAcceptsIt() throws IOException {
    Path verifier = Programs.require("systemd-analyze", "systemd");
    Path unit = dir.resolve("millrace@fraud.service");
    // It has to be there.
    Files.writeString(unit, Files.readString(FILE).replace(LAUNCHER, "/bin/true"));

    assertThat(ChildJvm.run(List.of(verifier.toString(), "verify", unit.toString()))).isBlank();
  }

  private static String value(String key) throws IOException {
    return Files.readAllLines(FILE).stream()
        .filter(line -> line.startsWith(key + "="))
        .findFirst()
        .orElseThrow()
        .substring(key.length() + 1);
  }
}
