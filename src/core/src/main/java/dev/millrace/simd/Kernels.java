package dev.millrace.simd;

/**
 * The arithmetic of training; each method is a loop over float arrays.
 *
 * <p>Every kernel has one defined order of operations, so every implementation gives the same bits
 * on every machine: {@link ScalarKernels} states that order in plain loops. Results that are NaN
 * are NaN everywhere; their payload is not defined.
 *
 * <p>Matrices are row-major. The neurons of a layer are padded to a multiple of {@link #LANES}, so
 * the weights of a layer are [in x columns] and its bias [columns], with zeros in the padding. A
 * layer of at most {@link #NARROW} or {@link #PAIR} neurons may have that number of columns
 * instead, followed by {@link #paddingAfterBias} zeros; outputs and deltas have at least {@link
 * #LANES} columns. Rows of a matrix start {@link #stride} apart; floats between them are not read.
 * A row's result does not depend on the number of rows in the call. Arguments are not checked.
 * Implementations are stateless and thread-safe.
 */
public interface Kernels {

  /** Multiple to which the neurons of a layer are padded, and number of lanes of reductions. */
  int LANES = 16;

  /** Columns of the weights of three or four neurons: a quarter of the lanes. */
  int NARROW = 4;

  /** Min columns of weights, for one or two neurons. */
  int PAIR = 2;

  /** Min columns of a layer whose {@link #inputGradient} is summed in lanes. */
  int FOLDED = 128;

  /** Returns the number of neurons, rounded up to whole lanes. */
  static int padded(int neurons) {
    return (neurons + LANES - 1) / LANES * LANES;
  }

  /**
   * Returns the floats between rows of a matrix: its columns, plus 16 if rows a multiple of 1 KiB
   * apart would share a few sets of the processor's caches.
   */
  static int stride(int columns) {
    return columns % 256 == 0 ? columns + LANES : columns;
  }

  /**
   * Returns the best number of columns for the weights of a layer without normalization; with fewer
   * than 16 inputs, narrow columns save little.
   */
  static int weightColumns(int in, int out) {
    if (out > NARROW || in < LANES) {
      return padded(out);
    }
    return out <= PAIR ? PAIR : NARROW;
  }

  /**
   * Returns true if {@link #forwardReluPair} is the fastest way through a layer of relu neurons and
   * the next one: more weights take longer than calls, and are better read in memory order.
   */
  static boolean areReluPair(int in, int neurons, int lastColumns) {
    return lastColumns == PAIR
        && neurons % LANES == 0
        && neurons > LANES
        && neurons < 256
        && in <= 4096 / neurons;
  }

  /** Returns the floats between rows of outputs of a layer, from the columns of its weights. */
  static int outputStride(int columns) {
    return Math.max(LANES, stride(columns));
  }

  /** Returns the number of zeros after the bias of a layer, from the columns of its weights. */
  static int paddingAfterBias(int columns) {
    return Math.max(0, LANES - columns);
  }

  /** Returns the floats of scratch of {@link #inputGradient}, from the outputs of a layer. */
  static int transposedLength(int out) {
    return (1 + out + LANES) * 4 * LANES;
  }

  /** Returns the width of the registers in use, 0 without SIMD. */
  int bits();

  /** Returns "SIMD 512 bit" or "SIMD off", for messages. */
  default String description() {
    return bits() == 0 ? "SIMD off" : "SIMD " + bits() + " bit";
  }

  /**
   * Forward propagation: y = x·w + bias.
   *
   * <p>Order: y[r][c] starts from bias[c] and adds one fma(x[r][i], w[i][c], y) an input,
   * ascending. Of a layer of 2, 4 or 16 columns y is (s0 + s2) + (s1 + s3), where sum s[i mod 4]
   * adds input i, ascending, s0 starting from bias[c] and the others from 0: one chain would be
   * bound by its latency.
   *
   * @param x [rows x inputs]
   * @param w parameters, with the layer's weights, bias and padding
   * @param y receives [rows x columns], zero from there to column 16 if columns are 2 or 4
   */
  void dense(LayerShape layer, float[] x, int xOffset, int rows, float[] w, float[] y, int yOffset);

  /**
   * Gradient with respect to a layer's inputs: dx = delta·wᵀ, zero in the padding of dx.
   *
   * <p>Order: dx[r][i] starts from 0 and adds one fma(delta[r][o], w[i][o], dx) an output,
   * ascending. Through a layer of {@link #FOLDED} columns or more it is the sum of 16 lanes: lane l
   * starts from 0 and adds columns l, l+16, … ascending, the zeros of the padding as well, one
   * fma(delta, w, lane) each; they are folded by the tree 8, 4, 2, 1. One chain a sum would leave a
   * single row without vectors; where rows are short, folding would take longer than summing.
   *
   * @param delta [rows x columns], gradient with respect to the layer's weighted sums
   * @param w parameters, with the layer's weights
   * @param dx receives [rows x padded(inputs)]
   * @param transposed scratch of at least {@link #transposedLength} floats
   */
  void inputGradient(
      LayerShape layer,
      float[] delta,
      int deltaOffset,
      int rows,
      float[] w,
      float[] dx,
      int dxOffset,
      float[] transposed);

  /**
   * Gradient with respect to a layer's weights: gw = xᵀ·delta; overwrites.
   *
   * <p>Order: gw[i][c] starts from 0 and adds one fma(x[r][i], delta[r][c], gw) a row, ascending.
   *
   * @param x [rows x inputs]
   * @param delta [rows x columns]
   * @param gradient receives gw [inputs x columns], at the offset of the layer's weights
   */
  void weightGradient(
      LayerShape layer,
      float[] x,
      int xOffset,
      int rows,
      float[] delta,
      int deltaOffset,
      float[] gradient);

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
   * Plain gradient descent on a layer from one row: {@link #weightGradient}, {@link #biasGradient}
   * and {@link #sgd} without the gradient in between, bit for bit.
   *
   * @param x [inputs]
   * @param delta [columns]
   * @param w parameters, with the layer's weights and bias
   */
  void sgdOneRow(
      LayerShape layer,
      float[] x,
      int xOffset,
      float[] delta,
      int deltaOffset,
      float[] w,
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
   * <p>Order: e^(a - max of the row); sum in 16 lanes (lane l adds columns l, l+16, …, ascending)
   * folded by the tree 8, 4, 2, 1; division by the sum. A row with NaN or +∞ becomes NaN.
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
   * @param offset of w and of the optimizer's slots
   * @param length a multiple of 16
   */
  void sgd(float[] w, float[] g, int offset, int length, float learningRate);

  /** Gradient descent with momentum: v = fma(momentum, v, g); w = fma(-learningRate, v, w). */
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
   * <p>Order: 16 lanes, lane l adds elements l, l+16, … ascending, one fma(a, a, lane) a term,
   * folded by the tree 8, 4, 2, 1.
   *
   * @param length a multiple of 16
   */
  float sumOfSquares(float[] a, int offset, int length);

  /** Returns the max |a|, 0 for no elements, NaN if any element is NaN. */
  float absMax(float[] a, int offset, int length);

  /** a *= factor. */
  void scale(float[] a, int offset, int length, float factor);

  /**
   * Forward propagation of one row through a layer of relu neurons and one of {@link #PAIR}
   * columns, see {@link #areReluPair}: {@link #dense}, {@link #relu} and {@link #dense} in one
   * call, because calls take longer than small layers compute.
   *
   * @param w parameters of both layers
   * @param a receives the outputs of the hidden layer at {@code h}, and the weighted sums of the
   *     last layer at {@code y}
   */
  void forwardReluPair(
      LayerShape hidden,
      LayerShape last,
      float[] x,
      int xOffset,
      float[] w,
      float[] a,
      int h,
      int y);

  /**
   * Gradient with respect to the hidden layer's weighted sums of {@link #forwardReluPair}, from
   * that of the last layer: {@link #inputGradient} and {@link #reluGradient}.
   *
   * @param delta has the deltas of the last layer at {@code y} and receives those of the hidden
   *     layer at {@code h}
   */
  void backwardReluPair(
      LayerShape hidden, LayerShape last, float[] delta, int h, int y, float[] w, float[] a);

  /** Applies {@link #sgdOneRow} to both layers of {@link #forwardReluPair}. */
  void sgdReluPair(
      LayerShape hidden,
      LayerShape last,
      float[] x,
      int xOffset,
      float[] w,
      float[] a,
      float[] delta,
      int h,
      int y,
      float learningRate);
}
