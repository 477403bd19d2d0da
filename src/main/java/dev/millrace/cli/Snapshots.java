package dev.millrace.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import java.util.Set;

/** Checkpoints and savepoints on disk: directories with a file {@code _metadata}. */
final class Snapshots {
  private static final String METADATA = "_metadata";
  // Job, checkpoint, file.
  private static final int DEPTH = 3;

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
    Search search = new Search(since);
    try {
      Files.walkFileTree(stateDir, Set.of(), DEPTH, search);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Optional.ofNullable(search.newest).map(Path::getParent);
  }

  /** Looks at each file of a directory in which a cluster may write and delete meanwhile. */
  private static final class Search extends SimpleFileVisitor<Path> {
    private FileTime time;
    private Path newest;

    Search(FileTime since) {
      time = since;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      boolean metadata = file.getFileName().toString().equals(METADATA);
      if (metadata && attributes.lastModifiedTime().compareTo(time) >= 0) {
        time = attributes.lastModifiedTime();
        newest = file;
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (e instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw e;
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
}
