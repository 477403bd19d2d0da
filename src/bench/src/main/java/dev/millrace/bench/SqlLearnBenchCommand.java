package dev.millrace.bench;

import dev.millrace.config.Settings.Backend;
import dev.millrace.nn.AutoSpec;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the learning function of Flink SQL. */
@Command(
    name = "sql-learn",
    description = {
      "Measures rows per second that the SQL function millrace_learn learns, and the job's rate.",
      "Both learn generated examples without a topic, in turn with a function that only returns its",
      "rows. The network has 8 features, 32 relu neurons and 2 classes, and learns by plain gradient",
      "descent."
    },
    footer = {
      "",
      "Example:",
      "  taskset -c 1 ./millrace bench sql-learn --json",
      "  ./millrace bench sql-learn --backend rocksdb --auto fast --rows 200000"
    })
final class SqlLearnBenchCommand implements Callable<Integer> {
  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "2000000",
      description = "Rows of each job (default: ${DEFAULT-VALUE}).")
  private int rows;

  @Option(
      names = "--keys",
      paramLabel = "K",
      defaultValue = "100",
      description = "Model keys (default: ${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--auto",
      paramLabel = "TIER",
      description = "Learns with model: auto instead of the network: fast, balanced or accurate.")
  private AutoSpec.@Nullable Tier auto;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "heap",
      description = "heap or rocksdb (default: ${DEFAULT-VALUE}).")
  private Backend backend;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      defaultValue = "1",
      description = "Rounds to warm up (default: ${DEFAULT-VALUE}).")
  private int warmup;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Measured rounds, whose median is reported (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(names = "--json", description = "Ends with one line of JSON.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    BenchCommand.require(spec, "--rows", rows, 1000);
    BenchCommand.require(spec, "--keys", keys, 1);
    BenchCommand.require(spec, "--warmup", warmup, 0);
    BenchCommand.require(spec, "--rounds", rounds, 1);
    SqlLearnBench.Result result =
        new SqlLearnBench(rows, keys, auto, backend)
            .run(warmup, rounds, spec.commandLine().getErr());
    spec.commandLine().getOut().println(json ? result.toJson() : result.toText());
    return 0;
  }
}
