package dev.millrace.simd;

import org.jspecify.annotations.Nullable;

/**
 * The arithmetic of training, one method a loop over float arrays.
 *
 * <p>Every kernel has one defined order of operations, so that every implementation gives the same
 * bits on every machine: {@link ScalarKernels} states that order in plain loops. Results that are
 * NaN are NaN everywhere; their payload is not defined.
 *
 * <p>Matrices are row-major. The neurons of a layer are padded to a multiple of {@link #LANES}, so
 * the weights of a layer are [in x columns] and its bias [columns], with zeros in the padding. The
 * weights and bias of at most {@link #NARROW} neurons may have so many columns instead, and those
 * of at most {@link #PAIR} so many, and zeros for {@link #paddingAfterBias} follow; outputs and
 * deltas have at least {@link #LANES}. The rows of every matrix with so many columns start {@link
 * #stride} apart; what is between them is never read. A row's result does not depend on how many
 * rows are in the call. Arguments are not checked. Implementations have no state and are safe for
 * use by many threads.
 */
public interface Kernels {

  /** Floats to which the neurons of a layer are padded, and lanes of every reduction. */
  int LANES = 16;

  /** Columns of the weights of three or four neurons: a quarter of the lanes. */
  int NARROW = 4;

  /** The fewest columns of weights, those of one or two neurons. */
  int PAIR = 2;

  /** The fewest columns of a layer whose {@link #inputGradient} is summed in lanes. */
  int FOLDED = 128;

  /** The fastest implementation that this JVM can run; see {@code millrace.simd.bits}. */
  static Kernels best() {
    return KernelsLookup.best();
  }

  /**
   * Refuses a nonsense value of {@code millrace.simd.bits}, for programs that would rather do so at
   * their start than with the first model.
   *
   * @throws IllegalArgumentException naming the value and what is allowed
   */
  static void checkSettings() {
    KernelsLookup.forcedBits();
  }

  /**
   * Returns what keeps SIMD off in this JVM unintentionally, with the remedy, as {@link #best} logs
   * it.
   */
  static @Nullable String obstacle() {
    return KernelsLookup.unwantedObstacle();
  }

  /** The number of neurons, rounded up to whole lanes. */
  static int padded(int neurons) {
    return (neurons + LANES - 1) / LANES * LANES;
  }

  /**
   * Floats from one row of a matrix to the next: 16 more than its columns where rows a multiple of
   * 1 KiB apart would share a few sets of the processor's caches.
   */
  static int stride(int columns) {
    return columns % 256 == 0 ? columns + LANES : columns;
  }

  /**
   * The best number of columns of the weights of a layer that is not normalized. Of less than 16
   * inputs there is little to save.
   */
  static int weightColumns(int in, int out) {
    if (out > NARROW || in < LANES) {
      return padded(out);
    }
    return out <= PAIR ? PAIR : NARROW;
  }

  /**
   * Whether one call takes a row through a layer of relu neurons and the one after it: more weights
   * than this take longer than calls, and are better read in the order they lie.
   */
  static boolean areReluPair(int in, int neurons, int lastColumns) {
    return lastColumns == PAIR
        && neurons % LANES == 0
        && neurons > LANES
        && neurons < 256
        && in <= 4096 / neurons;
  }

  /** Floats from one row to the next of the outputs of a layer whose weights have such columns. */
  static int outputStride(int columns) {
    return Math.max(LANES, stride(columns));
  }

  /** Zeros that follow the bias of a layer whose weights have such columns. */
  static int paddingAfterBias(int columns) {
    return Math.max(0, LANES - columns);
  }

  /** Floats of scratch that {@link #inputGradient} needs for a layer of so many outputs. */
  static int transposedLength(int out) {
    return (1 + out + LANES) * 4 * LANES;
  }

  /** Width of the registers in use, 0 without SIMD. */
  int bits();

  /** For people: "SIMD 512 bit" or "SIMD off". */
  default String description() {
    return bits() == 0 ? "SIMD off" : "SIMD " + bits() + " bit";
  }

  /**
   * Forward propagation: y = x·w + bias.
   *
   * <p>Order: y[r][c] starts from bias[c] and takes one fma(x[r][i], w[i][c], y) an input,
   * ascending. Of a layer of 2, 4 or 16 columns y is (s0 + s2) + (s1 + s3), where sum s[i mod 4]
   * takes input i, ascending, s0 starting from bias[c] and the others from 0: one chain would wait
   * for itself.
   *
   * @param x [rows x in], rows {@code xStride} apart
   * @param w [in x columns] at {@code wOffset}, the bias [columns] and its padding behind them at
   *     {@code biasOffset}
   * @param columns padded number of neurons, or 2 or 4
   * @param y [rows x columns], zero from there to column 16 if {@code columns} is 2 or 4
   */
  void dense(
      float[] x,
      int xOffset,
      int xStride,
      int rows,
      int in,
      float[] w,
      int wOffset,
      int biasOffset,
      int columns,
      float[] y,
      int yOffset);

  /**
   * Gradient with respect to a layer's inputs: dx = delta·wᵀ, zero in the padding of dx.
   *
   * <p>Order: dx[r][i] starts from 0 and takes one fma(delta[r][o], w[i][o], dx) an output,
   * ascending. Through a layer of {@link #FOLDED} columns or more it is the sum of 16 lanes: lane l
   * starts from 0 and takes columns l, l+16, … ascending, the zeros of the padding as well, one
   * fma(delta, w, lane) each; they are folded by the tree 8, 4, 2, 1. One chain a sum would leave a
   * single row without vectors; where rows are short, folding would take longer than summing.
   *
   * @param delta [rows x columns], gradient with respect to the layer's weighted sums
   * @param out real number of outputs, at most {@code columns}
   * @param w [in x columns]
   * @param dx [rows x padded(in)]
   * @param transposed scratch of at least {@link #transposedLength} floats
   */
  void inputGradient(
      float[] delta,
      int deltaOffset,
      int rows,
      int out,
      int columns,
      float[] w,
      int wOffset,
      int in,
      float[] dx,
      int dxOffset,
      float[] transposed);

  /**
   * Gradient with respect to a layer's weights: gw = xᵀ·delta; overwrites.
   *
   * <p>Order: gw[i][c] starts from 0 and takes one fma(x[r][i], delta[r][c], gw) a row, ascending.
   *
   * @param x [rows x in], rows {@code xStride} apart
   * @param delta [rows x columns]
   * @param gradient receives gw [in x columns]
   */
  void weightGradient(
      float[] x,
      int xOffset,
      int xStride,
      int rows,
      int in,
      float[] delta,
      int deltaOffset,
      int columns,
      float[] gradient,
      int wOffset);

  /**
   * Gradient with respect to a layer's bias: gb = Σ delta; overwrites.
   *
   * <p>Order: gb[c] starts from 0 and adds delta[r][c], rows ascending.
   *
   * @param delta [rows x columns]
   * @param gradient receives gb [columns]
   */
  void biasGradient(
      float[] delta, int deltaOffset, int rows, int columns, float[] gradient, int biasOffset);

  /**
   * One step of plain gradient descent on a layer from one row: {@link #weightGradient}, {@link
   * #biasGradient} and {@link #sgd} without the gradient in between, bit for bit.
   *
   * @param x [in]
   * @param delta [columns]
   * @param w [in x columns], bias [columns] at {@code biasOffset} of the array
   */
  void sgdOneRow(
      float[] x,
      int xOffset,
      int in,
      float[] delta,
      int deltaOffset,
      int columns,
      float[] w,
      int wOffset,
      int biasOffset,
      float learningRate);

  /** a = 1/(1 + e^-a), each element by itself; within 3 ulp. */
  void sigmoid(float[] a, int offset, int length);

  /** a = tanh(a), each element by itself; within 3 ulp. */
  void tanh(float[] a, int offset, int length);

  /** a = max(0, a), each element by itself; NaN stays NaN. */
  void relu(float[] a, int offset, int length);

  /** a = λa above 0, else λα(e^a - 1), each element by itself (Klambauer et al., 2017). */
  void selu(float[] a, int offset, int length);

  /**
   * Softmax of each row, zero in the padding.
   *
   * <p>Order: e^(a - greatest of the row); sum in 16 lanes (lane l takes columns l, l+16, …,
   * ascending) folded by the tree 8, 4, 2, 1; division by the sum. A row with NaN or +∞ becomes
   * NaN.
   *
   * @param a [rows x columns]
   * @param width real number of neurons, at least 1
   */
  void softmax(float[] a, int offset, int rows, int width, int columns);

  /** delta *= y(1 - y), with y the outputs of {@link #sigmoid}; order: delta * (y * (1 - y)). */
  void sigmoidGradient(float[] y, int yOffset, float[] delta, int deltaOffset, int length);

  /** delta *= 1 - y², with y the outputs of {@link #tanh}; order: delta * fma(-y, y, 1). */
  void tanhGradient(float[] y, int yOffset, float[] delta, int deltaOffset, int length);

  /** delta = 0 where y, the output of {@link #relu}, is not above 0. */
  void reluGradient(float[] y, int yOffset, float[] delta, int deltaOffset, int length);

  /** delta *= λ where y, the output of {@link #selu}, is above 0, else y + λα. */
  void seluGradient(float[] y, int yOffset, float[] delta, int deltaOffset, int length);

  /**
   * delta = y(delta - Σ delta·y) for each row, with y the outputs of {@link #softmax}.
   *
   * <p>Order: the sum in 16 lanes, one fma(delta, y, lane) a term, folded by the tree 8, 4, 2, 1.
   *
   * @param y [rows x columns]
   * @param delta [rows x columns]
   */
  void softmaxGradient(
      float[] y, int yOffset, float[] delta, int deltaOffset, int rows, int columns);

  /**
   * Plain gradient descent: w = fma(-learningRate, g, w).
   *
   * @param g gradient [length], from the start of its array, here and in the other optimizers
   * @param offset of w, and of what else is kept for each weight
   * @param length a multiple of 16
   */
  void sgd(float[] w, float[] g, int offset, int length, float learningRate);

  /** Descent with momentum: v = fma(momentum, v, g); w = fma(-learningRate, v, w). */
  void momentum(
      float[] w, float[] v, float[] g, int offset, int length, float learningRate, float momentum);

  /**
   * RMSprop: v = fma(rho, v, (1-rho)·(g·g)); w -= learningRate·g / (sqrt(v·correction) + epsilon).
   *
   * @param correction 1/(1 - rho^t), or 1 for none
   */
  void rmsProp(
      float[] w,
      float[] v,
      float[] g,
      int offset,
      int length,
      float learningRate,
      float rho,
      float epsilon,
      float correction);

  /**
   * Adam: m = fma(beta1, m, (1-beta1)·g); v = fma(beta2, v, (1-beta2)·(g·g)); w -= rate·m /
   * (sqrt(v·correction) + epsilon).
   *
   * @param rate learningRate/(1 - beta1^t)
   * @param correction 1/(1 - beta2^t)
   */
  void adam(
      float[] w,
      float[] m,
      float[] v,
      float[] g,
      int offset,
      int length,
      float rate,
      float beta1,
      float beta2,
      float epsilon,
      float correction);

  /**
   * Adds the gradient of l1·Σ|w| + l2·Σw²: g = fma(2·l2, w, g) + l1·sign(w), with sign(0) = 0.
   *
   * @param w and {@code g} are read at the same offset
   */
  void regularize(float[] w, float[] g, int offset, int length, float l1, float l2);

  /**
   * Σ a².
   *
   * <p>Order: 16 lanes, lane l takes elements l, l+16, … ascending, one fma(a, a, lane) a term,
   * folded by the tree 8, 4, 2, 1.
   *
   * @param length a multiple of 16
   */
  float sumOfSquares(float[] a, int offset, int length);

  /** The greatest |a|, 0 of nothing, NaN when any element is NaN. */
  float absMax(float[] a, int offset, int length);

  /** a *= factor. */
  void scale(float[] a, int offset, int length, float factor);

  /**
   * One row through a layer of relu neurons and one of {@link #PAIR} columns, see {@link
   * #areReluPair}: {@link #dense}, {@link #relu} and {@link #dense} in one call, for calls take
   * longer than what small layers compute.
   *
   * @param w of both layers, the first's [in x columns] at {@code wOffset}
   * @param columns of the first layer, and its neurons
   * @param a receives the outputs of the first layer at {@code h}, and the weighted sums of the
   *     second at {@code y}
   */
  void forwardReluPair(
      float[] x,
      int xOffset,
      int in,
      float[] w,
      int wOffset,
      int biasOffset,
      int columns,
      int lastOffset,
      int lastBias,
      float[] a,
      int h,
      int y);

  /**
   * The deltas of the first layer of {@link #forwardReluPair} from those of the second: {@link
   * #inputGradient} and {@link #reluGradient}.
   *
   * @param delta has those of the second layer at {@code y} and receives those of the first at
   *     {@code h}
   * @param out real number of outputs of the second layer, 1 or 2
   */
  void backwardReluPair(
      float[] delta, int y, int out, float[] w, int lastOffset, float[] a, int h, int columns);

  /** {@link #sgdOneRow} of both layers of {@link #forwardReluPair}. */
  void sgdReluPair(
      float[] x,
      int xOffset,
      int in,
      float[] w,
      int wOffset,
      int biasOffset,
      int columns,
      int lastOffset,
      int lastBias,
      float[] a,
      float[] delta,
      int h,
      int y,
      float learningRate);
}
