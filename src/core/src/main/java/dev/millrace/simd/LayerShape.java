package dev.millrace.simd;

/**
 * Sizes of a fully connected layer and its position in an array of parameters, where its bias
 * [columns] follows its weights [inputs x columns].
 *
 * @param inputs number of inputs
 * @param inputStride floats between rows of inputs
 * @param outputs number of neurons
 * @param columns columns of the weights: the neurons padded to a multiple of {@link Kernels#LANES},
 *     or {@link Kernels#NARROW} or {@link Kernels#PAIR}
 * @param stride floats between rows of weights
 * @param weightOffset offset of the weights
 * @param biasOffset offset of the bias
 */
public record LayerShape(
    int inputs,
    int inputStride,
    int outputs,
    int columns,
    int stride,
    int weightOffset,
    int biasOffset) {

  /** Returns the shape of a layer whose weights are at the given offset. */
  public static LayerShape of(
      int inputs, int inputStride, int outputs, int columns, int weightOffset) {
    int stride = Kernels.stride(columns);
    int biasOffset = weightOffset + inputs * stride;
    return new LayerShape(inputs, inputStride, outputs, columns, stride, weightOffset, biasOffset);
  }
}
