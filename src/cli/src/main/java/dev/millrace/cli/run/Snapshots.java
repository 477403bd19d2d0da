package dev.millrace.cli.run;

import static org.apache.flink.runtime.checkpoint.Checkpoints.HEADER_MAGIC_NUMBER;

import dev.millrace.cli.console.CliError;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Checkpoints and savepoints on disk: directories with a file {@code _metadata}. */
public final class Snapshots {
  private static final String METADATA = "_metadata";
  // Job, checkpoint, file.
  private static final int DEPTH = 3;

  // A metadata file of any version begins with a magic number, its version and the snapshot's id.
  private static final int HEADER_BYTES = 16;
  private static final int ID_OFFSET = 8;

  private Snapshots() {}

  /** A snapshot's directory, and when it was complete. */
  private record Found(Path directory, FileTime time) {}

  /**
   * Returns the snapshots below a directory, newest first, by their ids: a job counts on from the
   * snapshot that it started from, while clocks can be set back and copies have other times. One
   * too damaged to have an id comes right after the one written before it.
   */
  public static List<Path> newestFirst(Path stateDir) {
    Map<Path, Long> ids = new LinkedHashMap<>();
    long id = 0;
    for (Found found : oldestWrittenFirst(stateDir)) {
      id = id(found.directory()).orElse(id);
      ids.put(found.directory(), id);
    }
    List<Path> newest = new ArrayList<>(ids.keySet());
    newest.sort(Comparator.comparingLong(ids::get));
    Collections.reverse(newest);
    return newest;
  }

  private static OptionalLong id(Path snapshot) {
    try (InputStream in = Files.newInputStream(metadata(snapshot))) {
      ByteBuffer header = ByteBuffer.wrap(in.readNBytes(HEADER_BYTES));
      return header.capacity() == HEADER_BYTES && header.getInt(0) == HEADER_MAGIC_NUMBER
          ? OptionalLong.of(header.getLong(ID_OFFSET))
          : OptionalLong.empty();
    } catch (IOException e) {
      return OptionalLong.empty(); // a start from it reports why
    }
  }

  /** Returns the newest one below a directory that is not in {@code excluded}. */
  public static Optional<Path> newestBut(Path stateDir, Set<Path> excluded) {
    return newestFirst(stateDir).stream().filter(path -> !excluded.contains(path)).findFirst();
  }

  /** Returns the metadata file of a snapshot. */
  static Path metadata(Path snapshot) {
    return snapshot.resolve(METADATA);
  }

  /** Returns the time when a file was written. */
  static FileTime time(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Found> oldestWrittenFirst(Path stateDir) {
    if (!Files.isDirectory(stateDir)) {
      return List.of();
    }
    List<Found> found = new ArrayList<>();
    try {
      // The directory itself may be a link, which would not be followed.
      Path real = stateDir.toRealPath();
      Search search = new Search();
      Files.walkFileTree(real, Set.of(), DEPTH, search);
      for (Found each : search.found) {
        found.add(new Found(stateDir.resolve(real.relativize(each.directory())), each.time()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    found.sort(Comparator.comparing(Found::time));
    return found;
  }

  /** Looks at each file of a directory in which a cluster may write and delete meanwhile. */
  private static final class Search extends SimpleFileVisitor<Path> {
    private final List<Found> found = new ArrayList<>();

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (file.getFileName().toString().equals(METADATA)) {
        found.add(new Found(file.resolveSibling(""), attributes.lastModifiedTime()));
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
   * Returns the directory that {@code --from-savepoint} names, a path or the URI that Flink prints.
   *
   * @throws CliError if there is no savepoint
   */
  static Path given(String pathOrUri) {
    Path path = path(pathOrUri).toAbsolutePath();
    if (!Files.isRegularFile(metadata(path))) {
      throw CliError.usage(
          "--from-savepoint %s is neither a savepoint nor a checkpoint: there is no %s in it."
              .formatted(pathOrUri, METADATA));
    }
    return path;
  }

  /**
   * Returns a directory as a URI for Flink's options. Nothing is escaped, as Flink would read
   * {@code %20} as part of a name.
   */
  public static String location(Path directory) {
    return "file://" + directory.toAbsolutePath();
  }

  /** Returns a location for the user; a local one without its {@code file:}. */
  public static String shown(String location) {
    return local(location).map(Path::toString).orElse(location);
  }

  /**
   * Returns the message of a job that has been stopped without one.
   *
   * @param newest snapshot that the next run continues from, if there is one
   */
  public static String stoppedWithout(Optional<Path> newest) {
    return newest
        .map("Stopped without a savepoint; the next run continues from %s."::formatted)
        .orElse(
            "Stopped without a savepoint, and there is no checkpoint yet: the next run starts with"
                + " new models.");
  }

  /** Returns the path of a location, if it is on this machine. */
  public static Optional<Path> local(String location) {
    return location.startsWith("file:") ? Optional.of(path(location)) : Optional.empty();
  }

  private static Path path(String pathOrUri) {
    // Flink prints file:/dir, others write file:///dir.
    return Path.of(pathOrUri.replaceFirst("^file:(//)?(?=/)", ""));
  }
}
