package dev.millrace.cli.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Directories that commands create, read and remove. */
public final class Directories {
  private static final int TRIES = 40;
  private static final long NANOS_BETWEEN_TRIES = 50_000_000;

  private Directories() {}

  /**
   * Creates a temporary directory that is removed when this process ends.
   *
   * @throws CliError if it cannot be created
   */
  public static Path untilExit(String prefix) {
    Path directory = TemporaryDirectories.create(prefix);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteAtEnd(directory)));
    return directory;
  }

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

  private static void deleteAtEnd(Path directory) {
    StopSignal.awaitCommands();
    deletePatiently(directory);
  }

  // Flink may still remove files in it.
  private static void deletePatiently(Path root) {
    for (int left = TRIES; left > 0 && Files.exists(root); left--) {
      try {
        deleteTree(root);
      } catch (IOException | UncheckedIOException e) {
        LockSupport.parkNanos(NANOS_BETWEEN_TRIES);
      }
    }
  }

  private static void deleteTree(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
