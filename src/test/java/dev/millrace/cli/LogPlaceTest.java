package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.MillraceProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Where processes log that may not write everywhere. A file in the way keeps out root, too. */
class LogPlaceTest {
  @TempDir private Path dir;

  /** Logs a line, as each command does sooner or later, and says where it is. */
  static final class Logging {
    public static void main(String[] args) {
      LogPlace.choose();
      LoggerFactory.getLogger(Logging.class).info("a line");
      System.out.print(LogPlace.file());
    }
  }

  @Test
  void logsAreWhereTheyAreWanted() throws Exception {
    assertThat(placeOfTheLog()).isEqualTo(dir.resolve("logs/millrace.log"));
  }

  @Test
  void whereNothingMayBeWrittenTheyGoToTheUsersHome() throws Exception {
    Files.createFile(dir.resolve("logs"));

    assertThat(placeOfTheLog()).isEqualTo(dir.resolve("home/.millrace/logs/millrace.log"));
  }

  @Test
  void whereTheHomeMayNotBeWrittenToEitherTheyAreTemporary() throws Exception {
    Files.createFile(dir.resolve("logs"));
    Files.createFile(dir.resolve("home"));

    assertThat(placeOfTheLog().getParent().getFileName().toString()).startsWith("millrace-logs-");
  }

  private Path placeOfTheLog() throws Exception {
    List<String> flags =
        List.of(
            "-Duser.home=" + dir.resolve("home"),
            "-Djava.io.tmpdir=" + dir,
            "-Dlog4j2.configurationFile=log4j2-cli.properties");
    try (MillraceProcess process =
        MillraceProcess.start(dir, "logging", Logging.class, flags, List.of())) {
      assertThat(process.awaitEnd()).as(process::err).isZero();
      assertThat(process.err()).isEmpty();
      Path log = Path.of(process.out());
      assertThat(log).content().contains("a line");
      return log;
    }
  }
}
