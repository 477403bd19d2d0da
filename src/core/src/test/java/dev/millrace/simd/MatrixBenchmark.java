package dev.millrace.simd;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * The matrix kernels, on a hidden layer of 256 x 256 and an output layer of 256 x 10; those of a
 * relu pair on 8-32-2.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MatrixBenchmark {

  static final int ROWS = 64;
  static final int IN = 256;
  static final int OUT = 256;
  static final int CLASSES = 10;

  static final int PAIR_IN = 8;
  static final int PAIR_HIDDEN = 32;

  private static final int STRIDE = Kernels.stride(OUT);
  private static final LayerShape SQUARE = layer(OUT, OUT);
  private static final LayerShape NARROW = layer(CLASSES, Kernels.padded(CLASSES));
  private static final LayerShape FEW = layer(Kernels.NARROW, Kernels.NARROW);
  private static final LayerShape PAIR = layer(Kernels.PAIR, Kernels.PAIR);
  private static final LayerShape HIDDEN =
      LayerShape.of(PAIR_IN, PAIR_IN, PAIR_HIDDEN, PAIR_HIDDEN, 0);
  private static final LayerShape LAST =
      LayerShape.of(
          PAIR_HIDDEN, PAIR_HIDDEN, Kernels.PAIR, Kernels.PAIR, (PAIR_IN + 1) * PAIR_HIDDEN);

  private final Kernels kernels = KernelProvider.kernels();
  private final float[] x = BenchmarkData.numbers(ROWS * STRIDE, 1);
  private final float[] delta = BenchmarkData.numbers(ROWS * STRIDE, 2);
  private final float[] w = BenchmarkData.numbers((IN + 1) * STRIDE, 3);
  private final float[] y = new float[ROWS * STRIDE];
  private final float[] gradient = new float[(IN + 1) * STRIDE];
  private final float[] transposed = new float[Kernels.transposedLength(OUT)];

  private static LayerShape layer(int outputs, int columns) {
    return LayerShape.of(IN, STRIDE, outputs, columns, 0);
  }

  /** The peak of this core, of which the others are a fraction. */
  @Benchmark
  public float peak() {
    return FmaPeak.call();
  }

  @Benchmark
  public float[] dense() {
    return dense(ROWS, SQUARE);
  }

  @Benchmark
  public float[] denseOneRow() {
    return dense(1, SQUARE);
  }

  @Benchmark
  public float[] denseNarrow() {
    return dense(ROWS, NARROW);
  }

  @Benchmark
  public float[] denseNarrowOneRow() {
    return dense(1, NARROW);
  }

  @Benchmark
  public float[] denseFew() {
    return dense(ROWS, FEW);
  }

  @Benchmark
  public float[] denseFewOneRow() {
    return dense(1, FEW);
  }

  @Benchmark
  public float[] densePair() {
    return dense(ROWS, PAIR);
  }

  @Benchmark
  public float[] densePairOneRow() {
    return dense(1, PAIR);
  }

  private float[] dense(int rows, LayerShape layer) {
    kernels.dense(layer, x, 0, rows, w, y, 0);
    return y;
  }

  @Benchmark
  public float[] weightGradient() {
    return weightGradient(ROWS, SQUARE);
  }

  @Benchmark
  public float[] weightGradientOneRow() {
    return weightGradient(1, SQUARE);
  }

  @Benchmark
  public float[] weightGradientNarrow() {
    return weightGradient(ROWS, NARROW);
  }

  @Benchmark
  public float[] weightGradientFewOneRow() {
    return weightGradient(1, FEW);
  }

  @Benchmark
  public float[] weightGradientPairOneRow() {
    return weightGradient(1, PAIR);
  }

  private float[] weightGradient(int rows, LayerShape layer) {
    kernels.weightGradient(layer, x, 0, rows, delta, 0, gradient);
    return gradient;
  }

  @Benchmark
  public float[] inputGradient() {
    return inputGradient(ROWS, SQUARE);
  }

  @Benchmark
  public float[] inputGradientOneRow() {
    return inputGradient(1, SQUARE);
  }

  @Benchmark
  public float[] inputGradientNarrow() {
    return inputGradient(ROWS, NARROW);
  }

  @Benchmark
  public float[] inputGradientFewOneRow() {
    return inputGradient(1, FEW);
  }

  @Benchmark
  public float[] inputGradientPairOneRow() {
    return inputGradient(1, PAIR);
  }

  private float[] inputGradient(int rows, LayerShape layer) {
    kernels.inputGradient(layer, delta, 0, rows, w, y, 0, transposed);
    return y;
  }

  @Benchmark
  public float[] sgdOneRow() {
    return sgdOneRow(SQUARE);
  }

  @Benchmark
  public float[] sgdOneRowFew() {
    return sgdOneRow(FEW);
  }

  @Benchmark
  public float[] sgdOneRowPair() {
    return sgdOneRow(PAIR);
  }

  private float[] sgdOneRow(LayerShape layer) {
    kernels.sgdOneRow(layer, x, 0, delta, 0, w, 1e-9f);
    return w;
  }

  @Benchmark
  public float[] forwardReluPair() {
    kernels.forwardReluPair(HIDDEN, LAST, x, 0, w, y, 0, PAIR_HIDDEN);
    return y;
  }

  @Benchmark
  public float[] backwardReluPair() {
    kernels.backwardReluPair(HIDDEN, LAST, delta, 0, PAIR_HIDDEN, w, x);
    return delta;
  }

  @Benchmark
  public float[] sgdReluPair() {
    kernels.sgdReluPair(HIDDEN, LAST, x, 0, w, x, delta, 0, PAIR_HIDDEN, 1e-9f);
    return w;
  }
}
