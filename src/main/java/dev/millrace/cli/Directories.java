package dev.millrace.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** Temporary directories. */
final class Directories {
  private Directories() {}

  /** Removes a directory and all below it; what cannot be removed is logged. */
  static void delete(Path root) {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | java.io.UncheckedIOException e) {
      LoggerFactory.getLogger(Directories.class).warn("Could not remove {}", root, e);
    }
  }
}
