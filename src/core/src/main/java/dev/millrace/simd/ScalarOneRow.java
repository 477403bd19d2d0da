package dev.millrace.simd;

/** Gradient and plain gradient descent from one row, for {@link ScalarKernels}. */
final class ScalarOneRow {

  private ScalarOneRow() {}

  /** gw = xᵀ·delta. */
  static void weightGradient(
      LayerShape layer, float[] x, int xOffset, float[] delta, int deltaOffset, float[] gradient) {
    int columns = layer.columns();
    if (columns <= Kernels.NARROW) {
      for (int c = 0; c < columns; c++) {
        oneNeuron(layer, x, xOffset, delta[deltaOffset + c], gradient, c);
      }
      return;
    }
    float[] d = OneIndex.array(layer.biasOffset());
    for (int i = 0; i < layer.inputs(); i++) {
      int row = layer.weightOffset() + i * layer.stride();
      System.arraycopy(delta, deltaOffset, d, row, columns);
      oneInput(x[xOffset + i], d, gradient, row, row + columns);
    }
  }

  private static void oneInput(float xi, float[] delta, float[] gradient, int from, int to) {
    for (int p = from; p < to; p++) {
      // Adding 0 as the sum over rows does: it turns a product of -0 into 0.
      gradient[p] = Fma.fma(xi, delta[p], 0f);
    }
  }

  private static void oneNeuron(
      LayerShape layer, float[] x, int xOffset, float delta, float[] gradient, int neuron) {
    int p = layer.weightOffset() + neuron;
    for (int i = 0; i < layer.inputs(); i++) {
      gradient[p] = Fma.fma(x[xOffset + i], delta, 0f);
      p += layer.columns();
    }
  }

  /** Applies sgd to the weights of the inputs from {@code first} on, and to the bias. */
  static void sgd(
      LayerShape layer,
      int first,
      float[] x,
      int xOffset,
      float[] delta,
      int deltaOffset,
      float[] w,
      float learningRate) {
    int columns = layer.columns();
    if (columns <= Kernels.NARROW) {
      for (int c = 0; c < columns; c++) {
        sgdOneNeuron(layer, first, x, xOffset, delta[deltaOffset + c], w, c, learningRate);
      }
      return;
    }
    int bias = layer.biasOffset();
    float[] d = OneIndex.array(bias + columns);
    for (int i = first; i < layer.inputs(); i++) {
      int row = layer.weightOffset() + i * layer.stride();
      System.arraycopy(delta, deltaOffset, d, row, columns);
      sgdOneInput(x[xOffset + i], d, w, row, row + columns, learningRate);
    }
    System.arraycopy(delta, deltaOffset, d, bias, columns);
    sgdOneInput(1f, d, w, bias, bias + columns, learningRate);
  }

  private static void sgdOneInput(
      float xi, float[] delta, float[] w, int from, int to, float learningRate) {
    for (int p = from; p < to; p++) {
      float g = Fma.fma(xi, delta[p], 0f);
      w[p] = Fma.fma(-learningRate, g, w[p]);
    }
  }

  private static void sgdOneNeuron(
      LayerShape layer,
      int first,
      float[] x,
      int xOffset,
      float delta,
      float[] w,
      int neuron,
      float learningRate) {
    int columns = layer.columns();
    int p = layer.weightOffset() + first * columns + neuron;
    for (int i = first; i < layer.inputs(); i++) {
      float g = Fma.fma(x[xOffset + i], delta, 0f);
      w[p] = Fma.fma(-learningRate, g, w[p]);
      p += columns;
    }
    w[p] = Fma.fma(-learningRate, 0f + delta, w[p]);
  }
}
