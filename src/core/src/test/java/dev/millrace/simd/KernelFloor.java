package dev.millrace.simd;

import static dev.millrace.simd.MatrixBenchmark.CLASSES;
import static dev.millrace.simd.MatrixBenchmark.IN;
import static dev.millrace.simd.MatrixBenchmark.OUT;
import static dev.millrace.simd.MatrixBenchmark.PAIR_HIDDEN;
import static dev.millrace.simd.MatrixBenchmark.PAIR_IN;
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
          matrix("dense", ROWS * OUT, 0.44, 0.27),
          matrix("denseOneRow", OUT, 0.14, 0.17),
          matrix("denseNarrow", ROWS * Kernels.LANES, 0.30, 0.21),
          matrix("denseNarrowOneRow", Kernels.LANES, 0.29, 0.18),
          matrix("weightGradient", ROWS * OUT, 0.44, 0.26),
          matrix("weightGradientOneRow", OUT, 0.11, 0.08),
          matrix("weightGradientNarrow", ROWS * Kernels.LANES, 0.26, 0.27),
          matrix("inputGradient", ROWS * OUT, 0.34, 0.23),
          matrix("inputGradientOneRow", OUT, 0.15, 0.12),
          matrix("inputGradientNarrow", ROWS * CLASSES, 0.28, 0.16),
          matrix("sgdOneRow", OUT, 0.08, 0.07),
          matrix("denseFew", ROWS * Kernels.NARROW, 0.1, 0.1),
          matrix("denseFewOneRow", Kernels.NARROW, 0.05, 0.05),
          matrix("weightGradientFewOneRow", Kernels.NARROW, 0.03, 0.03),
          matrix("inputGradientFewOneRow", Kernels.NARROW, 0.02, 0.02),
          matrix("sgdOneRowFew", Kernels.NARROW, 0.02, 0.02),
          matrix("densePair", ROWS * Kernels.PAIR, 0.05, 0.05),
          matrix("densePairOneRow", Kernels.PAIR, 0.03, 0.03),
          matrix("weightGradientPairOneRow", Kernels.PAIR, 0.03, 0.03),
          matrix("inputGradientPairOneRow", Kernels.PAIR, 0.015, 0.015),
          matrix("sgdOneRowPair", Kernels.PAIR, 0.02, 0.02),
          pair("forwardReluPair", PAIR_IN + Kernels.PAIR, 0.06, 0.07),
          pair("backwardReluPair", Kernels.PAIR, 0.02, 0.02),
          pair("sgdReluPair", PAIR_IN + Kernels.PAIR, 0.05, 0.05),
          activation("sigmoid", 3.1, 3.0),
          activation("tanh", 3.0, 2.8),
          activation("relu", 1.8, 3.0),
          activation("selu", 1.7, 1.8),
          activation("leakyRelu", 2.0, 4.1),
          activation("elu", 1.6, 1.7),
          activation("gelu", 2.8, 2.7),
          activation("silu", 2.8, 3.0),
          activation("softplus", 5.0, 4.7),
          activation("softmax", 1.1, 1.1),
          activation("sigmoidGradient", 0.56, 0.64),
          activation("tanhGradient", 0.57, 0.59),
          activation("reluGradient", 1.0, 1.6),
          activation("seluGradient", 3.6, 5.3),
          activation("leakyReluGradient", 1.9, 4.7),
          activation("eluGradient", 2.4, 4.2),
          activation("geluGradient", 1.6, 1.6),
          activation("siluGradient", 3.0, 3.1),
          activation("softplusGradient", 2.5, 2.9),
          activation("softmaxGradient", 3.1, 2.6),
          activation("layerNorm", 2.5, 2.2),
          activation("layerNormGradient", 3.9, 3.4),
          activation("dropout", 2.6, 2.3),
          update("standardize", 2.0, 1.6),
          update("sgd", 0.44, 0.31),
          update("momentum", 0.67, 0.49),
          update("rmsProp", 0.52, 0.48),
          update("adam", 0.30, 0.30),
          update("adamOneRow", 0.30, 0.30),
          update("nesterov", 0.65, 0.50),
          update("adagrad", 0.53, 0.46),
          update("ftrl", 3.7, 3.9),
          update("regularize", 2.5, 3.5),
          update("clamp", 2.2, 5.7),
          update("limitColumns", 2.3, 1.2),
          update("scale", 0.50, 0.40),
          update("sumOfSquares", 8.2, 3.8),
          update("absMax", 3.0, 2.8));

  private static KernelFloor matrix(String kernel, int sums, double at512, double at256) {
    return new KernelFloor("MatrixBenchmark." + kernel, 2.0 * IN * sums, at512, at256);
  }

  private static KernelFloor pair(String kernel, int weights, double at512, double at256) {
    return new KernelFloor("MatrixBenchmark." + kernel, 2.0 * PAIR_HIDDEN * weights, at512, at256);
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
