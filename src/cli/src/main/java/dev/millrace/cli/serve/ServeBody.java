package dev.millrace.cli.serve;

import com.sun.net.httpserver.HttpExchange;
import dev.millrace.cli.http.ClientWait;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Body of an answer: a short one is sent at once with its length, a longer one in chunks while it
 * is written, so that no answer is in memory as a whole. Not thread-safe.
 */
final class ServeBody extends OutputStream {
  /** Bytes of the longest answer that is sent at once. */
  static final int BUFFER_BYTES = 64 << 10;

  private interface Write {
    void run() throws IOException;
  }

  private final HttpExchange exchange;
  private final int status;
  private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(512);
  // Null if it may wait for its client as long as the server lets it.
  private final ClientWait wait;
  // Null as long as the buffer has all of it.
  private OutputStream chunks;

  /**
   * @param wait that the client may cause, or null if the server's own limit is enough
   */
  ServeBody(HttpExchange exchange, int status, ClientWait wait) {
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
      return;
    }
    toClient(() -> writeChunk(bytes, offset, length));
  }

  private void writeChunk(byte[] bytes, int offset, int length) throws IOException {
    if (chunks == null) {
      exchange.sendResponseHeaders(status, 0);
      chunks = exchange.getResponseBody();
      buffer.writeTo(chunks);
    }
    chunks.write(bytes, offset, length);
  }

  private void toClient(Write write) throws IOException {
    if (wait == null) {
      write.run();
    } else {
      wait.call(
          () -> {
            write.run();
            return null;
          });
    }
  }

  /** Ends the body. */
  void finish() throws IOException {
    toClient(this::writeEnd);
  }

  private void writeEnd() throws IOException {
    if (chunks == null) {
      boolean isHead = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(status, isHead ? -1 : buffer.size());
      chunks = exchange.getResponseBody();
      if (!isHead) {
        buffer.writeTo(chunks);
      }
    }
    chunks.close();
  }
}
