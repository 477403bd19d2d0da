package dev.millrace.cli.http;

import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Body of an answer: a short one is sent at once with its length, a longer one in chunks while it
 * is written, so that no answer is in memory as a whole. Not thread-safe.
 */
final class HttpBody extends OutputStream {
  /** Bytes of the longest answer that is sent at once. */
  static final int BUFFER_BYTES = 64 << 10;

  private final HttpExchange exchange;
  private final int status;
  private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(512);
  private final @Nullable ClientWait wait;
  // Null while the buffer has all of it.
  private @Nullable OutputStream chunks;

  /**
   * @param wait that the client may cause, or null if the server's own limit is enough
   */
  HttpBody(HttpExchange exchange, int status, @Nullable ClientWait wait) {
    this.exchange = exchange;
    this.status = status;
    this.wait = wait;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (chunks == null && length <= BUFFER_BYTES - buffer.size()) {
      buffer.write(bytes, offset, length);
    } else {
      toClient(
          () -> {
            chunks(0).write(bytes, offset, length);
            return this;
          });
    }
  }

  /** Ends the body. */
  void finish() throws IOException {
    toClient(
        () -> {
          boolean isHead = exchange.getRequestMethod().equals("HEAD");
          chunks(isHead ? -1 : buffer.size()).close();
          return this;
        });
  }

  private void toClient(ClientWait.Call<HttpBody> write) throws IOException {
    if (wait == null) {
      write.run();
    } else {
      wait.call(write);
    }
  }

  /**
   * Returns where the rest goes, after the head of the answer and what the buffer has.
   *
   * @param length of the body, 0 if it is not known, -1 if there is none
   */
  private OutputStream chunks(int length) throws IOException {
    if (chunks == null) {
      exchange.sendResponseHeaders(status, length);
      chunks = exchange.getResponseBody();
      if (length >= 0) {
        buffer.writeTo(chunks);
      }
    }
    return chunks;
  }
}
