package dev.millrace.simd;

import static dev.millrace.simd.MatrixBenchmark.CLASSES;
import static dev.millrace.simd.MatrixBenchmark.IN;
import static dev.millrace.simd.MatrixBenchmark.OUT;
import static dev.millrace.simd.MatrixBenchmark.ROWS;

import java.util.List;

/**
 * The least that is expected of a kernel: so low that one which is compiled well passes with room,
 * for one that the compiler gives up on loses a factor of five to twenty.
 *
 * @param benchmark class and method
 * @param work of a call: floating-point operations of a matrix kernel, elements of the others
 * @param at512 least share of the core's multiply-add peak of a matrix kernel, least multiple of
 *     the scalar kernel's speed of the others
 * @param at256 the same with registers of 256 bit
 */
record KernelFloor(String benchmark, double work, double at512, double at256) {

  static final List<KernelFloor> ALL =
      List.of(
          matrix("dense", ROWS * OUT, 0.3, 0.2),
          matrix("denseOneRow", OUT, 0.04, 0.04),
          matrix("denseNarrow", ROWS * Kernels.LANES, 0.05, 0.05),
          matrix("denseNarrowOneRow", Kernels.LANES, 0.02, 0.02),
          matrix("weightGradient", ROWS * OUT, 0.25, 0.2),
          matrix("weightGradientOneRow", OUT, 0.05, 0.05),
          matrix("weightGradientNarrow", ROWS * Kernels.LANES, 0.3, 0.2),
          matrix("inputGradient", ROWS * OUT, 0.25, 0.2),
          matrix("inputGradientOneRow", OUT, 0.03, 0.03),
          matrix("inputGradientNarrow", ROWS * CLASSES, 0.03, 0.03),
          matrix("descend", OUT, 0.02, 0.02),
          activation("sigmoid", 0.5, 0.5),
          activation("tanh", 0.5, 0.5),
          activation("relu", 0.5, 0.5),
          activation("selu", 0.5, 0.5),
          activation("leakyRelu", 0.5, 0.5),
          activation("elu", 0.5, 0.5),
          activation("gelu", 0.5, 0.5),
          activation("silu", 0.5, 0.5),
          activation("softplus", 0.5, 0.5),
          activation("softmax", 0.5, 0.5),
          activation("sigmoidGradient", 0.5, 0.5),
          activation("tanhGradient", 0.5, 0.5),
          activation("reluGradient", 0.5, 0.5),
          activation("seluGradient", 0.5, 0.5),
          activation("leakyReluGradient", 0.5, 0.5),
          activation("eluGradient", 0.5, 0.5),
          activation("geluGradient", 0.5, 0.5),
          activation("siluGradient", 0.5, 0.5),
          activation("softplusGradient", 0.5, 0.5),
          activation("softmaxGradient", 0.5, 0.5),
          activation("layerNorm", 0.5, 0.5),
          activation("layerNormGradient", 0.5, 0.5),
          activation("dropout", 0.5, 0.5),
          update("sgd", 0.5, 0.5),
          update("momentum", 0.5, 0.5),
          update("rmsProp", 0.5, 0.5),
          update("adam", 0.5, 0.5),
          update("nesterov", 0.5, 0.5),
          update("adagrad", 0.5, 0.5),
          update("ftrl", 0.5, 0.5),
          update("regularize", 0.5, 0.5),
          update("clamp", 0.5, 0.5),
          update("limitColumns", 0.5, 0.5),
          update("scale", 0.5, 0.5),
          update("sumOfSquares", 0.5, 0.5),
          update("absMax", 0.5, 0.5));

  private static KernelFloor matrix(String kernel, int sums, double at512, double at256) {
    return new KernelFloor("MatrixBenchmark." + kernel, 2.0 * IN * sums, at512, at256);
  }

  private static KernelFloor activation(String kernel, double at512, double at256) {
    String benchmark = "ActivationBenchmark." + kernel;
    return new KernelFloor(benchmark, ActivationBenchmark.LENGTH, at512, at256);
  }

  private static KernelFloor update(String kernel, double at512, double at256) {
    String benchmark = "UpdateBenchmark." + kernel;
    return new KernelFloor(benchmark, UpdateBenchmark.LENGTH, at512, at256);
  }

  boolean isMatrix() {
    return benchmark.startsWith("Matrix");
  }

  double at(int bits) {
    return bits == 512 ? at512 : at256;
  }
}
