package dev.millrace.bench;

import dev.millrace.bench.measure.Benchmark;
import dev.millrace.bench.measure.Measurement;
import dev.millrace.cli.console.CliError;
import dev.millrace.data.KebabCase;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.simd.KernelProvider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs {@link StepLoop} in several JVMs, because compiled code differs from one to the next. */
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
final class StepBench extends Benchmark {
  private static final Pattern OUTPUT = Pattern.compile("examples_per_s=(\\S+) peak_flops=(\\S+)");

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

  @Override
  protected Measurement measure() throws IOException, InterruptedException {
    if (layers.length < 2) {
      throw wrong("--layers needs at least inputs and classes, such as 8,32,2");
    }
    for (int units : layers) {
      require("a number of --layers", units, 1);
    }
    require("the last of --layers", layers[layers.length - 1], 2);
    require("--batch", batch, 1);
    require("--models", models, 1);
    require("--jvms", jvms, 1);
    if (!(seconds > 0) || !(warmup >= 0)) {
      throw wrong("--seconds must be above 0 and --warmup at least 0");
    }
    // The flags of this JVM, the module of the vectors among them.
    List<String> flags = ManagementFactory.getRuntimeMXBean().getInputArguments();
    List<Output> outputs = new ArrayList<>();
    List<Output> withoutFlags = new ArrayList<>();
    for (int j = 0; j < jvms; j++) {
      outputs.add(run(flags));
      err().printf("JVM %d of %d: %,.0f examples/s%n", j + 1, jvms, outputs.get(j).rate());
      if (withoutModule) {
        withoutFlags.add(run(List.of()));
        err().printf("Without the module: %,.0f examples/s%n", withoutFlags.get(j).rate());
      }
    }
    return result(outputs, withoutFlags);
  }

  /** What one JVM measured: examples per second, and the peak of its core. */
  private record Output(double rate, double peak) {}

  private Measurement result(List<Output> outputs, List<Output> withoutFlags) {
    double rate = Measurement.median(outputs, Output::rate);
    Measurement result = new Measurement();
    result.put("layers", layers);
    result.put("activation", auto == null ? activation.id() : null);
    result.put("batch", batch);
    result.put("optimizer", auto == null ? KebabCase.of(optimizer) : null);
    result.put("auto", auto == null ? null : auto.id());
    result.put("models", models);
    result.putRounded("examples_per_s", rate);
    if (auto == null) {
      double peak = Measurement.median(outputs, Output::peak);
      double flops = rate * flopsPerExample();
      result.put("gflops", flops / 1e9, 2);
      result.put("fma_peak_gflops", peak / 1e9, 1);
      result.put("fma_peak_fraction", flops / peak, 3);
      result.print(
          "%,.0f examples/s, %.0f %% of the core's peak of %.0f GFLOP/s",
          rate, 100 * flops / peak, peak / 1e9);
    } else {
      result.print("%,.0f records/s, %.2f µs each", rate, 1e6 / rate);
    }
    result.print(", %s", KernelProvider.kernels().description());
    if (withoutModule) {
      double without = Measurement.median(withoutFlags, Output::rate);
      result.putRounded("without_module_examples_per_s", without);
      result.put("without_module_fraction", without / rate, 3);
      result.print("; %,.0f without the module, fraction %.2f", without, without / rate);
    }
    return result.put("jvms", jvms);
  }

  /** Returns six for each weight, less the gradient with respect to the inputs. */
  private double flopsPerExample() {
    double weights = 0;
    for (int l = 1; l < layers.length; l++) {
      weights += (double) layers[l - 1] * layers[l];
    }
    return 6 * weights - 2.0 * layers[0] * layers[1];
  }

  private Output run(List<String> flags) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(StepLoop.class.getName());
    command.add(String.join(",", Arrays.stream(layers).mapToObj(Integer::toString).toList()));
    command.addAll(List.of(activation.name(), Integer.toString(batch)));
    command.addAll(
        List.of(auto == null ? optimizer.name() : auto.name(), Integer.toString(models)));
    command.addAll(List.of(Double.toString(warmup), Double.toString(seconds)));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text;
    try (InputStream in = process.getInputStream()) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    Matcher output = OUTPUT.matcher(text);
    if (process.waitFor() != 0 || !output.find()) {
      throw new CliError("The measuring JVM failed: " + text.strip());
    }
    return new Output(Double.parseDouble(output.group(1)), Double.parseDouble(output.group(2)));
  }
}
