package dev.millrace.cli.run;

import dev.millrace.config.Settings;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Options of the commands that start a job: its state directory, and snapshots to keep. */
public final class StateOptions {
  /** Default of {@code --state-dir} in help texts. */
  public static final String DEFAULT = "millrace-state next to the pipeline file";

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description =
          "Checkpoints, savepoints and a cluster's logs, a directory for each pipeline"
              + " (default: "
              + DEFAULT
              + ").")
  private @Nullable Path stateDir;

  @Option(
      names = "--keep-savepoints",
      paramLabel = "N",
      defaultValue = "10",
      description =
          "Number of savepoints and jobs with checkpoints of older starts that stay, besides those"
              + " of savepoint and --from-savepoint (default: ${DEFAULT-VALUE}).")
  private int kept;

  @Spec(Target.MIXEE)
  private CommandSpec command;

  public void check() {
    if (kept < 1) {
      throw new ParameterException(
          command.commandLine(), "--keep-savepoints must be at least 1, but was " + kept);
    }
  }

  /**
   * Returns the directory of a pipeline.
   *
   * @param config the pipeline file
   */
  public Path of(Settings settings, Path config) {
    return directory(stateDir, config).resolve(settings.pipeline()).toAbsolutePath().normalize();
  }

  /**
   * Returns the directory of all pipelines' state. The default does not depend on the working
   * directory: otherwise a pipeline started from another one would continue with new models.
   *
   * @param given by the user
   * @param config the pipeline file
   */
  public static Path directory(@Nullable Path given, @Nullable Path config) {
    if (given != null) {
      return given;
    }
    Path state = Path.of("millrace-state");
    return config == null ? state : config.toAbsolutePath().normalize().resolveSibling(state);
  }

  /**
   * Removes old savepoints and checkpoints of a pipeline that does not run.
   *
   * @param used the one that it will start from
   * @return the directory, and how many were removed, for the user
   */
  public String tidied(Path directory, Optional<Path> used) {
    int removed = OldSnapshots.removeAllBut(kept, directory, used);
    return directory + (removed == 0 ? "" : "   (old savepoints removed: " + removed + ")");
  }
}
