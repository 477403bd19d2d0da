package dev.millrace.testing;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;

/**
 * Stands between a broker and its clients, and answers some requests to write as a broker does that
 * does not lead the partition: one whose topic was created a moment ago, or which has just come
 * back. The client is to ask again, and may have sent the next request meanwhile.
 */
public final class LeaderlessProxy implements AutoCloseable {
  // Long enough for what a client sends without waiting for an answer.
  private static final int MILLIS_FOR_THE_NEXT = 500;

  private final ServerSocket server;
  private final int brokerPort;
  private final IntPredicate refuses;
  private final AtomicInteger writes = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();

  /**
   * Listens on a free port of its own.
   *
   * @param brokerPort of a broker that runs, or will
   * @param refuses which requests to write are refused, the first being 1
   */
  public LeaderlessProxy(int brokerPort, IntPredicate refuses) throws IOException {
    this.brokerPort = brokerPort;
    this.refuses = refuses;
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  /** What the broker has to give as its address. */
  public String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  /** Requests that the broker never saw. */
  public int refused() {
    return refused.get();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        daemon(() -> serve(client));
      } catch (IOException e) {
        // Closed.
      }
    }
  }

  // One request after the other, so that answers keep the order that clients rely on.
  private void serve(Socket client) {
    try (client;
        Socket broker = new Socket(InetAddress.getLoopbackAddress(), brokerPort)) {
      client.setTcpNoDelay(true);
      broker.setTcpNoDelay(true);
      PushbackInputStream requests = new PushbackInputStream(client.getInputStream());
      DataInputStream responses = new DataInputStream(broker.getInputStream());
      while (true) {
        byte[] request = readFrame(new DataInputStream(requests));
        if (isRefused(request)) {
          awaitNext(client, requests);
          write(client.getOutputStream(), notLeader(request));
        } else {
          write(broker.getOutputStream(), request);
          write(client.getOutputStream(), readFrame(responses));
        }
      }
    } catch (IOException e) {
      // One side has closed.
    }
  }

  private boolean isRefused(byte[] request) {
    boolean writes = ByteBuffer.wrap(request).getShort() == ApiKeys.PRODUCE.id;
    return writes && refuses.test(this.writes.incrementAndGet());
  }

  // A client with one request under way at a time has no next one.
  private static void awaitNext(Socket client, PushbackInputStream requests) throws IOException {
    client.setSoTimeout(MILLIS_FOR_THE_NEXT);
    try {
      int first = requests.read();
      if (first >= 0) {
        requests.unread(first);
      }
    } catch (SocketTimeoutException e) {
      // None came.
    } finally {
      client.setSoTimeout(0);
    }
  }

  private byte[] notLeader(byte[] request) {
    ByteBuffer bytes = ByteBuffer.wrap(request);
    RequestHeader header = RequestHeader.parse(bytes);
    ByteBuffer response =
        RequestUtils.serialize(
            header.toResponseHeader().data(),
            header.toResponseHeader().headerVersion(),
            ProduceRequest.parse(new ByteBufferAccessor(bytes), header.apiVersion())
                .getErrorResponse(0, Errors.NOT_LEADER_OR_FOLLOWER.exception())
                .data(),
            header.apiVersion());
    refused.incrementAndGet();
    byte[] frame = new byte[response.remaining()];
    response.get(frame);
    return frame;
  }

  private static byte[] readFrame(DataInputStream in) throws IOException {
    byte[] frame = new byte[in.readInt()];
    in.readFully(frame);
    return frame;
  }

  private static void write(OutputStream out, byte[] frame) throws IOException {
    out.write(
        ByteBuffer.allocate(Integer.BYTES + frame.length).putInt(frame.length).put(frame).array());
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "leaderless-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
