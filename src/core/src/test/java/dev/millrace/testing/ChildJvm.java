package dev.millrace.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a main class of the test classpath in a JVM of its own. */
public final class ChildJvm {

  /** The flag without which there are no SIMD kernels. */
  public static final String MODULE = "--add-modules=jdk.incubator.vector";

  /**
   * The flags of the launcher and of flink-conf/config.yaml, with compilation in the foreground: in
   * the background, what is inlined depends on the machine's load.
   */
  public static final List<String> AS_SHIPPED =
      List.of(
          MODULE,
          "-Xbatch",
          "-XX:CompileCommand=quiet",
          "-XX:CompileCommand=dontinline,dev.millrace.simd.VectorKernels::*");

  private ChildJvm() {}

  /**
   * Runs to the end and returns what was printed, errors included.
   *
   * @throws IllegalStateException if the exit code is not 0
   */
  public static String run(Class<?> main, List<String> jvmFlags, String... arguments) {
    return run(Path.of(System.getProperty("java.home")), main, jvmFlags, arguments);
  }

  /** As {@link #run(Class, List, String...)}, in the JVM of the JDK at {@code home}. */
  public static String run(Path home, Class<?> main, List<String> jvmFlags, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(java(home).toString());
    command.addAll(jvmFlags);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return run(command);
  }

  /**
   * Runs a command line to its end and returns what it printed, errors included.
   *
   * @throws IllegalStateException if the exit code is not 0
   */
  public static String run(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    // The flags under test are those of the command line alone.
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    try {
      Process process = builder.start();
      String output;
      try (InputStream in = process.getInputStream()) {
        output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
      int exit = process.waitFor();
      if (exit != 0) {
        throw new IllegalStateException("exit code " + exit + " of " + command + ":\n" + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** The launcher of the JDK at {@code home}. */
  public static Path java(Path home) {
    return home.resolve("bin").resolve("java");
  }
}
