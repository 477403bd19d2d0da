package dev.millrace.config.yaml;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads files that users name, with checks for a wrong name. */
public final class NamedFile {
  private static final int MAX_SCHEMA_BYTES = 16 << 20;

  private NamedFile() {}

  /**
   * Returns the text of an Avro schema.
   *
   * @throws CharacterCodingException if it is not UTF-8
   * @throws IOException as {@link #read}
   */
  public static String schema(Path file) throws IOException {
    byte[] bytes = read(file, MAX_SCHEMA_BYTES, ". Is it an Avro schema?");
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  /**
   * Returns all bytes of a file.
   *
   * @param tooLarge end of the message for a file with more than {@code maxBytes}
   * @throws NoSuchFileException if there is no such file
   * @throws IOException if the file cannot be used; the message has the reason and the remedy
   */
  public static byte[] read(Path file, int maxBytes, String tooLarge) throws IOException {
    requireRegular(file);
    byte[] bytes;
    // A file may grow, and some files in /proc have no size.
    try (InputStream in = Files.newInputStream(file)) {
      if (Files.size(file) > maxBytes) {
        throw tooLarge(maxBytes, tooLarge);
      }
      bytes = in.readNBytes(maxBytes + 1);
    } catch (AccessDeniedException e) {
      throw new IOException("access is denied. Check its permissions", e);
    }
    if (bytes.length > maxBytes) {
      throw tooLarge(maxBytes, tooLarge);
    }
    if (bytes.length == 0) {
      throw new IOException("it is empty. Create it again");
    }
    return bytes;
  }

  // Reading a pipe would block, and a device may be endless.
  private static void requireRegular(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException("it is a directory. Name a file in it");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IOException("it is a pipe or a device. Name a file");
    }
  }

  private static IOException tooLarge(int maxBytes, String text) {
    return new IOException("it has more than %,d bytes".formatted(maxBytes) + text);
  }
}
