package dev.millrace.simd;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the kernels once per JVM.
 *
 * <p>The property {@code millrace.simd.bits} forces 128, 256 or 512 bit registers, or 0 for none; a
 * forced width that the processor lacks works, slowly. Without it the processor's own width is
 * taken. Whatever keeps SIMD off without being asked to is logged once, with the remedy.
 */
final class KernelsLookup {

  private static final String PROPERTY = "millrace.simd.bits";
  private static final int NOT_FORCED = -1;

  private KernelsLookup() {}

  /** The choice, made when it is first asked for. */
  static Kernels best() {
    return Best.KERNELS;
  }

  private static final class Best {
    static final Kernels KERNELS = choose();
  }

  private static Kernels choose() {
    int forced = forcedBits();
    if (forced == 0) {
      log(Level.INFO, "SIMD is off, as -D" + PROPERTY + "=0 says. Same results, slower.");
      return new ScalarKernels();
    }
    String obstacle = unwantedObstacle();
    if (obstacle != null) {
      log(Level.WARNING, "SIMD is off: " + obstacle);
      return new ScalarKernels();
    }
    VectorWidth.choose(forced > 0 ? forced : VectorWidth.preferred());
    return new VectorKernels();
  }

  /** Returns what keeps SIMD off unintentionally, with the remedy. */
  static @Nullable String unwantedObstacle() {
    int forced = forcedBits();
    if (forced == 0) {
      return null;
    }
    return forced > 0 ? obstacleToAnyWidth() : obstacle();
  }

  /**
   * The width that the property asks for, if it does.
   *
   * @throws IllegalArgumentException if it is none of the allowed ones
   */
  static int forcedBits() {
    String requested = System.getProperty(PROPERTY);
    if (requested == null) {
      return NOT_FORCED;
    }
    return switch (requested.trim()) {
      case "0" -> 0;
      case "128" -> 128;
      case "256" -> 256;
      case "512" -> 512;
      default ->
          throw new IllegalArgumentException(
              "-D" + PROPERTY + " must be 0 (off), 128, 256 or 512, but was '" + requested + "'");
    };
  }

  /** Nothing that mentions a vector class may be loaded before this has found none. */
  private static @Nullable String obstacleToAnyWidth() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
        ? null
        : "start Java with --add-modules jdk.incubator.vector. Same results, slower.";
  }

  /** What makes the vector kernels impossible or slower than the scalar ones, or null. */
  private static @Nullable String obstacle() {
    String obstacle = obstacleToAnyWidth();
    if (obstacle != null) {
      return obstacle;
    }
    if (!HotSpot.hasOptimizingCompiler()) {
      return "this JVM runs without its optimizing compiler (C2). Remove -Xint,"
          + " -XX:TieredStopAtLevel and -XX:CompilationMode from its flags."
          + " Same results, slower.";
    }
    if (!HotSpot.hasFma()) {
      return "this JVM has no fused multiply-add instruction. Remove -XX:UseAVX, -XX:UseSSE and"
          + " -XX:-UseFMA from its flags, or take a processor with FMA3 (in a virtual machine:"
          + " let it show the host's). Same results, many times slower.";
    }
    if (VectorWidth.preferred() < 128) {
      return "this JVM has no 128 bit vectors. Remove -XX:MaxVectorSize from its flags, or take a"
          + " processor that has them. Same results, slower.";
    }
    return null;
  }

  private static void log(Level level, String message) {
    Logger logger = System.getLogger(Kernels.class.getName());
    logger.log(level, message);
  }
}
