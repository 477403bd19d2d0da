package dev.millrace.testing;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Programs of this machine that some tests need, and that not every machine has. */
public final class Programs {
  private Programs() {}

  /** Where a program is; a test that asks for one that is missing is skipped and says so. */
  public static Path require(String program, String debianPackage) {
    Optional<Path> found = find(program);
    assumeThat(found)
        .as("%s is not installed (apt-get install %s)", program, debianPackage)
        .isPresent();
    return found.orElseThrow();
  }

  /** Ends a process, at last in the way that nothing can prevent. */
  static void stop(Process process) {
    process.destroy();
    try {
      process.waitFor(Patience.MAX.toMinutes(), TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly();
    }
  }

  private static Optional<Path> find(String program) {
    return Arrays.stream(System.getenv("PATH").split(":"))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
