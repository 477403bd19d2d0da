package dev.millrace.cli.console;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Standard output that keeps the reason of a failed write, which {@link java.io.PrintWriter} hides.
 * A closed pipe, as by {@code head}, is no failure.
 */
public final class StandardOutput extends FilterOutputStream {
  private volatile @Nullable String failure;

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

  /** Returns the reason of a failed write, if there was one. */
  public Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  // The system's message: "Broken pipe", also in most other languages.
  private static boolean isReaderGone(IOException e) {
    return String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("pipe");
  }
}
