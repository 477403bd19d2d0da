package dev.millrace.simd;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/**
 * What the JVM compiles with and to, as its flags ended up; another JVM is taken to have it all.
 */
final class HotSpot {

  private static final int C2_LEVEL = 4;

  private HotSpot() {}

  /** Interpreted or compiled by C1 alone, a vector operation is an allocation and a call. */
  static boolean hasOptimizingCompiler() {
    String vm = System.getProperty("java.vm.info", "");
    return !vm.contains("interpreted mode")
        && !vm.contains("emulated-client")
        && Integer.parseInt(flag("TieredStopAtLevel", "" + C2_LEVEL)) >= C2_LEVEL;
  }

  /** Whether Math.fma is an instruction rather than a sum of BigDecimals. */
  static boolean hasFma() {
    return Boolean.parseBoolean(flag("UseFMA", "true"));
  }

  private static String flag(String name, String otherwise) {
    // The module may be missing from a small runtime image.
    return ModuleLayer.boot().findModule("jdk.management").isPresent()
        ? Flags.value(name, otherwise)
        : otherwise;
  }

  /** Loaded only where its module is. */
  private static final class Flags {

    static String value(String name, String otherwise) {
      HotSpotDiagnosticMXBean vm =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      try {
        return vm == null ? otherwise : vm.getVMOption(name).getValue();
      } catch (IllegalArgumentException e) {
        return otherwise; // This JVM does not have the flag.
      }
    }
  }
}
