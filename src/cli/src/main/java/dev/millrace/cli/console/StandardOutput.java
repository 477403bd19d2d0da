package dev.millrace.cli.console;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.Optional;

/**
 * Standard output that remembers why it could not be written, for a {@link java.io.PrintWriter}
 * keeps that to itself and a full disk would end in half a file and exit code 0. That its reader
 * has enough, as {@code head} does, is no failure.
 */
public final class StandardOutput extends FilterOutputStream {
  private volatile String failure;

  public StandardOutput(OutputStream out) {
    super(out);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      if (!isReaderGone(e)) {
        failure = e.getMessage();
      }
      throw e;
    }
  }

  /** Why not all was written, if so. */
  public Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  // The system's own words: "Broken pipe", and in other languages mostly the word beside theirs.
  private static boolean isReaderGone(IOException e) {
    return String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("pipe");
  }
}
