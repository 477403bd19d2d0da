package dev.millrace.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Millrace;
import dev.millrace.testing.MillraceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Brokers in processes of their own, and the temporary directories of those that are killed. */
class TemporaryDirectoriesITCase {
  @TempDir private Path dir;

  @Test
  void theNextStartDeletesFilesOfKilledProcessesOnly() throws Exception {
    Path temporary = Files.createDirectory(dir.resolve("tmp"));
    Path ofSomebodyElse = Files.createDirectory(temporary.resolve("millrace-notes"));
    try (MillraceProcess stays = broker(temporary)) {
      Path used = data(stays);
      Path left;
      try (MillraceProcess killed = broker(temporary)) {
        left = data(killed);
        killed.kill();
      }
      assertThat(left).isDirectory();

      try (MillraceProcess next = broker(temporary)) {
        assertThat(list(temporary)).containsExactlyInAnyOrder(ofSomebodyElse, used, data(next));
        next.terminate();
        next.awaitEnd();
      }
      assertThat(list(temporary)).containsExactlyInAnyOrder(ofSomebodyElse, used);
    }
  }

  @Test
  void aPlaceThatCannotBeUsedIsALineWithTheWayOut() throws Exception {
    List<String> flags = List.of("-Djava.io.tmpdir=" + dir.resolve("none"));
    List<String> command = List.of("broker", "--port", "0");
    try (MillraceProcess broker =
        MillraceProcess.start(dir, "broker", Millrace.class, flags, command)) {

      assertThat(broker.awaitEnd()).isEqualTo(1);
      assertThat(broker.err())
          .contains("No temporary directory could be created: ", " does not exist.")
          .endsWith("JAVA_OPTS=-Djava.io.tmpdir=DIR\n");
    }
  }

  private MillraceProcess broker(Path temporary) throws IOException {
    MillraceProcess broker =
        MillraceProcess.start(
            dir,
            "broker",
            Millrace.class,
            List.of("-Djava.io.tmpdir=" + temporary),
            List.of("broker", "--port", "0"));
    broker.awaitOut("Broker at ");
    return broker;
  }

  private static Path data(MillraceProcess broker) {
    return Path.of(broker.find("data in (\\S+)"));
  }

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> paths = Files.list(directory)) {
      return paths.toList();
    }
  }
}
