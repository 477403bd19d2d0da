package dev.millrace.cli.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Location of the log: in the project if that is writable. */
public final class LogFile {
  // Also in log4j2-cli.properties.
  private static final String DIRECTORY = "millrace.logs";

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
