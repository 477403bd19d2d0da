package dev.millrace.simd;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Measures every kernel without SIMD, at 256 and at 512 bits, and compares it with its floor: an
 * alarm against a kernel that the compiler silently stopped to compile well.
 *
 * <p>The best of many short measurements counts, which is one without interruption. Arguments: a
 * regular expression that chooses kernels, {@code --json FILE}, and {@code --warmup SECONDS} of
 * each kernel where the default of 3 is too short, as on a busy machine.
 */
final class KernelFloors {

  private static final int[] WIDTHS = {256, 512};

  private static final String USAGE = "[KERNELS] [--warmup SECONDS] [--json FILE]";

  private static final String PEAK = "MatrixBenchmark.peak";

  // Nanoseconds of a call of each kernel, and operations a nanosecond of the peak, by width.
  private final Map<Integer, Map<String, Double>> timings = new HashMap<>();
  private final ArrayNode rows = new ObjectMapper().createArrayNode();
  private boolean below;

  private final String kernels;
  private final int warmup;

  private KernelFloors(String kernels, int warmup) {
    this.kernels = kernels;
    this.warmup = warmup;
  }

  /** Ends with exit code 1 when a kernel is below its floor. */
  public static void main(String[] args) throws RunnerException, IOException {
    String kernels = ".*";
    Path json = null;
    int warmup = 3;
    for (int i = 0; i < args.length; i++) {
      if (args[i].equals("--json") && i + 1 < args.length) {
        json = Path.of(args[++i]);
      } else if (args[i].equals("--warmup")
          && i + 1 < args.length
          && args[i + 1].matches("[1-9]\\d?")) {
        warmup = Integer.parseInt(args[++i]);
      } else if (args[i].startsWith("-")) {
        System.err.println("Not understood: " + args[i] + "; usage: " + USAGE);
        System.exit(2);
      } else {
        kernels = args[i];
      }
    }
    KernelFloors floors = new KernelFloors(kernels, warmup);
    try {
      floors.measure();
    } catch (NoBenchmarksException e) {
      System.err.println("No kernel matches " + kernels + "; their names are in KernelFloor");
      System.exit(2);
    }
    floors.print();
    if (json != null) {
      Files.writeString(json, floors.rows.toPrettyString() + "\n");
    }
    System.exit(floors.below ? 1 : 0);
  }

  private void measure() throws RunnerException {
    measure(0);
    for (int bits : WIDTHS) {
      if (bits <= VectorWidth.preferred()) {
        measure(bits);
      }
    }
  }

  private void measure(int bits) throws RunnerException {
    System.err.println("Measuring " + (bits == 0 ? "without SIMD" : bits + " bit") + " ...");
    Options options =
        new OptionsBuilder()
            .include("\\.simd\\.(Matrix|Activation|Update)Benchmark\\.(peak|" + kernels + ")$")
            .forks(1)
            .warmupIterations(10 * warmup)
            .warmupTime(TimeValue.milliseconds(100))
            .measurementIterations(20)
            .measurementTime(TimeValue.milliseconds(8))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .jvmArgs(
                "-Xmx256m",
                "--add-modules=jdk.incubator.vector",
                "-Dmillrace.simd.bits=" + bits,
                "-XX:CompileCommand=quiet",
                "-XX:CompileCommand=dontinline,dev.millrace.simd.VectorKernels::*",
                "-XX:CompileCommand=dontinline,dev.millrace.simd.VectorFma::*")
            .build();
    Map<String, Double> ofWidth = new HashMap<>();
    timings.put(bits, ofWidth);
    for (RunResult result : new Runner(options).run()) {
      String name = result.getParams().getBenchmark();
      ofWidth.put(name.substring("dev.millrace.simd.".length()), best(result));
    }
  }

  private static double best(RunResult result) {
    double nanos = Double.MAX_VALUE;
    for (BenchmarkResult fork : result.getBenchmarkResults()) {
      for (IterationResult iteration : fork.getIterationResults()) {
        nanos = Math.min(nanos, iteration.getPrimaryResult().getScore());
      }
    }
    return nanos;
  }

  private void print() {
    System.out.printf(
        "%-36s %5s %10s %8s %8s %8s %s%n",
        "kernel", "bits", "G/s", "of peak", "÷ scalar", "floor", "");
    for (KernelFloor floor : KernelFloor.ALL) {
      Double scalar = timings.get(0).get(floor.benchmark());
      if (scalar == null) {
        continue;
      }
      row(floor, 0, scalar, scalar);
      for (int bits : WIDTHS) {
        if (timings.containsKey(bits)) {
          row(floor, bits, timings.get(bits).get(floor.benchmark()), scalar);
        }
      }
    }
    System.out.println(
        "G/s: floating-point operations of the matrix kernels, elements of the others;"
            + " floor: of peak, or ÷ scalar.");
  }

  private void row(KernelFloor floor, int bits, double nanos, double scalarNanos) {
    double rate = floor.work() / nanos;
    double peak = FmaPeak.flopsOfACall(bits) / timings.get(bits).get(PEAK);
    double share = floor.isMatrix() ? rate / peak : Double.NaN;
    double ratio = scalarNanos / nanos;
    double least = bits == 0 ? Double.NaN : floor.at(bits);
    boolean fails = (floor.isMatrix() ? share : ratio) < least;
    below |= fails;
    System.out.printf(
        "%-36s %5d %10.2f %8s %8.1f %8s %s%n",
        floor.benchmark(),
        bits,
        rate,
        floor.isMatrix() ? Math.round(100 * share) + " %" : "",
        ratio,
        bits == 0 ? "" : floor.isMatrix() ? Math.round(100 * least) + " %" : String.valueOf(least),
        bits == 0 ? "" : fails ? "BELOW" : "ok");
    ObjectNode node = rows.addObject();
    node.put("kernel", floor.benchmark()).put("bits", bits).put("giga_per_s", rate);
    node.put("unit", floor.isMatrix() ? "flop" : "element");
    if (floor.isMatrix()) {
      node.put("peak_fraction", share);
    }
    node.put("scalar_ratio", ratio);
    if (bits > 0) {
      node.put("floor", least).put("ok", !fails);
    }
  }
}
