package dev.millrace.simd;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Optimizers, and what else is done to weights, gradients and features, on 4,096 of them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class UpdateBenchmark {

  static final int LENGTH = 4096;

  private static final int ROWS = 32;
  private static final int COLUMNS = 128;

  private static final LayerShape LAYER = LayerShape.of(ROWS, ROWS, COLUMNS, COLUMNS, 0);

  private final Kernels kernels = KernelProvider.kernels();
  private final ScalingKernels scaling = KernelProvider.scaling();
  private final UpdateKernels more = KernelProvider.updates();
  private final float[] w = BenchmarkData.numbers(LENGTH, 1);
  private final float[] m = BenchmarkData.numbers(LENGTH, 2);
  private final float[] v = BenchmarkData.magnitudes(LENGTH, 3);
  private final float[] g = BenchmarkData.numbers(LENGTH, 4);
  private final float[] x = BenchmarkData.numbers(ROWS, 5);
  private final double[] statistics = new double[3 * COLUMNS];
  private final double[] features = new double[LENGTH];

  /** What comes out goes in again, and is of the same scale. */
  @Benchmark
  public double[] standardize() {
    if (statistics[0] == 0) {
      Arrays.setAll(features, i -> w[i]);
    }
    scaling.standardize(statistics, features, ROWS, COLUMNS, 0.999, 4);
    return features;
  }

  @Benchmark
  public float[] sgd() {
    kernels.sgd(w, g, 0, LENGTH, 1e-6f);
    return w;
  }

  @Benchmark
  public float[] momentum() {
    kernels.momentum(w, m, g, 0, LENGTH, 1e-6f, 0.9f);
    return w;
  }

  @Benchmark
  public float[] rmsProp() {
    kernels.rmsProp(w, v, g, 0, LENGTH, 1e-6f, 0.99f, 1e-8f, 1f);
    return w;
  }

  @Benchmark
  public float[] adam() {
    kernels.adam(w, m, v, g, 0, LENGTH, 1e-6f, 0.9f, 0.999f, 1e-8f, 1f);
    return w;
  }

  @Benchmark
  public float[] nesterov() {
    more.nesterov(w, m, g, 0, LENGTH, 1e-6f, 0.9f);
    return w;
  }

  @Benchmark
  public float[] adamOneRow() {
    more.adamOneRow(LAYER, x, 0, g, 0, w, m, v, 1e-6f, 0.9f, 0.999f, 1e-8f, 1f);
    return w;
  }

  @Benchmark
  public float[] adagrad() {
    more.adagrad(w, v, g, 0, LENGTH, 1e-6f, 0.1f, 1e-10f);
    return w;
  }

  @Benchmark
  public float[] ftrl() {
    more.ftrl(w, m, v, g, 0, LENGTH, 0.1f, 1f, 0.01f, 0.01f);
    return w;
  }

  @Benchmark
  public float[] regularize() {
    kernels.regularize(w, m, 0, LENGTH, 1e-6f, 1e-6f);
    return m;
  }

  @Benchmark
  public float[] clamp() {
    more.clamp(w, LENGTH, 2f);
    return w;
  }

  @Benchmark
  public float[] limitColumns() {
    more.limitColumns(LAYER, w, 100f);
    return w;
  }

  @Benchmark
  public float[] scale() {
    kernels.scale(w, 0, LENGTH, -1f);
    return w;
  }

  @Benchmark
  public float sumOfSquares() {
    return kernels.sumOfSquares(w, 0, LENGTH);
  }

  @Benchmark
  public float absMax() {
    return kernels.absMax(w, 0, LENGTH);
  }
}
