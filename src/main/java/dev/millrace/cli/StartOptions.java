package dev.millrace.cli;

import dev.millrace.Settings;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options of the commands that start a job: what its models continue from. */
final class StartOptions {
  @Option(
      names = "--fresh",
      description =
          "Starts with new models, though there is a checkpoint to continue from; where in the"
              + " topic, input.start says (committed: behind what was read).")
  private boolean fresh;

  @Option(
      names = "--from-savepoint",
      paramLabel = "DIR",
      description =
          "Continues from this savepoint or checkpoint (default: the newest in the state"
              + " directory).")
  private String savepoint;

  /**
   * Looks at what was asked for, before anything takes time.
   *
   * @throws CliError if it is no savepoint
   */
  void check() {
    if (savepoint != null) {
      Snapshots.given(savepoint);
    }
  }

  /**
   * The checkpoint or savepoint to continue from, if there is one.
   *
   * @param stateDir where the pipeline's checkpoints are
   * @throws CliError if the one that was asked for is none or damaged, or if the newest one cannot
   *     keep what the pipeline promises
   */
  Optional<Path> from(Path stateDir, Settings settings) {
    if (fresh) {
      return Optional.empty();
    }
    if (savepoint == null) {
      Optional<Path> newest = Snapshots.newest(stateDir);
      newest.ifPresent(path -> new SnapshotCheck(stateDir, path).require(settings));
      return newest;
    }
    Path given = Snapshots.given(savepoint);
    new SnapshotCheck(stateDir, given).requireReadable();
    return Optional.of(given);
  }

  /** What happens to the models, in words. */
  static String describe(Optional<Path> from) {
    return from.map(path -> "continue from " + path.getFileName()).orElse("start empty");
  }
}
