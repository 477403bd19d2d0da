package dev.millrace.cli.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the log is: in the project, unless it may not be written to. */
public final class LogFile {
  // What log4j2-cli.properties goes by.
  private static final String DIRECTORY = "millrace.logs";

  private LogFile() {}

  /**
   * Looks for a place that can be written to, before anything is logged: that of the system
   * property {@code millrace.logs}, else {@code .millrace/logs} in the user's home, as where root
   * has installed the project, else a temporary directory.
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
        // Then nothing can be written anywhere; the log's own complaint says so.
      }
    }
  }

  /** The log of the commands. */
  public static Path file() {
    return Path.of(System.getProperty(DIRECTORY, "logs"), "millrace.log");
  }

  private static boolean isWritable(Path file) {
    if (Files.exists(file)) {
      return Files.isWritable(file);
    }
    Path existing = file.toAbsolutePath().getParent();
    while (!Files.exists(existing)) {
      existing = existing.getParent();
    }
    return Files.isDirectory(existing) && Files.isWritable(existing);
  }
}
