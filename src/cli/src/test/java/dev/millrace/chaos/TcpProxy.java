package dev.millrace.chaos;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.protocol.ApiKeys;

/** Stands between a broker and its clients, and spoils their connections when told to. */
final class TcpProxy implements AutoCloseable {
  private final ServerSocket server;
  private final int brokerPort;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger delayed = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private volatile int delayMillis;
  private volatile Refusal refusal;

  /** Requests of a kind whose bytes contain a text. */
  private record Refusal(ApiKeys request, String text) {
    boolean covers(short kind, byte[] frame) {
      return kind == request.id && new String(frame, StandardCharsets.ISO_8859_1).contains(text);
    }
  }

  /** Listens on a free port of its own. */
  TcpProxy(int brokerPort) throws IOException {
    this.brokerPort = brokerPort;
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** Cuts every connection, without a word to either side; returns how many there were. */
  int cutAll() {
    int cut = 0;
    for (Socket socket : Set.copyOf(sockets)) {
      closeQuietly(socket);
      cut++;
    }
    return cut / 2; // a connection has a socket at each end
  }

  /** Holds each request back for so long; 0 for not at all. */
  void delay(int millis) {
    delayMillis = millis;
  }

  /** Requests that were held back. */
  int delayed() {
    return delayed.get();
  }

  /** Cuts the connection instead of passing on a request of this kind that contains the text. */
  void refuse(ApiKeys request, String text) {
    refusal = new Refusal(request, text);
  }

  /** Passes on every request again. */
  void refuseNothing() {
    refusal = null;
  }

  /** Requests that were not passed on. */
  int refused() {
    return refused.get();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        client.setTcpNoDelay(true);
        sockets.add(client);
        Socket broker = connect(client);
        if (broker != null) {
          daemon(() -> forward(() -> passRequests(client, broker), client, broker));
          daemon(
              () ->
                  forward(
                      () -> broker.getInputStream().transferTo(client.getOutputStream()),
                      client,
                      broker));
        }
      } catch (IOException e) {
        // Closed, or a client that has gone again.
      }
    }
  }

  private Socket connect(Socket client) {
    try {
      Socket broker = new Socket(InetAddress.getLoopbackAddress(), brokerPort);
      broker.setTcpNoDelay(true);
      sockets.add(broker);
      return broker;
    } catch (IOException e) {
      closeQuietly(client);
      return null;
    }
  }

  // Kafka's frames: a length, then the number of the request's kind, then the rest.
  private void passRequests(Socket client, Socket broker) throws IOException {
    DataInputStream in = new DataInputStream(client.getInputStream());
    while (true) {
      int length = in.readInt();
      ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + length).putInt(length);
      in.readFully(frame.array(), Integer.BYTES, length);
      Refusal now = refusal;
      if (now != null && now.covers(frame.getShort(Integer.BYTES), frame.array())) {
        refused.incrementAndGet();
        return;
      }
      hold();
      broker.getOutputStream().write(frame.array());
    }
  }

  private void hold() {
    int millis = delayMillis;
    if (millis > 0) {
      delayed.incrementAndGet();
      try {
        Thread.sleep(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** One direction of a connection. */
  @FunctionalInterface
  private interface Direction {
    void run() throws IOException;
  }

  private void forward(Direction direction, Socket client, Socket broker) {
    try {
      direction.run();
    } catch (IOException e) {
      // One side has closed, or was cut.
    } finally {
      closeQuietly(client);
      closeQuietly(broker);
    }
  }

  private void closeQuietly(Closeable socket) {
    try {
      sockets.remove(socket);
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "tcp-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    closeQuietly(server);
    cutAll();
  }
}
