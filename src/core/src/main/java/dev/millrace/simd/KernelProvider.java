package dev.millrace.simd;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.module.ModuleFinder;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the kernels once per JVM: the fastest that it can run, see {@code millrace.simd.bits} in
 * the package's description. Logs once, with the remedy, what keeps SIMD off unintentionally.
 */
public final class KernelProvider {

  private static final String MODULE = "jdk.incubator.vector";
  private static final String PROPERTY = "millrace.simd.bits";
  private static final int NOT_FORCED = -1;

  private KernelProvider() {}

  /** Chosen on first use. */
  private static final class Best {
    static final Kernels KERNELS = choose();
    static final boolean SCALAR = KERNELS.bits() == 0;
  }

  /** Returns the kernels of layers, the basic activations and optimizers. */
  public static Kernels kernels() {
    return Best.KERNELS;
  }

  /** Returns the kernels of further activations. */
  public static ActivationKernels activations() {
    return Best.SCALAR ? new ScalarActivations() : new VectorActivations();
  }

  /** Returns the kernels of layer normalization and dropout. */
  public static LayerKernels layers() {
    return Best.SCALAR ? new ScalarLayers() : new VectorLayers();
  }

  /** Returns the kernels of mixtures of networks. */
  public static MixtureKernels mixtures() {
    return Best.SCALAR ? new ScalarMixtures() : new VectorMixtures();
  }

  /** Returns the kernels of nearest neighbours; scalar at 128 bits, where C2 allocates masks. */
  public static DistanceKernels distances() {
    return Best.KERNELS.bits() < 256 ? new ScalarDistances() : new VectorDistances();
  }

  /** Returns the kernels of random ferns; scalar at 128 bits, where gathering takes longer. */
  public static FernKernels ferns() {
    return Best.KERNELS.bits() < 256 ? new ScalarFerns() : new VectorFerns();
  }

  /** Returns the kernels of feature scaling; scalar at 128 bits, where C2 allocates masks. */
  public static ScalingKernels scaling() {
    return Best.KERNELS.bits() < 256 ? new ScalarScaling() : new VectorScaling();
  }

  /** Returns the kernels of further optimizers. */
  public static UpdateKernels updates() {
    return Best.SCALAR ? new ScalarUpdates() : new VectorUpdates();
  }

  /**
   * Checks {@code millrace.simd.bits}, so that programs can reject an invalid value at their start.
   *
   * @throws IllegalArgumentException naming the value and the allowed ones
   */
  public static void checkSettings() {
    forcedBits();
  }

  private static Kernels choose() {
    int forced = forcedBits();
    if (forced == 0) {
      log(Level.INFO, "SIMD is off, because of -D" + PROPERTY + "=0. Same results, slower.");
      return new ScalarKernels();
    }
    String obstacle = obstacle();
    if (obstacle != null) {
      log(Level.WARNING, "SIMD is off: " + obstacle);
      return new ScalarKernels();
    }
    VectorWidth.choose(forced > 0 ? forced : VectorWidth.preferred());
    return new VectorKernels();
  }

  /** Returns what keeps SIMD off in this JVM unintentionally, with the remedy. */
  public static @Nullable String obstacle() {
    int forced = forcedBits();
    if (forced == 0) {
      return null;
    }
    return forced > 0 ? obstacleToAnyWidth() : obstacleToBestWidth();
  }

  private static int forcedBits() {
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

  /** Runs before any class that mentions vectors is loaded. */
  private static @Nullable String obstacleToAnyWidth() {
    if (ModuleLayer.boot().findModule(MODULE).isPresent()) {
      return null;
    }
    return ModuleFinder.ofSystem().find(MODULE).isPresent()
        ? "start Java with --add-modules " + MODULE + ". Same results, slower."
        : "this Java runtime has no module "
            + MODULE
            + ". Use a JDK of version 17 to 27, or a runtime that is made with the module."
            + " Same results, slower.";
  }

  /** Returns what makes the vector kernels impossible or slower than the scalar ones. */
  private static @Nullable String obstacleToBestWidth() {
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
          + " -XX:-UseFMA from its flags, or use a processor with FMA3 (in a virtual machine:"
          + " expose the host's). Same results, many times slower.";
    }
    if (VectorWidth.preferred() < 128) {
      return "this JVM has no 128 bit vectors. Remove -XX:MaxVectorSize from its flags, or use a"
          + " processor that has them. Same results, slower.";
    }
    return null;
  }

  private static void log(Level level, String message) {
    Logger logger = System.getLogger(Kernels.class.getName());
    logger.log(level, message);
  }
}
