package dev.millrace.cli.cluster;

import dev.millrace.cli.run.OldSnapshots;
import dev.millrace.cli.run.Snapshots;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Takes a savepoint of a running job. */
@Command(
    name = "savepoint",
    description = {
      "Takes a savepoint of a job on a cluster; the job continues.",
      "Prints its path for --from-savepoint of run and cluster. It stays until you remove it."
    },
    footer = {"", "Example:", "  ./millrace savepoint -c fraud.yaml"})
public final class SavepointCommand implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    ClusterOptions.Found found = cluster.find();
    FlinkRest rest = found.rest();
    String request = ClusterOptions.answer(rest, () -> rest.triggerSavepoint(found.id()));
    String path = cluster.await(found, "savepoint", () -> rest.savepoint(found.id(), request));
    Snapshots.local(path).filter(Files::isDirectory).ifPresent(OldSnapshots::keep);
    spec.commandLine().getOut().println(Snapshots.shown(path));
    return 0;
  }
}
