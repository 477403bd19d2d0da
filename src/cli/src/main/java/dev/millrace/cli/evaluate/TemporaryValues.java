package dev.millrace.cli.evaluate;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Byte arrays in a temporary file, which is created with the first and has no name as soon as it is
 * open, so that nothing of it is left when the process ends. Not thread-safe.
 */
final class TemporaryValues {
  private @Nullable FileChannel file;
  private long end;

  /** Appends bytes, and returns their position. */
  long append(byte[] bytes) throws IOException {
    if (file == null) {
      file =
          FileChannel.open(
              Files.createTempFile("millrace-", ".tmp"),
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
    }
    long at = end;
    ByteBuffer length = ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip();
    for (ByteBuffer part : new ByteBuffer[] {length, ByteBuffer.wrap(bytes)}) {
      while (part.hasRemaining()) {
        end += file.write(part, end);
      }
    }
    return at;
  }

  /** Returns the bytes at a position. */
  byte[] read(long at) throws IOException {
    int length = read(at, Integer.BYTES).getInt();
    return read(at + Integer.BYTES, length).array();
  }

  private ByteBuffer read(long at, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (file == null || file.read(bytes, at + bytes.position()) < 0) {
        throw new EOFException("no bytes at position " + at);
      }
    }
    return bytes.flip();
  }
}
