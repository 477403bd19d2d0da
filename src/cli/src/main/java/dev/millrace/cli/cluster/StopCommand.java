package dev.millrace.cli.cluster;

import dev.millrace.cli.run.LeaseCheck;
import dev.millrace.cli.run.Snapshots;
import dev.millrace.kafka.LeaseRecord;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Stops a job on a cluster. */
@Command(
    name = "stop",
    description = {
      "Stops a job on a cluster with a savepoint and prints its path.",
      "A cluster of ./millrace cluster ends with its job."
    },
    footer = {
      "",
      "Examples:",
      "  ./millrace stop -c fraud.yaml --savepoint",
      "  ./millrace stop -c fraud.yaml --force"
    })
public final class StopCommand implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;

  @ArgGroup(multiplicity = "1")
  private How how;

  @Spec private CommandSpec spec;

  private static final class How {
    @Option(
        names = "--savepoint",
        required = true,
        description = "Writes a savepoint for a later start with --from-savepoint.")
    @SuppressWarnings("unused") // picocli needs somewhere to put it
    private boolean savepoint;

    @Option(
        names = "--drain",
        required = true,
        description =
            "Ends as at the end of the input: writes last metrics, and each model to the models topic.")
    private boolean drain;

    @Option(
        names = "--force",
        required = true,
        description =
            "Ends the job through the brokers, wherever it runs and without a savepoint: for one"
                + " whose Flink cannot be reached. Needs -c.")
    private boolean force;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (how.force) {
      LeaseRecord ended =
          LeaseCheck.revoke(cluster.pipeline("--force"), spec.commandLine().getErr()::println);
      spec.commandLine()
          .getOut()
          .printf("Ended the job %s. The next one may start.%n", ended.description());
      return 0;
    }
    ClusterOptions.Found found = cluster.find();
    FlinkRest rest = found.rest();
    String request = ClusterOptions.answer(rest, () -> rest.triggerStop(found.id(), how.drain));
    String path = cluster.await(found, "stop", () -> rest.savepoint(found.id(), request));
    spec.commandLine().getOut().println(Snapshots.shown(path));
    return 0;
  }
}
