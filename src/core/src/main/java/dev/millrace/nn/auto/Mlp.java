package dev.millrace.nn.auto;

import dev.millrace.nn.Initializer;
import dev.millrace.nn.WeightInitializer;
import dev.millrace.simd.Kernels;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Fully connected layers of tanh with a linear output layer: forward propagation and
 * backpropagation of one member, and where its parameters stand in the array of all members.
 *
 * <p>Layer after layer: weights [inputs x columns] row-major, then the bias; see {@link Kernels}
 * for padding and strides. It never changes, and models of one kind share it.
 */
final class Mlp {

  private static final Kernels KERNELS = Kernels.best();

  private final int layers;
  private final int[] inputs;
  private final int[] units;
  private final int[] columns;
  private final int[] weightOffsets;
  private final int[] biasOffsets;
  private final int[] ends;
  // Strides of all layers before a layer, and of all layers at the end.
  private final int[] stridesBefore;

  /**
   * @param offset of its parameters, a multiple of 16
   */
  Mlp(int offset, int in, int[] hidden, int outputs) {
    layers = hidden.length + 1;
    inputs = new int[layers];
    units = Arrays.copyOf(hidden, layers);
    units[layers - 1] = outputs;
    columns = new int[layers];
    weightOffsets = new int[layers];
    biasOffsets = new int[layers];
    ends = new int[layers];
    stridesBefore = new int[layers + 1];
    long end = offset;
    for (int l = 0; l < layers; l++) {
      inputs[l] = l == 0 ? in : units[l - 1];
      columns[l] = Kernels.weightColumns(inputs[l], units[l]);
      long bias = end + (long) inputs[l] * Kernels.stride(columns[l]);
      long last = bias + Kernels.stride(columns[l]) + Kernels.paddingAfterBias(columns[l]);
      if (last > Integer.MAX_VALUE - Kernels.LANES) {
        throw new IllegalArgumentException(
            "model auto has more weights than one array holds ("
                + Integer.MAX_VALUE
                + "): hash the features to fewer buckets");
      }
      weightOffsets[l] = (int) end;
      biasOffsets[l] = (int) bias;
      ends[l] = Kernels.padded((int) last);
      stridesBefore[l + 1] = stridesBefore[l] + Kernels.outputStride(columns[l]);
      end = ends[l];
    }
  }

  /** Parameters of such a network, padding left out. */
  static long values(int in, int[] hidden, int outputs) {
    long values = 0;
    long before = in;
    for (int units : hidden) {
      values += (before + 1) * units;
      before = units;
    }
    return values + (before + 1) * outputs;
  }

  /** Where the parameters begin. */
  int offset() {
    return weightOffsets[0];
  }

  /** Floats of the parameters, a multiple of 16. */
  int length() {
    return ends[layers - 1] - weightOffsets[0];
  }

  int outputs() {
    return units[layers - 1];
  }

  /** Floats of the outputs of all layers, and of the gradients with respect to them. */
  int activationLength(int rows) {
    return rows * stridesBefore[layers];
  }

  /** Where a row of the outputs stands among the activations. */
  int outputOffset(int rows, int row) {
    return rows * stridesBefore[layers - 1] + row * outputStride();
  }

  int outputStride() {
    return Kernels.outputStride(columns[layers - 1]);
  }

  int outputColumns() {
    return Kernels.padded(outputs());
  }

  /** Floats of scratch that {@link #backward} needs to turn weights. */
  int transposedLength() {
    int length = 0;
    for (int l = 1; l < layers; l++) {
      length = Math.max(length, Kernels.transposedLength(units[l]));
    }
    return length;
  }

  /**
   * Draws initial weights from N(0, 1/inputs) for the output neurons from {@code first} on, and for
   * all hidden ones if that is 0; biases are 0.
   */
  void initialize(float[] parameters, int first, long seed, long keySeed) {
    WeightInitializer draws = new WeightInitializer(Initializer.LECUN_NORMAL, seed, keySeed);
    for (int l = first == 0 ? 0 : layers - 1; l < layers; l++) {
      double deviation = Math.sqrt(1.0 / inputs[l]);
      for (int neuron = l == layers - 1 ? first : 0; neuron < units[l]; neuron++) {
        for (int i = 0; i < inputs[l]; i++) {
          parameters[weightOffsets[l] + i * Kernels.stride(columns[l]) + neuron] =
              (float) (deviation * draws.gaussian(l, neuron, i));
        }
      }
    }
  }

  /**
   * Leaves the outputs of every layer in {@code a}.
   *
   * @param averages other parameters, whose outputs for the first row of x follow as one row more;
   *     null for none
   */
  void forward(float[] parameters, float[] averages, float[] x, int xStride, int rows, float[] a) {
    int all = averages == null ? rows : rows + 1;
    for (int l = 0; l < layers; l++) {
      int stride = stridesBefore[l + 1] - stridesBefore[l];
      int y = all * stridesBefore[l];
      layer(l, parameters, x, xStride, rows, all, a, 0);
      if (averages != null) {
        layer(l, averages, x, xStride, 1, all, a, rows);
      }
      if (l < layers - 1) {
        KERNELS.tanh(a, y, all * stride);
      }
    }
  }

  /** Rows of a layer, from row {@code first} of {@code all} on; of x from its first row on. */
  private void layer(
      int l, float[] parameters, float[] x, int xStride, int rows, int all, float[] a, int first) {
    int stride = stridesBefore[l + 1] - stridesBefore[l];
    int strideBelow = l == 0 ? xStride : stridesBefore[l] - stridesBefore[l - 1];
    KERNELS.dense(
        l == 0 ? x : a,
        l == 0 ? 0 : all * stridesBefore[l - 1] + first * strideBelow,
        strideBelow,
        rows,
        inputs[l],
        parameters,
        weightOffsets[l],
        biasOffsets[l],
        columns[l],
        a,
        all * stridesBefore[l] + first * stride);
  }

  /**
   * Leaves the gradient of every parameter in {@code gradient}, from its start on.
   *
   * @param all rows of {@code a} and of {@code deltas}, of which only the first {@code rows} count
   * @param a outputs of {@link #forward}
   * @param deltas hold the gradient with respect to the output layer's sums, zero in the padding
   * @param transposed scratch of {@link #transposedLength} floats
   */
  void backward(
      float[] parameters,
      float[] x,
      int xStride,
      int rows,
      int all,
      float[] a,
      float[] deltas,
      float[] gradient,
      float[] transposed) {
    for (int l = layers - 1; l >= 0; l--) {
      int delta = all * stridesBefore[l];
      int strideBelow = l == 0 ? xStride : stridesBefore[l] - stridesBefore[l - 1];
      int below = l == 0 ? 0 : all * stridesBefore[l - 1];
      int weights = weightOffsets[l] - offset();
      int bias = biasOffsets[l] - offset();
      KERNELS.weightGradient(
          l == 0 ? x : a,
          below,
          strideBelow,
          rows,
          inputs[l],
          deltas,
          delta,
          columns[l],
          gradient,
          weights);
      KERNELS.biasGradient(deltas, delta, rows, columns[l], gradient, bias);
      clearPadding(l, gradient);
      if (l > 0) {
        KERNELS.inputGradient(
            deltas,
            delta,
            rows,
            units[l],
            columns[l],
            parameters,
            weightOffsets[l],
            inputs[l],
            deltas,
            below,
            transposed);
        KERNELS.tanhGradient(a, below, deltas, below, rows * strideBelow);
      }
    }
  }

  // What another member left there must not become a weight.
  private void clearPadding(int l, float[] gradient) {
    int bias = biasOffsets[l] - offset();
    int end = ends[l] - offset();
    for (int i = bias + columns[l]; i < end; i++) {
      gradient[i] = 0f;
    }
    int stride = Kernels.stride(columns[l]);
    if (stride != columns[l]) {
      for (int row = weightOffsets[l] - offset(); row < bias; row += stride) {
        Arrays.fill(gradient, row + columns[l], row + stride, 0f);
      }
    }
  }

  /** Copies the values of a network that differs only by fewer outputs to their places here. */
  void grow(Mlp from, float[] source, float[] target) {
    for (int l = 0; l < layers; l++) {
      // The row of the bias follows the rows of weights, in both.
      for (int i = 0; i <= inputs[l]; i++) {
        System.arraycopy(
            source,
            from.weightOffsets[l] + i * Kernels.stride(from.columns[l]),
            target,
            weightOffsets[l] + i * Kernels.stride(columns[l]),
            from.units[l]);
      }
    }
  }

  /** Gives the output neurons from {@code first} on the mean of the others' values. */
  void spread(float[] values, int first) {
    int l = layers - 1;
    for (int i = 0; i <= inputs[l]; i++) {
      int row = weightOffsets[l] + i * Kernels.stride(columns[l]);
      float sum = 0f;
      for (int o = 0; o < first; o++) {
        sum += values[row + o];
      }
      for (int o = first; o < units[l]; o++) {
        values[row + o] = sum / first;
      }
    }
  }

  /** Writes the values without the padding. */
  void write(float[] values, DataOutput out) throws IOException {
    for (int l = 0; l < layers; l++) {
      for (int i = 0; i <= inputs[l]; i++) {
        int row = weightOffsets[l] + i * Kernels.stride(columns[l]);
        for (int o = 0; o < units[l]; o++) {
          out.writeFloat(values[row + o]);
        }
      }
    }
  }

  /** Reads what {@link #write} wrote. */
  void read(DataInput in, float[] values) throws IOException {
    for (int l = 0; l < layers; l++) {
      for (int i = 0; i <= inputs[l]; i++) {
        int row = weightOffsets[l] + i * Kernels.stride(columns[l]);
        for (int o = 0; o < units[l]; o++) {
          values[row + o] = in.readFloat();
        }
      }
    }
  }
}
