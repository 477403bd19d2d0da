package dev.millrace.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.console.CliError;
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
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times whole training steps (forward, loss, backward, update) of {@link StepLoop} in JVMs of their
 * own, because one JVM compiles the same code once for better and once for worse.
 *
 * @param layers from the inputs to the classes
 * @param activation of the hidden layers
 * @param auto tier of the mixture that learns instead of the network, or null
 * @param together whether a mini-batch is handed over in one call
 */
record StepBench(
    int[] layers,
    Activation activation,
    int batch,
    String optimizer,
    AutoSpec.Tier auto,
    int models,
    boolean together,
    double warmup,
    double seconds,
    int jvms) {
  private static final Pattern OUTPUT = Pattern.compile("examples_per_s=(\\S+) peak_flops=(\\S+)");

  /** Medians over the JVMs. */
  record Result(StepBench bench, double examplesPerSecond, double peak) {
    double fraction() {
      return examplesPerSecond * bench.flopsPerExample() / peak;
    }

    String toJson() {
      ObjectNode json = new ObjectMapper().createObjectNode();
      json.putPOJO("layers", bench.layers);
      json.put("activation", bench.auto == null ? bench.activation.id() : null);
      json.put("batch", bench.batch);
      json.put("optimizer", bench.auto == null ? bench.optimizer : null);
      json.put("auto", bench.auto == null ? null : bench.auto.id());
      json.put("models", bench.models);
      json.put("together", bench.together);
      json.put("examples_per_s", Math.round(examplesPerSecond));
      if (bench.auto == null) {
        json.put("gflops", Math.round(examplesPerSecond * bench.flopsPerExample() / 1e7) / 100.0);
        json.put("fma_peak_gflops", Math.round(peak / 1e8) / 10.0);
        json.put("fma_peak_fraction", Math.round(1000 * fraction()) / 1000.0);
      }
      json.put("simd_bits", KernelProvider.kernels().bits());
      json.put("jvms", bench.jvms);
      json.put("jdk", Runtime.version().toString());
      return json.toString();
    }

    String toText() {
      if (bench.auto != null) {
        return String.format(
            Locale.ROOT,
            "%,.0f records/s, %.2f µs each, %s",
            examplesPerSecond,
            1e6 / examplesPerSecond,
            KernelProvider.kernels().description());
      }
      return String.format(
          Locale.ROOT,
          "%,.0f examples/s, %.0f %% of the core's peak of %.0f GFLOP/s, %s",
          examplesPerSecond,
          100 * fraction(),
          peak / 1e9,
          KernelProvider.kernels().description());
    }
  }

  /** Six a weight, less the gradient with respect to the inputs, which nobody asks for. */
  private double flopsPerExample() {
    double weights = 0;
    for (int l = 1; l < layers.length; l++) {
      weights += (double) layers[l - 1] * layers[l];
    }
    return 6 * weights - 2.0 * layers[0] * layers[1];
  }

  Result run(PrintWriter err) throws IOException, InterruptedException {
    double[] rates = new double[jvms];
    double[] peaks = new double[jvms];
    for (int j = 0; j < jvms; j++) {
      Matcher output = measure();
      rates[j] = Double.parseDouble(output.group(1));
      peaks[j] = Double.parseDouble(output.group(2));
      err.printf(Locale.ROOT, "JVM %d of %d: %,.0f examples/s%n", j + 1, jvms, rates[j]);
    }
    return new Result(this, median(rates), median(peaks));
  }

  private Matcher measure() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // The flags of this JVM, the module of the vectors among them.
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(StepLoop.class.getName());
    command.add(String.join(",", Arrays.stream(layers).mapToObj(Integer::toString).toList()));
    command.addAll(List.of(activation.name(), Integer.toString(batch)));
    command.addAll(List.of(auto == null ? optimizer : auto.id(), Integer.toString(models)));
    command.add(Boolean.toString(together));
    command.addAll(List.of(Double.toString(warmup), Double.toString(seconds)));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said;
    try (InputStream in = process.getInputStream()) {
      said = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    Matcher output = OUTPUT.matcher(said);
    if (process.waitFor() != 0 || !output.find()) {
      throw new CliError("The measuring JVM failed; it said: " + said.strip());
    }
    return output;
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    int middle = values.length / 2;
    return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  }
}
