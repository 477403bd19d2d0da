package dev.millrace.cli.cluster;

import dev.millrace.cli.console.CliError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Process of a local cluster that can be restarted. Not thread-safe. */
final class ClusterMember {
  private static final long SECONDS_TO_STOP = 5;
  private static final long QUICK_DEATH_NANOS = 20_000_000_000L;
  private static final int MAX_QUICK_DEATHS = 3;
  // Exit code and last output of a JVM with -XX:+ExitOnOutOfMemoryError.
  private static final int NO_MEMORY_CODE = 3;
  private static final String NO_MEMORY = "Terminating due to java.lang.OutOfMemoryError";

  private final String name;
  private final Path log;
  private final Path output;
  private final Supplier<List<String>> command;
  private Process process;
  private long started;
  private int quickDeaths;

  /**
   * Starts the process.
   *
   * @param name for the user
   * @param log the file that the process logs to
   * @param output file for what it prints, such as a JVM's last words
   * @param command supplies the command at each start
   */
  ClusterMember(String name, Path log, Path output, Supplier<List<String>> command) {
    this.name = name;
    this.log = log;
    this.output = output;
    this.command = command;
    this.process = start();
  }

  private Process start() {
    ProcessBuilder builder =
        new ProcessBuilder(command.get())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
    // These belong to another Flink installation.
    builder.environment().keySet().removeIf(variable -> variable.startsWith("FLINK_"));
    started = System.nanoTime();
    try {
      return builder.start();
    } catch (IOException e) {
      throw new CliError("The " + name + " could not be started: " + e.getMessage(), e);
    }
  }

  String name() {
    return name;
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Restarts a dead process.
   *
   * @return what happened, in one line
   * @throws CliError if it has died too often soon after its start
   */
  String startAgain() {
    String death =
        "The %s (pid %d) ended with exit code %d%s"
            .formatted(name, pid(), process.exitValue(), hadNoMemory() ? " (out of memory)" : "");
    boolean quick = System.nanoTime() - started < QUICK_DEATH_NANOS;
    quickDeaths = quick ? quickDeaths + 1 : 0;
    if (quickDeaths == MAX_QUICK_DEATHS) {
      throw new CliError(
          "%s, %d times in a row soon after its start. The cause is in %s or %s."
              .formatted(death, MAX_QUICK_DEATHS, log, output.getFileName()));
    }
    process = start();
    return "%s; started again as pid %d.".formatted(death, pid());
  }

  // The last words in the file may be those of an earlier start, so they are not enough.
  private boolean hadNoMemory() {
    if (process.exitValue() != NO_MEMORY_CODE) {
      return false;
    }
    try (Stream<String> lines = Files.lines(output, StandardCharsets.ISO_8859_1)) {
      return lines.reduce((first, second) -> second).orElse("").startsWith(NO_MEMORY);
    } catch (IOException e) {
      return false; // then it is unknown
    }
  }

  /** Asks the process to end. */
  void terminate() {
    process.destroy();
  }

  /** Waits for the end of a process that was asked to, then makes it end. */
  void awaitEnd() {
    try {
      if (!process.waitFor(SECONDS_TO_STOP, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor(SECONDS_TO_STOP, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
