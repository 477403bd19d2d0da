package dev.millrace.cli.run;

import dev.millrace.cli.console.CliError;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.flink.runtime.checkpoint.CheckpointFailureReason;

/**
 * Reports in one line that checkpoints fail, and in another that one is complete again. The job
 * continues meanwhile, and Flink writes the cause to its log only.
 */
public final class CheckpointWatch {
  private static final int PROBE_BYTES = 1 << 16;
  private static final int MIB = 1 << 20;

  // Failures that Flink tolerates; others come with the end or a restart of the job.
  private static final List<String> TROUBLE =
      List.of(
          CheckpointFailureReason.IO_EXCEPTION.message(),
          CheckpointFailureReason.CHECKPOINT_ASYNC_EXCEPTION.message(),
          CheckpointFailureReason.CHECKPOINT_DECLINED.message(),
          CheckpointFailureReason.CHECKPOINT_EXPIRED.message(),
          CheckpointFailureReason.FINALIZE_CHECKPOINT_FAILURE.message(),
          CheckpointFailureReason.TRIGGER_CHECKPOINT_FAILURE.message());

  private final Path stateDir;
  private final String log;
  private final PrintWriter err;
  private boolean reported;

  /**
   * @param stateDir where checkpoints are, in a directory for each job
   * @param log where the cause is in full, for the user
   */
  public CheckpointWatch(Path stateDir, String log, PrintWriter err) {
    this.stateDir = stateDir;
    this.log = log;
    this.err = err;
  }

  /** Asks Flink for the newest checkpoints of a job. */
  public void look(JobStatistics statistics, String job) throws InterruptedException {
    try {
      JobStatistics.Checkpoints newest = statistics.checkpoints();
      if (reported && newest.completed() > newest.failed()) {
        reported = false;
        err.printf("Checkpoint %d is complete.%n", newest.completed());
      } else if (!reported
          && newest.failed() > newest.completed()
          && TROUBLE.stream().anyMatch(newest.failure()::contains)) {
        reported = true;
        report(newest, stateDir.resolve(job).toFile());
      }
    } catch (IOException | CliError e) {
      // Between two states of the job; the next look succeeds.
    }
  }

  private void report(JobStatistics.Checkpoints newest, File directory) {
    String failure = newest.failure().replaceFirst("\\.$", "");
    // A user may have removed it.
    if (directory.exists()) {
      failure =
          "%s, %,d MiB free in %s"
              .formatted(
                  obstacle(directory).orElse(failure), directory.getUsableSpace() / MIB, directory);
    }
    err.printf("Checkpoint %d failed: %s (more in %s)%n", newest.failed(), failure, log);
  }

  /** Returns the operating system's error on writing a file, if there is one. */
  private static Optional<String> obstacle(File directory) {
    try {
      File file = File.createTempFile("probe", null, directory);
      try (FileOutputStream out = new FileOutputStream(file)) {
        out.write(new byte[PROBE_BYTES]);
      } finally {
        Files.delete(file.toPath());
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.ofNullable(e.getMessage());
    }
  }
}
