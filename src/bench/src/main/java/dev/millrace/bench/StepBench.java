package dev.millrace.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.console.CliError;
import dev.millrace.data.KebabCase;
import dev.millrace.nn.Activation;
import dev.millrace.nn.AutoSpec;
import dev.millrace.simd.KernelProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Runs {@link StepLoop} in several JVMs, because compiled code differs from one JVM to the next.
 *
 * @param layers from the inputs to the classes
 * @param activation of the hidden layers
 * @param auto tier of the mixture that learns instead of a network; null for a network
 * @param withoutModule true to measure JVMs without flags as well, in turn
 */
record StepBench(
    int[] layers,
    Activation activation,
    int batch,
    StepLoop.Algorithm optimizer,
    AutoSpec.@Nullable Tier auto,
    int models,
    double warmup,
    double seconds,
    int jvms,
    boolean withoutModule) {
  private static final Pattern OUTPUT = Pattern.compile("examples_per_s=(\\S+) peak_flops=(\\S+)");

  /**
   * Medians over the JVMs.
   *
   * @param withoutModule examples per second in JVMs without flags; NaN if not measured
   */
  record Result(StepBench bench, double examplesPerSecond, double peak, double withoutModule) {
    double fraction() {
      return examplesPerSecond * bench.flopsPerExample() / peak;
    }

    String toJson() {
      ObjectNode json = new ObjectMapper().createObjectNode();
      json.putPOJO("layers", bench.layers);
      json.put("activation", bench.auto == null ? bench.activation.id() : null);
      json.put("batch", bench.batch);
      json.put("optimizer", bench.auto == null ? KebabCase.of(bench.optimizer) : null);
      json.put("auto", bench.auto == null ? null : bench.auto.id());
      json.put("models", bench.models);
      json.put("examples_per_s", Math.round(examplesPerSecond));
      if (bench.auto == null) {
        json.put("gflops", Math.round(examplesPerSecond * bench.flopsPerExample() / 1e7) / 100.0);
        json.put("fma_peak_gflops", Math.round(peak / 1e8) / 10.0);
        json.put("fma_peak_fraction", Math.round(1000 * fraction()) / 1000.0);
      }
      if (bench.withoutModule) {
        json.put("without_module_examples_per_s", Math.round(withoutModule));
        json.put(
            "without_module_fraction", Math.round(1000 * withoutModule / examplesPerSecond) / 1e3);
      }
      json.put("jvms", bench.jvms);
      BenchCommand.describeMachine(json);
      return json.toString();
    }

    String toText() {
      String text =
          bench.auto == null
              ? "%,.0f examples/s, %.0f %% of the core's peak of %.0f GFLOP/s"
                  .formatted(examplesPerSecond, 100 * fraction(), peak / 1e9)
              : "%,.0f records/s, %.2f µs each"
                  .formatted(examplesPerSecond, 1e6 / examplesPerSecond);
      text += ", " + KernelProvider.kernels().description();
      return bench.withoutModule
          ? "%s; %,.0f without the module, fraction %.2f"
              .formatted(text, withoutModule, withoutModule / examplesPerSecond)
          : text;
    }
  }

  /** Returns six for each weight, less the gradient with respect to the inputs. */
  private double flopsPerExample() {
    double weights = 0;
    for (int l = 1; l < layers.length; l++) {
      weights += (double) layers[l - 1] * layers[l];
    }
    return 6 * weights - 2.0 * layers[0] * layers[1];
  }

  Result run(PrintWriter err) throws IOException, InterruptedException {
    // The flags of this JVM, the module of the vectors among them.
    List<String> flags = ManagementFactory.getRuntimeMXBean().getInputArguments();
    double[] rates = new double[jvms];
    double[] peaks = new double[jvms];
    double[] ratesWithoutModule = new double[jvms];
    Arrays.fill(ratesWithoutModule, Double.NaN);
    for (int j = 0; j < jvms; j++) {
      Matcher output = measure(flags);
      rates[j] = Double.parseDouble(output.group(1));
      peaks[j] = Double.parseDouble(output.group(2));
      err.printf("JVM %d of %d: %,.0f examples/s%n", j + 1, jvms, rates[j]);
      if (withoutModule) {
        ratesWithoutModule[j] = Double.parseDouble(measure(List.of()).group(1));
        err.printf("Without the module: %,.0f examples/s%n", ratesWithoutModule[j]);
      }
    }
    return new Result(
        this,
        BenchCommand.median(rates),
        BenchCommand.median(peaks),
        BenchCommand.median(ratesWithoutModule));
  }

  private Matcher measure(List<String> flags) throws IOException, InterruptedException {
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
    return output;
  }
}
