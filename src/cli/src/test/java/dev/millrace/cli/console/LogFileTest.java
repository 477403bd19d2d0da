package dev.millrace.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.millrace.cli.Millrace;
import dev.millrace.testing.MillraceProcess;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Where processes log that may not write everywhere. A file in the way keeps out root, too. */
class LogFileTest {
  @TempDir private Path dir;
  private String err;

  /** Logs a line, as each command does sooner or later, and says where it is. */
  static final class Logging {
    public static void main(String[] args) {
      LogFile.choose();
      LoggerFactory.getLogger(Logging.class).info("a line");
      System.out.print(LogFile.file());
    }
  }

  @Test
  void logsAreWhereTheyAreWanted() throws Exception {
    assertThat(placeOfTheLog()).isEqualTo(dir.resolve("logs/millrace.log"));
  }

  @Test
  void withoutAWritableDirectoryLogsGoToTheUsersHome() throws Exception {
    Files.createFile(dir.resolve("logs"));

    assertThat(placeOfTheLog()).isEqualTo(dir.resolve("home/.millrace/logs/millrace.log"));
  }

  @Test
  void withoutAWritableHomeLogsAreTemporary() throws Exception {
    Files.createFile(dir.resolve("logs"));
    Files.createFile(dir.resolve("home"));

    assertThat(placeOfTheLog().getParent().getFileName().toString()).startsWith("millrace-logs-");
  }

  @Test
  void theLevelIsThatOfTheEnvironment() throws Exception {
    Path log = dir.resolve("logs/millrace.log");

    assertThat(startAt("warn", Logging.class)).isZero();
    assertThat(log).isEmptyFile();
    assertThat(startAt("DEBUG", Logging.class)).isZero();
    assertThat(log).content().contains("a line");
  }

  @Test
  void rejectsUnknownLogLevels() throws Exception {
    assertThat(startAt("loud", Millrace.class)).isEqualTo(2);
    assertThat(err)
        .isEqualToIgnoringNewLines(
            "MILLRACE_LOG_LEVEL must be one of off, fatal, error, warn, info, debug, trace, but was"
                + " loud.");
  }

  private int startAt(String level, Class<?> main) throws Exception {
    try (MillraceProcess process =
        MillraceProcess.start(
            dir,
            "logging",
            System.getProperty("java.class.path"),
            main.getName(),
            List.of("-Dlog4j2.configurationFile=log4j2-cli.properties"),
            List.of(),
            Map.of("MILLRACE_LOG_LEVEL", level))) {
      int exitCode = process.awaitEnd();
      err = process.err();
      return exitCode;
    }
  }

  /** Logs on a disk that is full. */
  static final class LoggingInVain {
    public static void main(String[] args) {
      LogFile.choose();
      LogWriteFailure.reportTo(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
      for (int i = 0; i < 3; i++) {
        LoggerFactory.getLogger(LoggingInVain.class).info("line {}", i);
      }
    }
  }

  @Test
  void aLogOnAFullDiskIsReportedOnceInOneLine() throws Exception {
    Path full = Path.of("/dev/full");
    assumeThat(full).exists();
    Path log = Files.createDirectory(dir.resolve("logs")).resolve("millrace.log");
    Files.createSymbolicLink(log, full);
    List<String> flags = List.of("-Dlog4j2.configurationFile=log4j2-cli.properties");
    try (MillraceProcess process =
        MillraceProcess.start(dir, "logging", LoggingInVain.class, flags, List.of())) {
      assertThat(process.awaitEnd()).isZero();
      assertThat(process.err())
          .isEqualToNormalizingNewlines(
              "The log %s cannot be written, and lacks lines: No space left on device\n"
                  .formatted(log));
    }
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
