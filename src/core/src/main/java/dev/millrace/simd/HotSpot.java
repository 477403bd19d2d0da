package dev.millrace.simd;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/** Reads from the flags of the JVM what it compiles with and to; assumes the best of other JVMs. */
final class HotSpot {

  private static final int C2_LEVEL = 4;

  private HotSpot() {}

  /** Returns true if C2 compiles; without it, each vector operation allocates. */
  static boolean hasOptimizingCompiler() {
    String vm = System.getProperty("java.vm.info", "");
    return !vm.contains("interpreted mode")
        && !vm.contains("emulated-client")
        && Integer.parseInt(flag("TieredStopAtLevel", "" + C2_LEVEL)) >= C2_LEVEL;
  }

  /** Returns true if Math.fma is an instruction instead of a sum of BigDecimals. */
  static boolean hasFma() {
    return Boolean.parseBoolean(flag("UseFMA", "true"));
  }

  private static String flag(String name, String fallback) {
    // The module may be missing from a small runtime image.
    return ModuleLayer.boot().findModule("jdk.management").isPresent()
        ? Flags.value(name, fallback)
        : fallback;
  }

  /** Loaded only where its module is. */
  private static final class Flags {

    static String value(String name, String fallback) {
      HotSpotDiagnosticMXBean vm =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      try {
        return vm == null ? fallback : vm.getVMOption(name).getValue();
      } catch (IllegalArgumentException e) {
        return fallback; // This JVM does not have the flag.
      }
    }
  }
}
