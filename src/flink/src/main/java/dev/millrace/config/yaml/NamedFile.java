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

/** A file that someone has named, which may be another than was meant. */
public final class NamedFile {
  private static final int MAX_SCHEMA_BYTES = 16 << 20;

  private NamedFile() {}

  /**
   * The text of an Avro schema.
   *
   * @throws CharacterCodingException if it is not UTF-8
   * @throws IOException as {@link #read}
   */
  public static String schema(Path file) throws IOException {
    byte[] bytes = read(file, MAX_SCHEMA_BYTES, ". Is it an Avro schema?");
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  /**
   * All bytes of a file.
   *
   * @param tooLarge what to say of a file that has more than {@code most}, behind that number
   * @throws NoSuchFileException if there is no such file
   * @throws IOException if it cannot be used: the message says what is wrong with "it", and what to
   *     do
   */
  public static byte[] read(Path file, int most, String tooLarge) throws IOException {
    requireRegular(file);
    byte[] bytes;
    // A file may grow, and some in /proc do not tell their size.
    try (InputStream in = Files.newInputStream(file)) {
      if (Files.size(file) > most) {
        throw tooLarge(most, tooLarge);
      }
      bytes = in.readNBytes(most + 1);
    } catch (AccessDeniedException e) {
      throw new IOException("this user may not read it. Check its permissions", e);
    }
    if (bytes.length > most) {
      throw tooLarge(most, tooLarge);
    }
    if (bytes.length == 0) {
      throw new IOException("it is empty. Write it anew");
    }
    return bytes;
  }

  // A pipe would be waited for, and a device may have no end.
  private static void requireRegular(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException("it is a folder. Name a file in it");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IOException("it is a pipe or a device. Name a file");
    }
  }

  private static IOException tooLarge(int most, String text) {
    return new IOException("it has more than %,d bytes".formatted(most) + text);
  }
}
