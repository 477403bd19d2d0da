package dev.millrace.cli.run;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.kafka.CommittedOffsets;
import dev.millrace.config.Settings;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that select the snapshot that a job starts from. */
public final class StartOptions {
  @Option(
      names = "--fresh",
      description =
          "Starts with new models, even if there is a checkpoint. Reading starts at input.start"
              + " (committed: after the records that were read).")
  private boolean fresh;

  @Option(
      names = "--from-savepoint",
      paramLabel = "DIR",
      description =
          "Continues from this savepoint or checkpoint (default: the newest in the state"
              + " directory).")
  private @Nullable String savepoint;

  /**
   * Checks the given savepoint early.
   *
   * @param stateDir where the pipeline's checkpoints are
   * @throws CliError if it is no savepoint, or one of another pipeline
   */
  public void check(Path stateDir, Settings settings) {
    if (savepoint != null) {
      new SnapshotCheck(stateDir, Snapshots.given(savepoint)).requireOf(settings);
    }
  }

  /**
   * Returns the checkpoint or savepoint to continue from, if there is one.
   *
   * @param stateDir where the pipeline's checkpoints are
   * @throws CliError if the one that was asked for is none or damaged, or if the newest one cannot
   *     keep what the pipeline promises, or if the state directory cannot be written to
   */
  public Optional<Path> from(Path stateDir, Settings settings) throws InterruptedException {
    RestoreMarker marker = new RestoreMarker(stateDir);
    if (fresh) {
      marker.prepare(Optional.empty());
      return Optional.empty();
    }
    if (savepoint == null) {
      Optional<Path> newest = marker.newest();
      if (newest.isPresent()) {
        new SnapshotCheck(stateDir, newest.get()).require(settings);
      }
      return newest;
    }
    Path given = Snapshots.given(savepoint);
    new SnapshotCheck(stateDir, given).requireReadable(settings);
    OldSnapshots.keep(given);
    marker.prepare(Optional.of(given));
    return Optional.of(given);
  }

  /** Confirms the given start, now that the job has been started. */
  public void started(Path stateDir) {
    if (fresh || savepoint != null) {
      new RestoreMarker(stateDir).confirm();
    }
  }

  /** Returns where the models and, if not at the first record, reading start. */
  public static String describe(Optional<Path> from, Settings settings)
      throws InterruptedException {
    return from.isPresent()
        ? "continue from " + from.get().getFileName()
        : "start empty" + CommittedOffsets.of(settings).map(CommittedOffsets::text).orElse("");
  }
}
