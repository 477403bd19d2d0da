package dev.millrace.testing;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A fuzz target whose classes are loaded and instrumented before the time of the search begins,
 * which takes longer than a short search on a machine that others use too.
 */
public final class WarmFuzzTarget {
  private static MethodHandle target;

  private WarmFuzzTarget() {}

  /** What Jazzer calls first, with the name of one of {@link FuzzTargets}. */
  public static void fuzzerInitialize(String[] arguments) throws Throwable {
    FuzzTargets named = FuzzTargets.valueOf(arguments[0]);
    target =
        MethodHandles.publicLookup()
            .findStatic(
                Class.forName(named.target()),
                "fuzzerTestOneInput",
                MethodType.methodType(void.class, byte[].class));
    for (Path input : named.inputs()) {
      fuzzerTestOneInput(Files.readAllBytes(input));
    }
  }

  /** What Jazzer calls with each input. */
  public static void fuzzerTestOneInput(byte[] bytes) throws Throwable {
    target.invokeExact(bytes);
  }
}
