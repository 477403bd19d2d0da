package dev.millrace.simd;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Chooses the kernels once per JVM.
 *
 * <p>The property {@code millrace.simd.bits} forces 128, 256 or 512 bit registers, or 0 for none; a
 * forced width that the processor lacks works, slowly. Without it the processor's own width is
 * taken. Whatever keeps SIMD off without being asked to is logged once, with the remedy.
 */
final class KernelsLookup {

  static final String PROPERTY = "millrace.simd.bits";

  static final Kernels BEST = choose(System.getProperty(PROPERTY));

  private static final String SAME_RESULTS = "Same results, slower.";

  private KernelsLookup() {}

  private static Kernels choose(String requested) {
    int bits = requested == null ? -1 : parse(requested);
    if (bits == 0) {
      return new ScalarKernels();
    }
    // Nothing that mentions a vector class may be loaded before this.
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      warn("SIMD is off: start Java with --add-modules jdk.incubator.vector. " + SAME_RESULTS);
      return new ScalarKernels();
    }
    if (bits < 0) {
      if (!hasOptimizingCompiler()) {
        warn("SIMD is off: this JVM runs without its optimizing compiler (C2). " + SAME_RESULTS);
        return new ScalarKernels();
      }
      bits = VectorWidth.preferred();
      if (bits < 128) {
        warn("SIMD is off: this processor has no 128 bit vectors. " + SAME_RESULTS);
        return new ScalarKernels();
      }
    }
    VectorWidth.choose(bits);
    return new VectorKernels();
  }

  /**
   * Reads the property.
   *
   * @throws IllegalArgumentException if it is none of the allowed widths
   */
  static int parse(String requested) {
    return switch (requested.trim()) {
      case "0" -> 0;
      case "128" -> 128;
      case "256" -> 256;
      case "512" -> 512;
      default ->
          throw new IllegalArgumentException(
              PROPERTY + " must be 0 (off), 128, 256 or 512, but was '" + requested + "'");
    };
  }

  /** Interpreted or compiled by C1 alone, a vector operation is an allocation and a call. */
  private static boolean hasOptimizingCompiler() {
    String vm = System.getProperty("java.vm.info", "");
    return !vm.contains("interpreted mode") && !vm.contains("emulated-client");
  }

  private static void warn(String message) {
    Logger logger = System.getLogger(Kernels.class.getName());
    logger.log(Level.WARNING, message);
  }
}
