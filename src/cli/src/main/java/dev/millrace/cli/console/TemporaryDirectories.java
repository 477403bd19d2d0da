package dev.millrace.cli.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserPrincipal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.LoggerFactory;

/**
 * Temporary directories with a lock of their process. Creating one removes the directories of
 * killed processes, which are no longer locked.
 */
public final class TemporaryDirectories {
  private static final String IN_USE = "in-use";
  private static final String ALL = "millrace-*";
  private static final int TRIES = 40;
  private static final long NANOS_BETWEEN_TRIES = 50_000_000;

  // Locks belong to the process: opening the lock file of an own directory would release it.
  private static final Map<Path, FileChannel> OWN = new ConcurrentHashMap<>();

  private TemporaryDirectories() {}

  /**
   * Creates a directory.
   *
   * @param prefix of its name, which starts with {@code millrace-}
   * @throws CliError if it cannot be created
   */
  public static Path create(String prefix) {
    try {
      Path directory = Files.createTempDirectory(prefix);
      mark(directory);
      return directory;
    } catch (IOException e) {
      throw new CliError(
          "No temporary directory could be created: %s.".formatted(OutputFile.obstacle(e)),
          "Fix that, or name another directory: JAVA_OPTS=-Djava.io.tmpdir=DIR",
          e);
    }
  }

  /**
   * Creates a temporary directory that is removed when this process ends.
   *
   * @throws CliError if it cannot be created
   */
  public static Path untilExit(String prefix) {
    Path directory = create(prefix);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteAtEnd(directory)));
    return directory;
  }

  /** Removes a directory that this class created. */
  public static void delete(Path directory) {
    Directories.delete(directory);
    FileChannel held = OWN.remove(directory);
    try {
      if (held != null) {
        held.close();
      }
    } catch (IOException e) {
      // The lock file is already removed.
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
        Directories.deleteTree(root);
      } catch (IOException | UncheckedIOException e) {
        LockSupport.parkNanos(NANOS_BETWEEN_TRIES);
      }
    }
  }

  // The file is locked before it has its final name.
  private static void mark(Path directory) {
    Path unnamed = directory.resolve(IN_USE + ".new");
    try {
      FileChannel channel =
          FileChannel.open(unnamed, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      OWN.put(directory, channel);
      channel.lock();
      Files.move(unnamed, directory.resolve(IN_USE), StandardCopyOption.ATOMIC_MOVE);
      removeAbandoned(directory);
    } catch (IOException | UnsupportedOperationException e) {
      LoggerFactory.getLogger(TemporaryDirectories.class)
          .info("Directories of killed processes next to {} were not removed", directory, e);
    }
  }

  private static void removeAbandoned(Path created) throws IOException {
    UserPrincipal user = Files.getOwner(created);
    try (DirectoryStream<Path> all = Files.newDirectoryStream(created.getParent(), ALL)) {
      for (Path directory : all) {
        // In a directory of another user, a link could replace a file.
        if (!OWN.containsKey(directory)
            && Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
            && Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS).equals(user)) {
          removeIfAbandoned(directory);
        }
      }
    }
  }

  private static void removeIfAbandoned(Path directory) {
    try (FileChannel channel =
        FileChannel.open(
            directory.resolve(IN_USE), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      if (channel.tryLock() != null) {
        Directories.delete(directory);
      }
    } catch (IOException e) {
      // Without a lock file, or being removed now.
    }
  }
}
