package dev.millrace.cli.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.logging.log4j.Level;

/** Location of the log: in the project if that is writable. */
public final class LogFile {
  // Both are also in log4j2-cli.properties.
  private static final String DIRECTORY = "millrace.logs";
  private static final String LEVEL = "MILLRACE_LOG_LEVEL";

  private LogFile() {}

  /**
   * Chooses a writable directory before anything is logged: the system property {@code
   * millrace.logs}, else {@code .millrace/logs} in the user's home, else a temporary directory.
   */
  public static void choose() {
    if (isWritable(file())) {
      return;
    }
    System.setProperty(
        DIRECTORY, Path.of(System.getProperty("user.home"), ".millrace", "logs").toString());
    if (!isWritable(file())) {
      try {
        System.setProperty(DIRECTORY, Files.createTempDirectory("millrace-logs-").toString());
      } catch (IOException e) {
        // No directory is writable; LogWriteFailure reports it.
      }
    }
  }

  /**
   * Checks the level in the environment, which log4j would silently replace by another one.
   *
   * @throws IllegalArgumentException if there is no such level
   */
  public static void checkLevel() {
    String level = System.getenv(LEVEL);
    if (level != null && Level.getLevel(level.toUpperCase(Locale.ROOT)) == null) {
      throw new IllegalArgumentException(
          LEVEL
              + " must be one of off, fatal, error, warn, info, debug, trace, but was "
              + level
              + ".");
    }
  }

  /** Returns the log file of the commands. */
  public static Path file() {
    return Path.of(System.getProperty(DIRECTORY, "logs"), "millrace.log");
  }

  private static boolean isWritable(Path file) {
    if (Files.exists(file)) {
      return Files.isWritable(file);
    }
    Path existing = Directories.existing(file);
    return Files.isDirectory(existing) && Files.isWritable(existing);
  }
}
