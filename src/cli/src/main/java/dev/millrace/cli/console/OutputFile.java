package dev.millrace.cli.console;

import dev.millrace.data.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Files that commands write. */
public final class OutputFile {
  // Bytes; most file systems take names of 255.
  private static final int LONGEST = 200;

  private OutputFile() {}

  /**
   * Writes a file.
   *
   * @throws CliError if it cannot be written
   */
  public static void write(Path file, byte[] bytes) {
    try {
      Files.write(file, bytes);
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  /**
   * Makes a folder, unless it is there.
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

  /** Why a file could not be written. */
  public static CliError failure(Path file, IOException e) {
    if (e instanceof NoSuchFileException) {
      return new CliError(file + " cannot be written: its folder does not exist.", e);
    }
    // With a reason the message would name the file once more.
    String reason = e instanceof FileSystemException failure ? failure.getReason() : null;
    return new CliError(file + " cannot be written: " + (reason == null ? obstacle(e) : reason), e);
  }

  /**
   * What keeps a directory from being used. Of these exceptions the message is the name of a file
   * and nothing else.
   */
  public static String obstacle(Exception e) {
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
   * A file name for a model key, which may hold anything: what is no letter, digit, dot, dash or
   * underscore becomes an underscore, and a hash then keeps it apart from other keys. So does the
   * end of a long key, and each letter that file names here cannot have, as with {@code LC_ALL=C}.
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
      return Path.of(asciiName(key, extension, hashed));
    }
  }

  /**
   * File names for the keys of one folder, as {@link #ofKey}. Keys that differ in no more than
   * capital letters, or in how accents are encoded, all have the hash: some disks take their names
   * for one.
   */
  public static Map<String, Path> ofKeys(Collection<String> keys, String extension) {
    Map<String, Long> alike =
        keys.stream().collect(Collectors.groupingBy(OutputFile::folded, Collectors.counting()));
    Map<String, Path> names = new HashMap<>();
    for (String key : keys) {
      names.put(key, ofKey(key, extension, alike.get(folded(key)) > 1));
    }
    return names;
  }

  private static String folded(String key) {
    String folded = key.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    return Normalizer.normalize(folded, Normalizer.Form.NFC);
  }

  public static String asciiName(String key, String extension) {
    return asciiName(key, extension, false);
  }

  private static String asciiName(String key, String extension, boolean hashed) {
    return name(key, "[^A-Za-z0-9._-]", extension, hashed);
  }

  private static String name(String key, String unsafe, String extension, boolean hashed) {
    String safe = key.replaceAll(unsafe, "_");
    if (safe.isEmpty() || safe.startsWith(".")) {
      safe = "_" + safe;
    }
    if (safe.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
      safe = safe.substring(0, safe.offsetByCodePoints(0, LONGEST / 4));
    }
    String hash = Sha256.hex(key.getBytes(StandardCharsets.UTF_8)).substring(0, 8);
    return (safe.equals(key) && !hashed ? safe : safe + "-" + hash) + "." + extension;
  }
}
