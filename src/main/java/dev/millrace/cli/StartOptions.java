package dev.millrace.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options of the commands that start a job: what its models continue from. */
final class StartOptions {
  @Option(
      names = "--fresh",
      description = "Starts with new models, though there is a checkpoint to continue from.")
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
   * @throws CliError if the one that was asked for is none
   */
  Optional<Path> from(Path stateDir) {
    if (savepoint != null) {
      return Optional.of(Snapshots.given(savepoint));
    }
    return fresh ? Optional.empty() : Snapshots.newest(stateDir);
  }

  /** What happens to the models, in words. */
  static String describe(Optional<Path> from) {
    return from.map(path -> "continue from " + path.getFileName()).orElse("start empty");
  }
}
