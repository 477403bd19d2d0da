package dev.millrace.cli.console;

import dev.millrace.data.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.text.Normalizer;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Files that commands write. */
public final class OutputFile {
  // Most file systems allow 255.
  private static final int MAX_NAME_BYTES = 200;

  private static final String NOT_ASCII = "[^A-Za-z0-9._-]";

  private OutputFile() {}

  /**
   * Writes a file, as {@link #replace}.
   *
   * @throws CliError if it cannot be written
   */
  public static void write(Path file, byte[] bytes) {
    try {
      replace(file, bytes);
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  /**
   * Writes a file at once: until the new one is complete, and after a failure, a former file is
   * there as it was. Devices, and files in a folder without write access, are written in place.
   */
  public static void replace(Path file, byte[] bytes) throws IOException {
    Path target = Files.exists(file) ? file.toRealPath() : file;
    Path unfinished = target.resolveSibling(".millrace-" + UUID.randomUUID() + ".part");
    if (!isReplaceable(target, unfinished.toAbsolutePath().getParent())) {
      Files.write(file, bytes);
    } else {
      replace(target, unfinished, bytes);
    }
  }

  /**
   * Writes a file under the name of one that does not exist yet, and renames that. Where it cannot
   * be renamed, the file is written in place: it may itself be a mount, or be of another user in a
   * sticky folder.
   */
  static void replace(Path target, Path unfinished, byte[] bytes) throws IOException {
    Files.createFile(unfinished);
    try {
      copyPermissions(target, unfinished);
      Files.write(unfinished, bytes);
      try {
        Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (FileSystemException e) {
        Files.write(target, bytes);
        Files.delete(unfinished);
      }
    } catch (IOException e) {
      deleteAfter(e, unfinished);
      throw e;
    }
  }

  private static boolean isReplaceable(Path file, @Nullable Path folder) {
    return folder != null
        && Files.isWritable(folder)
        && (Files.isRegularFile(file)
            ? Files.isWritable(file)
            : !Files.exists(file, LinkOption.NOFOLLOW_LINKS));
  }

  private static void copyPermissions(Path from, Path to) throws IOException {
    if (Files.exists(from)
        && from.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.setPosixFilePermissions(to, Files.getPosixFilePermissions(from));
    }
  }

  private static void deleteAfter(IOException failure, Path unfinished) {
    try {
      Files.deleteIfExists(unfinished);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Creates a folder if it does not exist.
   *
   * @throws CliError if no files can be written to it
   */
  public static void createFolder(Path folder) {
    try {
      Files.createDirectories(folder);
      if (!Files.isWritable(folder)) {
        throw new AccessDeniedException(folder.toString());
      }
    } catch (FileAlreadyExistsException e) {
      throw new CliError(folder + " is a file; name a folder.", e);
    } catch (IOException e) {
      throw failure(folder, e);
    }
  }

  /** Returns the error of a file that cannot be written. */
  public static CliError failure(Path file, IOException e) {
    if (e instanceof NoSuchFileException) {
      return new CliError(file + " cannot be written: its folder does not exist.", e);
    }
    // The message would name the file again.
    String reason = e instanceof FileSystemException failure ? failure.getReason() : null;
    return new CliError(file + " cannot be written: " + (reason == null ? obstacle(e) : reason), e);
  }

  /**
   * Returns the reason why a directory cannot be used; the messages of these exceptions are only
   * file names.
   */
  public static @Nullable String obstacle(Exception e) {
    if (e instanceof AccessDeniedException denied) {
      return "this user may not write to " + denied.getFile();
    }
    if (e instanceof NoSuchFileException missing) {
      return missing.getFile() + " does not exist";
    }
    return e instanceof FileAlreadyExistsException there
        ? there.getFile() + " is a file"
        : e.getMessage();
  }

  /**
   * Returns a file name for a model key. Characters other than letters, digits, dots, dashes and
   * underscores become underscores, long keys are cut, and a hash then makes the name unique.
   *
   * @param extension without the dot
   */
  public static Path ofKey(String key, String extension) {
    return ofKey(key, extension, false);
  }

  private static Path ofKey(String key, String extension, boolean hashed) {
    try {
      return Path.of(name(key, "[^\\p{L}\\p{N}._-]", extension, hashed));
    } catch (InvalidPathException e) {
      return Path.of(name(key, NOT_ASCII, extension, hashed));
    }
  }

  /**
   * Returns file names for the keys of one folder, as {@link #ofKey}. Keys that differ only in case
   * or in the encoding of accents all get a hash: some disks do not distinguish their names.
   */
  public static Map<String, Path> ofKeys(Collection<String> keys, String extension) {
    Map<String, Long> alike =
        keys.stream().collect(Collectors.groupingBy(OutputFile::folded, Collectors.counting()));
    Map<String, Path> names = new HashMap<>();
    for (String key : keys) {
      names.put(key, ofKey(key, extension, alike.getOrDefault(folded(key), 0L) > 1));
    }
    return names;
  }

  private static String folded(String key) {
    String folded = key.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    return Normalizer.normalize(folded, Normalizer.Form.NFC);
  }

  /** Returns the file name of a key in ASCII, for {@code LC_ALL=C}. */
  public static String asciiName(String key, String extension) {
    return name(key, NOT_ASCII, extension, false);
  }

  private static String name(String key, String unsafe, String extension, boolean hashed) {
    String safe = key.replaceAll(unsafe, "_");
    if (safe.isEmpty() || safe.startsWith(".")) {
      safe = "_" + safe;
    }
    if (safe.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
      safe = safe.substring(0, safe.offsetByCodePoints(0, MAX_NAME_BYTES / 4));
    }
    String hash = Sha256.hex(key.getBytes(StandardCharsets.UTF_8)).substring(0, 8);
    return (safe.equals(key) && !hashed ? safe : safe + "-" + hash) + "." + extension;
  }
}
