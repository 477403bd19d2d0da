package dev.millrace.cli.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Directories that commands create, read and remove. */
public final class Directories {
  private Directories() {}

  /**
   * Checks the directory that an option names.
   *
   * @param directory null if the option is absent
   * @throws CliError if it is none
   */
  public static void require(String option, @Nullable Path directory) {
    if (directory != null && !Files.isDirectory(directory)) {
      throw CliError.usage(option + " " + directory + " is not a folder.");
    }
  }

  /** Returns the path itself if it exists, else the nearest existing path above it. */
  public static Path existing(Path path) {
    Path existing = path.toAbsolutePath();
    for (Path above = existing; above != null; above = above.getParent()) {
      if (Files.exists(above)) {
        return above;
      }
      existing = above;
    }
    return existing;
  }

  /** Removes a directory with its content; logs what cannot be removed. */
  public static void delete(Path root) {
    try {
      deleteTree(root);
    } catch (IOException | UncheckedIOException e) {
      LoggerFactory.getLogger(Directories.class).warn("Could not remove {}", root, e);
    }
  }

  static void deleteTree(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
