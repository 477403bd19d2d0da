package dev.millrace.simd;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Activations, their derivatives and layer normalization, on 16 rows of 240 neurons. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ActivationBenchmark {

  static final int ROWS = 16;
  static final int WIDTH = 240;
  static final int LENGTH = ROWS * WIDTH;

  private static final LayerShape LAYER = LayerShape.of(0, 0, WIDTH, WIDTH, 0);

  private final Kernels kernels = KernelProvider.kernels();
  private final ActivationKernels more = KernelProvider.activations();
  private final LayerKernels layers = KernelProvider.layers();
  private final float[] x = BenchmarkData.numbers(LENGTH, 1);
  private final float[] deltas = BenchmarkData.numbers(LENGTH, 2);
  private final float[] gain = BenchmarkData.magnitudes(3 * WIDTH, 3);
  private final float[] y = new float[LENGTH];
  private final float[] scratch = new float[LENGTH];
  private final float[] gradient = new float[3 * WIDTH];
  private final float[] inverses = BenchmarkData.magnitudes(ROWS, 4);

  /** Anew in each call, or the values would become denormal. */
  private float[] fresh(float[] from) {
    System.arraycopy(from, 0, y, 0, LENGTH);
    return y;
  }

  @Benchmark
  public float[] sigmoid() {
    kernels.sigmoid(fresh(x), 0, LENGTH);
    return y;
  }

  @Benchmark
  public float[] tanh() {
    kernels.tanh(fresh(x), 0, LENGTH);
    return y;
  }

  @Benchmark
  public float[] relu() {
    kernels.relu(fresh(x), 0, LENGTH);
    return y;
  }

  @Benchmark
  public float[] selu() {
    kernels.selu(fresh(x), 0, LENGTH);
    return y;
  }

  @Benchmark
  public float[] leakyRelu() {
    more.leakyRelu(fresh(x), 0, LENGTH);
    return y;
  }

  @Benchmark
  public float[] elu() {
    more.elu(fresh(x), 0, LENGTH);
    return y;
  }

  @Benchmark
  public float[] gelu() {
    more.gelu(x, y, 0, LENGTH);
    return y;
  }

  @Benchmark
  public float[] silu() {
    more.silu(x, y, 0, LENGTH);
    return y;
  }

  @Benchmark
  public float[] softplus() {
    more.softplus(x, y, 0, LENGTH);
    return y;
  }

  @Benchmark
  public float[] softmax() {
    kernels.softmax(fresh(x), 0, ROWS, WIDTH, WIDTH);
    return y;
  }

  @Benchmark
  public float[] sigmoidGradient() {
    kernels.sigmoidGradient(x, 0, fresh(deltas), 0, LENGTH);
    return y;
  }

  @Benchmark
  public float[] tanhGradient() {
    kernels.tanhGradient(x, 0, fresh(deltas), 0, LENGTH);
    return y;
  }

  @Benchmark
  public float[] reluGradient() {
    kernels.reluGradient(x, 0, fresh(deltas), 0, LENGTH);
    return y;
  }

  @Benchmark
  public float[] seluGradient() {
    kernels.seluGradient(x, 0, fresh(deltas), 0, LENGTH);
    return y;
  }

  @Benchmark
  public float[] leakyReluGradient() {
    more.leakyReluGradient(x, 0, fresh(deltas), 0, LENGTH);
    return y;
  }

  @Benchmark
  public float[] eluGradient() {
    more.eluGradient(x, 0, fresh(deltas), 0, LENGTH);
    return y;
  }

  @Benchmark
  public float[] geluGradient() {
    more.geluGradient(x, scratch, fresh(deltas), 0, LENGTH);
    return y;
  }

  @Benchmark
  public float[] siluGradient() {
    more.siluGradient(x, scratch, fresh(deltas), 0, LENGTH);
    return y;
  }

  @Benchmark
  public float[] softplusGradient() {
    more.softplusGradient(x, scratch, fresh(deltas), 0, LENGTH);
    return y;
  }

  @Benchmark
  public float[] softmaxGradient() {
    kernels.softmaxGradient(x, 0, fresh(deltas), 0, ROWS, WIDTH);
    return y;
  }

  @Benchmark
  public float[] layerNorm() {
    layers.layerNorm(LAYER, fresh(x), 0, ROWS, gain, scratch, inverses, 0);
    return y;
  }

  @Benchmark
  public float[] layerNormGradient() {
    layers.layerNormGradient(LAYER, fresh(deltas), 0, ROWS, gain, x, inverses, 0, gradient);
    return y;
  }

  @Benchmark
  public float[] dropout() {
    layers.dropout(fresh(x), 0, LENGTH, 1, 2, 1 << 22, 1.3f);
    return y;
  }
}
