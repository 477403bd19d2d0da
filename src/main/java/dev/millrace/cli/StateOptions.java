package dev.millrace.cli;

import dev.millrace.Settings;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Options of the commands that start a job: where its state is, and how much of it stays. */
final class StateOptions {
  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      defaultValue = "millrace-state",
      description =
          "Checkpoints, savepoints and a cluster's logs, a directory for each pipeline"
              + " (default: ${DEFAULT-VALUE}).")
  private Path stateDir;

  @Option(
      names = "--keep-savepoints",
      paramLabel = "N",
      defaultValue = "10",
      description =
          "Of older starts' savepoints, and jobs with checkpoints, so many of the newest stay;"
              + " besides those of ./millrace savepoint and --from-savepoint"
              + " (default: ${DEFAULT-VALUE}).")
  private int kept;

  @Spec(Target.MIXEE)
  private CommandSpec command;

  void check() {
    if (kept < 1) {
      throw new ParameterException(
          command.commandLine(), "--keep-savepoints must be at least 1, but was " + kept);
    }
  }

  /** The directory of a pipeline. */
  Path of(Settings settings) {
    return stateDir.resolve(settings.pipeline()).toAbsolutePath().normalize();
  }

  /**
   * Removes old savepoints and checkpoints of a pipeline that does not run.
   *
   * @param used the one that it will start from
   * @return the directory, and how many were removed, for the user
   */
  String tidied(Path directory, Optional<Path> used) {
    int removed = OldSnapshots.removeAllBut(kept, directory, used);
    return directory + (removed == 0 ? "" : "   (old savepoints removed: " + removed + ")");
  }
}
