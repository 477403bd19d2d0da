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

  private static final int PAIR_BIAS = PAIR_IN * PAIR_HIDDEN;
  private static final int PAIR_LAST = PAIR_BIAS + PAIR_HIDDEN;
  private static final int PAIR_LAST_BIAS = PAIR_LAST + PAIR_HIDDEN * Kernels.PAIR;
  private static final int STRIDE = Kernels.stride(OUT);
  private static final int NARROW = Kernels.padded(CLASSES);

  private final Kernels kernels = Kernels.best();
  private final float[] x = BenchmarkData.numbers(ROWS * STRIDE, 1);
  private final float[] delta = BenchmarkData.numbers(ROWS * STRIDE, 2);
  private final float[] w = BenchmarkData.numbers((IN + 1) * STRIDE, 3);
  private final float[] y = new float[ROWS * STRIDE];
  private final float[] gradient = new float[(IN + 1) * STRIDE];
  private final float[] transposed = new float[Kernels.transposedLength(OUT)];

  /** What this core can do: the others are a share of it. */
  @Benchmark
  public float peak() {
    return FmaPeak.call();
  }

  @Benchmark
  public float[] dense() {
    return dense(ROWS, OUT);
  }

  @Benchmark
  public float[] denseOneRow() {
    return dense(1, OUT);
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
    return dense(ROWS, Kernels.NARROW);
  }

  @Benchmark
  public float[] denseFewOneRow() {
    return dense(1, Kernels.NARROW);
  }

  @Benchmark
  public float[] densePair() {
    return dense(ROWS, Kernels.PAIR);
  }

  @Benchmark
  public float[] densePairOneRow() {
    return dense(1, Kernels.PAIR);
  }

  private float[] dense(int rows, int columns) {
    int bias = IN * Kernels.stride(columns);
    kernels.dense(x, 0, STRIDE, rows, IN, w, 0, bias, columns, y, 0);
    return y;
  }

  @Benchmark
  public float[] weightGradient() {
    return weightGradient(ROWS, OUT);
  }

  @Benchmark
  public float[] weightGradientOneRow() {
    return weightGradient(1, OUT);
  }

  @Benchmark
  public float[] weightGradientNarrow() {
    return weightGradient(ROWS, NARROW);
  }

  @Benchmark
  public float[] weightGradientFewOneRow() {
    return weightGradient(1, Kernels.NARROW);
  }

  @Benchmark
  public float[] weightGradientPairOneRow() {
    return weightGradient(1, Kernels.PAIR);
  }

  private float[] weightGradient(int rows, int columns) {
    kernels.weightGradient(x, 0, STRIDE, rows, IN, delta, 0, columns, gradient, 0);
    return gradient;
  }

  @Benchmark
  public float[] inputGradient() {
    return inputGradient(ROWS, OUT);
  }

  @Benchmark
  public float[] inputGradientOneRow() {
    return inputGradient(1, OUT);
  }

  @Benchmark
  public float[] inputGradientNarrow() {
    return inputGradient(ROWS, CLASSES);
  }

  @Benchmark
  public float[] inputGradientFewOneRow() {
    return inputGradient(1, Kernels.NARROW);
  }

  @Benchmark
  public float[] inputGradientPairOneRow() {
    return inputGradient(1, Kernels.PAIR);
  }

  private float[] inputGradient(int rows, int out) {
    int columns = Kernels.weightColumns(IN, out);
    kernels.inputGradient(delta, 0, rows, out, columns, w, 0, IN, y, 0, transposed);
    return y;
  }

  @Benchmark
  public float[] sgdOneRow() {
    return sgdOneRow(OUT);
  }

  @Benchmark
  public float[] sgdOneRowFew() {
    return sgdOneRow(Kernels.NARROW);
  }

  @Benchmark
  public float[] sgdOneRowPair() {
    return sgdOneRow(Kernels.PAIR);
  }

  private float[] sgdOneRow(int columns) {
    int bias = IN * Kernels.stride(columns);
    kernels.sgdOneRow(x, 0, IN, delta, 0, columns, w, 0, bias, 1e-9f);
    return w;
  }

  @Benchmark
  public float[] forwardReluPair() {
    kernels.forwardReluPair(
        x, 0, PAIR_IN, w, 0, PAIR_BIAS, PAIR_HIDDEN, PAIR_LAST, PAIR_LAST_BIAS, y, 0, PAIR_HIDDEN);
    return y;
  }

  @Benchmark
  public float[] backwardReluPair() {
    kernels.backwardReluPair(delta, PAIR_HIDDEN, Kernels.PAIR, w, PAIR_LAST, x, 0, PAIR_HIDDEN);
    return delta;
  }

  @Benchmark
  public float[] sgdReluPair() {
    kernels.sgdReluPair(
        x,
        0,
        PAIR_IN,
        w,
        0,
        PAIR_BIAS,
        PAIR_HIDDEN,
        PAIR_LAST,
        PAIR_LAST_BIAS,
        x,
        delta,
        0,
        PAIR_HIDDEN,
        1e-9f);
    return w;
  }
}
