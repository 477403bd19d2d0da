package dev.millrace.cli.console;

import java.io.IOException;
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
import org.slf4j.LoggerFactory;

/**
 * Temporary directories that their process holds a lock in, so that those which killed processes
 * have left are found, and removed when the next one is made.
 */
public final class TemporaryDirectories {
  private static final String IN_USE = "in-use";
  private static final String ALL = "millrace-*";

  // To look into one of them would end its lock: that is the process's, not the channel's.
  private static final Map<Path, FileChannel> OWN = new ConcurrentHashMap<>();

  private TemporaryDirectories() {}

  /**
   * Makes one.
   *
   * @param prefix of its name, which begins with {@code millrace-}
   * @throws CliError if that is not possible
   */
  public static Path create(String prefix) {
    try {
      Path directory = Files.createTempDirectory(prefix);
      mark(directory);
      return directory;
    } catch (IOException e) {
      throw new CliError(
          "There is no room for temporary files: %s.".formatted(OutputFile.obstacle(e)),
          "Mend that or name another place: JAVA_OPTS=-Djava.io.tmpdir=DIR",
          e);
    }
  }

  /** Removes one that was made here. */
  public static void delete(Path directory) {
    Directories.delete(directory);
    FileChannel held = OWN.remove(directory);
    try {
      if (held != null) {
        held.close();
      }
    } catch (IOException e) {
      // Nothing depends on it any more.
    }
  }

  // Whoever sees the file under its name finds it locked.
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
          .info("What killed processes have left beside {} stays there", directory, e);
    }
  }

  private static void removeAbandoned(Path own) throws IOException {
    UserPrincipal user = Files.getOwner(own);
    try (DirectoryStream<Path> all = Files.newDirectoryStream(own.getParent(), ALL)) {
      for (Path directory : all) {
        // In a directory of somebody else, a link may take the place of a file that is removed.
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
      // Of an earlier build, or being removed now.
    }
  }
}
