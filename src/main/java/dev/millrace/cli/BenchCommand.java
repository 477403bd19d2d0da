package dev.millrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures on the user's own machine what the README claims. */
@Command(
    name = "bench",
    description = "Reproduces the figures of the README on this machine.",
    subcommands = BenchCommand.Pipeline.class,
    footer = {"", "Example:", "  ./millrace bench pipeline --records 1000000 --keys 100 --json"})
final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "A command is missing: bench pipeline");
  }

  @Command(
      name = "pipeline",
      description = {
        "Records per second of the whole job, beside those of a consumer that only decodes.",
        "From a filled topic to the metrics topic; both in the same run, in turn.",
        "The broker is a process of its own; bind this one to a core with taskset."
      },
      footer = {
        "",
        "Example:",
        "  ./millrace bench pipeline --records 1000000 --keys 100 --json",
        "  taskset -c 1 ./millrace bench pipeline"
      })
  static final class Pipeline implements Callable<Integer> {
    @Option(
        names = "--records",
        paramLabel = "N",
        defaultValue = "1000000",
        description = "Records in the topic (default: ${DEFAULT-VALUE}).")
    private int records;

    @Option(
        names = "--features",
        paramLabel = "F",
        defaultValue = "8",
        description = "Numeric features of a record (default: ${DEFAULT-VALUE}).")
    private int features;

    @Option(
        names = "--keys",
        paramLabel = "K",
        defaultValue = "100",
        description = "Model keys (default: ${DEFAULT-VALUE}).")
    private int keys;

    @Option(
        names = "--classes",
        paramLabel = "C",
        defaultValue = "2",
        description = "Classes of the label (default: ${DEFAULT-VALUE}).")
    private int classes;

    @Option(
        names = "--rounds",
        paramLabel = "N",
        defaultValue = "3",
        description =
            "Rounds of ceiling and job; the first warms up, the median of the others counts"
                + " (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--json", description = "Ends with one line of JSON.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
      require("--records", records, 1000);
      require("--features", features, 1);
      require("--keys", keys, 1);
      require("--classes", classes, 2);
      require("--rounds", rounds, 2);
      PipelineBench bench = new PipelineBench(records, features, keys, classes);
      PipelineBench.Result result = bench.run(rounds, spec.commandLine().getErr());
      spec.commandLine().getOut().println(json ? result.toJson() : result.toText());
      return 0;
    }

    private void require(String option, int value, int least) {
      if (value < least) {
        throw new ParameterException(
            spec.commandLine(), option + " must be at least " + least + ", but was " + value);
      }
    }
  }
}
