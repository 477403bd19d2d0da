package dev.millrace.bench;

import dev.millrace.cli.AddedCommand;
import dev.millrace.nn.Activation;
import dev.millrace.nn.AutoSpec;
import java.util.Set;
import java.util.TreeSet;
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
    subcommands = {
      BenchCommand.Step.class,
      PipelineBenchCommand.class,
      StateBenchCommand.class,
      AccuracyCommand.class
    },
    footer = {
      "",
      "Example:",
      "  ./millrace bench step --layers 8,32,2 --batch 1 --optimizer sgd --json",
      "  ./millrace bench pipeline --keys 100 --json",
      "  ./millrace bench state --keys 100000 --backend rocksdb --json",
      "  ./millrace bench accuracy --seeds 1"
    })
public final class BenchCommand implements AddedCommand {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "A command is missing: bench step, bench pipeline, bench state or bench accuracy");
  }

  @Command(
      name = "step",
      description = {
        "Examples per second of whole training steps, without Kafka and Flink.",
        "A step is forward, loss, backward and update of a network with softmax and",
        "cross-entropy, not normalised, on a small pool of random examples.",
        "Counted in processor time of the training thread. Each measurement is a JVM",
        "of its own; the median counts."
      },
      footer = {
        "",
        "Example:",
        "  ./millrace bench step --layers 8,32,2 --batch 1 --optimizer sgd --json",
        "  taskset -c 1 ./millrace bench step --layers 784,256,128,10 --batch 64",
        "  taskset -c 1 ./millrace bench step --layers 8,2 --auto balanced --batch 16"
      })
  static final class Step implements Callable<Integer> {
    private static final Set<String> OPTIMIZERS =
        new TreeSet<>(Set.of("sgd", "momentum", "rmsprop", "adam"));

    @Option(
        names = "--layers",
        paramLabel = "N,N,..",
        split = ",",
        defaultValue = "8,32,2",
        description = "Inputs, hidden neurons and classes (default: ${DEFAULT-VALUE}).")
    private int[] layers;

    @Option(
        names = "--batch",
        paramLabel = "N",
        defaultValue = "1",
        description = "Examples in one update (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
        names = "--optimizer",
        paramLabel = "NAME",
        defaultValue = "sgd",
        description = "sgd, momentum, rmsprop or adam (default: ${DEFAULT-VALUE}).")
    private String optimizer;

    @Option(
        names = "--activation",
        paramLabel = "NAME",
        defaultValue = "relu",
        description =
            "Of the hidden layers, as in a pipeline file: relu, tanh, elu ... (default:"
                + " ${DEFAULT-VALUE}).")
    private Activation activation;

    @Option(
        names = "--auto",
        paramLabel = "TIER",
        description =
            "Times a record of model: auto instead: fast, balanced or accurate. Of --layers the"
                + " first and the last number count, --batch is how many records come at once.")
    private AutoSpec.Tier auto;

    @Option(
        names = "--models",
        paramLabel = "N",
        defaultValue = "1",
        description = "Separate models that learn in random order (default: ${DEFAULT-VALUE}).")
    private int models;

    @Option(
        names = "--one-by-one",
        description = "Hands over the examples of a batch in a call each, not in one.")
    private boolean oneByOne;

    @Option(
        names = "--seconds",
        paramLabel = "S",
        defaultValue = "3",
        description = "Measured in each JVM (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
        names = "--warmup",
        paramLabel = "S",
        defaultValue = "8",
        description =
            "Seconds before; below 8 the compiler is not done (default: ${DEFAULT-VALUE}).")
    private double warmup;

    @Option(
        names = "--jvms",
        paramLabel = "N",
        defaultValue = "3",
        description = "JVMs, one after the other (default: ${DEFAULT-VALUE}).")
    private int jvms;

    @Option(names = "--json", description = "Ends with one line of JSON.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
      if (layers.length < 2) {
        throw new ParameterException(
            spec.commandLine(), "--layers needs inputs and classes at least, as in 8,32,2");
      }
      for (int units : layers) {
        require(spec, "a number of --layers", units, 1);
      }
      require(spec, "the last of --layers", layers[layers.length - 1], 2);
      require(spec, "--batch", batch, 1);
      require(spec, "--models", models, 1);
      require(spec, "--jvms", jvms, 1);
      if (!OPTIMIZERS.contains(optimizer)) {
        throw new ParameterException(
            spec.commandLine(),
            "--optimizer must be one of "
                + String.join(", ", OPTIMIZERS)
                + ", but was "
                + optimizer);
      }
      if (!(seconds > 0) || !(warmup >= 0)) {
        throw new ParameterException(
            spec.commandLine(), "--seconds must be above 0 and --warmup at least 0");
      }
      boolean together = batch > 1 && !oneByOne;
      StepBench bench =
          new StepBench(
              layers, activation, batch, optimizer, auto, models, together, warmup, seconds, jvms);
      StepBench.Result result = bench.run(spec.commandLine().getErr());
      spec.commandLine().getOut().println(json ? result.toJson() : result.toText());
      return 0;
    }
  }

  static void require(CommandSpec spec, String option, int value, int least) {
    if (value < least) {
      throw new ParameterException(
          spec.commandLine(), option + " must be at least " + least + ", but was " + value);
    }
  }
}
