package dev.millrace.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** Checkpoints and savepoints on disk: directories with a file {@code _metadata}. */
final class Snapshots {
  private static final String METADATA = "_metadata";

  private Snapshots() {}

  /** The newest one below a directory. */
  static Optional<Path> newest(Path stateDir) {
    return newestSince(stateDir, FileTime.fromMillis(0));
  }

  /** The newest one below a directory that was written at {@code since} or later. */
  static Optional<Path> newestSince(Path stateDir, FileTime since) {
    if (!Files.isDirectory(stateDir)) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.walk(stateDir, 3)) {
      return files
          .filter(file -> file.getFileName().toString().equals(METADATA))
          .filter(file -> modified(file).compareTo(since) >= 0)
          .max(Comparator.comparing(Snapshots::modified))
          .map(Path::getParent);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What {@code --from-savepoint} names: a directory, as a path or as the URI that Flink prints.
   *
   * @throws CliError if there is no savepoint
   */
  static Path given(String pathOrUri) {
    Path path = path(pathOrUri).toAbsolutePath();
    if (!Files.isRegularFile(path.resolve(METADATA))) {
      throw CliError.usage(
          "--from-savepoint %s is neither a savepoint nor a checkpoint: there is no %s in it."
              .formatted(pathOrUri, METADATA));
    }
    return path;
  }

  /**
   * A directory as Flink's options name it: a URI in which nothing is escaped. {@link Path#toUri}
   * escapes spaces and letters beyond ASCII, and Flink would take {@code %20} for part of a name.
   */
  static String location(Path directory) {
    return "file://" + directory.toAbsolutePath();
  }

  /** A place as Flink names it; a local one without its {@code file:}. */
  static String shown(String location) {
    return location.startsWith("file:") ? path(location).toString() : location;
  }

  private static Path path(String pathOrUri) {
    // Flink prints file:/dir, others write file:///dir.
    return Path.of(pathOrUri.replaceFirst("^file:(//)?(?=/)", ""));
  }

  private static FileTime modified(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
