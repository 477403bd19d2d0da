package dev.millrace.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.bench.streams.StreamsBenchCommand;
import dev.millrace.bench.streams.TuneBenchCommand;
import dev.millrace.cli.AddedCommand;
import dev.millrace.nn.Activation;
import dev.millrace.nn.AutoSpec;
import dev.millrace.simd.KernelProvider;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures on this machine the figures that the README gives. */
@Command(
    name = "bench",
    description = "Reproduces the figures of the README on this machine.",
    subcommands = {
      BenchCommand.Step.class,
      PipelineBenchCommand.class,
      StateBenchCommand.class,
      SqlBenchCommand.class,
      SqlLearnBenchCommand.class,
      DerivedBenchCommand.class,
      IdsBenchCommand.class,
      AccuracyCommand.class,
      StreamsBenchCommand.class,
      TuneBenchCommand.class,
      IntervalsBenchCommand.class,
      ReasonsBenchCommand.class,
      OutputsBenchCommand.class,
      ResultsCommand.class,
      KindsBenchCommand.class
    },
    footer = {
      "",
      "Examples:",
      "  ./millrace bench step --layers 8,32,2 --batch 1 --optimizer sgd --json",
      "  ./millrace bench pipeline --keys 100 --json",
      "  ./millrace bench state --keys 100000 --backend rocksdb --json",
      "  ./millrace bench sql --json",
      "  ./millrace bench sql-learn --keys 100 --json",
      "  ./millrace bench ids --json",
      "  ./millrace bench accuracy --seeds 1",
      "  ./millrace bench streams --rows 2000 --seeds 1",
      "  ./millrace bench intervals",
      "  ./millrace bench reasons",
      "  ./millrace bench results",
      "  ./millrace bench kinds"
    })
public final class BenchCommand implements AddedCommand {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "A command is missing: bench step, bench pipeline, bench state, bench sql, bench sql-learn,"
            + " bench derived, bench ids, bench accuracy, bench streams, bench tune,"
            + " bench intervals, bench reasons, bench outputs, bench results or bench kinds");
  }

  @Command(
      name = "step",
      description = {
        "Measures examples per second of training steps, without Kafka and Flink.",
        "A step is forward pass, loss, backward pass and update of a network with softmax and",
        "cross-entropy, without normalization, on a small pool of random examples. The rate is per",
        "second of processor time of the training thread, the median of several JVMs."
      },
      footer = {
        "",
        "Example:",
        "  ./millrace bench step --layers 8,32,2 --batch 1 --optimizer sgd --json",
        "  taskset -c 1 ./millrace bench step --layers 784,256,128,10 --batch 64",
        "  taskset -c 1 ./millrace bench step --layers 8,2 --auto balanced --batch 16"
      })
  static final class Step implements Callable<Integer> {
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
    private StepLoop.Algorithm optimizer;

    @Option(
        names = "--activation",
        paramLabel = "NAME",
        defaultValue = "relu",
        description =
            "Activation of the hidden layers, as in a pipeline file: relu, tanh, elu ... (default:"
                + " ${DEFAULT-VALUE}).")
    private Activation activation;

    @Option(
        names = "--auto",
        paramLabel = "TIER",
        description =
            "Measures model: auto instead of a network: fast, balanced or accurate. Uses the first"
                + " and the last number of --layers; --batch is the number of records in a call.")
    private AutoSpec.@Nullable Tier auto;

    @Option(
        names = "--models",
        paramLabel = "N",
        defaultValue = "1",
        description = "Number of models, which learn in random order (default: ${DEFAULT-VALUE}).")
    private int models;

    @Option(
        names = "--seconds",
        paramLabel = "S",
        defaultValue = "3",
        description = "Seconds to measure in each JVM (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
        names = "--warmup",
        paramLabel = "S",
        defaultValue = "8",
        description =
            "Seconds to warm up; the JIT compiler needs about 8 (default: ${DEFAULT-VALUE}).")
    private double warmup;

    @Option(
        names = "--jvms",
        paramLabel = "N",
        defaultValue = "3",
        description = "Number of JVMs, one after the other (default: ${DEFAULT-VALUE}).")
    private int jvms;

    @Option(
        names = "--without-module",
        description =
            "Also measures JVMs without flags, as on clusters that allow none: the module"
                + " jdk.incubator.vector is missing, and the compiler alone uses SIMD. They"
                + " alternate with the others.")
    private boolean withoutModule;

    @Option(names = "--json", description = "Ends with one line of JSON.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
      if (layers.length < 2) {
        throw new ParameterException(
            spec.commandLine(), "--layers needs at least inputs and classes, such as 8,32,2");
      }
      for (int units : layers) {
        require(spec, "a number of --layers", units, 1);
      }
      require(spec, "the last of --layers", layers[layers.length - 1], 2);
      require(spec, "--batch", batch, 1);
      require(spec, "--models", models, 1);
      require(spec, "--jvms", jvms, 1);
      if (!(seconds > 0) || !(warmup >= 0)) {
        throw new ParameterException(
            spec.commandLine(), "--seconds must be above 0 and --warmup at least 0");
      }
      StepBench bench =
          new StepBench(
              layers,
              activation,
              batch,
              optimizer,
              auto,
              models,
              warmup,
              seconds,
              jvms,
              withoutModule);
      StepBench.Result result = bench.run(spec.commandLine().getErr());
      spec.commandLine().getOut().println(json ? result.toJson() : result.toText());
      return 0;
    }
  }

  static void require(CommandSpec spec, String option, long value, long min) {
    if (value < min) {
      throw new ParameterException(
          spec.commandLine(), option + " must be at least " + min + ", but was " + value);
    }
  }

  /** Adds the machine and the JVM to a result. */
  static void describeMachine(ObjectNode json) {
    json.put("simd_bits", KernelProvider.kernels().bits());
    json.put("processors", Runtime.getRuntime().availableProcessors());
    json.put("jdk", Runtime.version().toString());
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
