package dev.millrace.cli.cluster;

import dev.millrace.cli.console.CliError;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Changes the parallelism of a running job. */
@Command(
    name = "rescale",
    description = {
      "Changes the parallelism of a job on a cluster.",
      "The job takes a checkpoint, pauses for about a second, and all models continue.",
      "Needs the adaptive scheduler, which ./millrace cluster uses; elsewhere stop with a",
      "savepoint and start from it."
    },
    footer = {"", "Example:", "  ./millrace rescale -c fraud.yaml --parallelism 4"})
public final class RescaleCommand implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      required = true,
      description = "Subtasks of each operator.")
  private int parallelism;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    if (parallelism < 1) {
      throw new ParameterException(
          spec.commandLine(), "--parallelism must be at least 1, but was " + parallelism);
    }
    ClusterOptions.Found found = cluster.find();
    FlinkRest rest = found.rest();
    int slots = ClusterOptions.answer(rest, rest::slots);
    if (parallelism > slots) {
      throw CliError.usage(
          "--parallelism %d needs as many slots; the cluster at %s has %d. Start it with more"
                  .formatted(parallelism, rest.address(), slots)
              + " --taskmanagers or --slots.");
    }
    ClusterOptions.answer(
        rest,
        () -> {
          rest.rescale(found.id(), parallelism);
          // The job changes at a checkpoint, so that it reads nothing again.
          if (!isDone(found)) {
            rest.triggerCheckpoint(found.id());
          }
          return found;
        });
    cluster.await(
        found, "rescale", () -> isDone(found) ? Optional.of(parallelism) : Optional.empty());
    spec.commandLine()
        .getOut()
        .printf("%s runs with parallelism %d.%n", found.job().name(), parallelism);
    return 0;
  }

  private boolean isDone(ClusterOptions.Found found) throws IOException, InterruptedException {
    FlinkRest rest = found.rest();
    for (FlinkRest.Job job : rest.jobs()) {
      if (job.id().equals(found.id()) && job.status().isGloballyTerminalState()) {
        throw new CliError(
            "The job ended (%s) before its parallelism changed."
                .formatted(job.status().name().toLowerCase(Locale.ROOT)));
      }
    }
    return rest.parallelism(found.id()).equals(Set.of(parallelism)) && rest.isRunning(found.id());
  }
}
