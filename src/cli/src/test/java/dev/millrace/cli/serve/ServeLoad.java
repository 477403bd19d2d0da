package dev.millrace.cli.serve;

import dev.millrace.cli.http.HttpToken;
import dev.millrace.cli.watch.SummaryView;
import dev.millrace.codec.models.ModelAssembler.Place;
import dev.millrace.serving.ModelSamples;
import dev.millrace.serving.ServedModels;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Load for the prediction server: requests at a fixed rate over connections that stay open, to a
 * server in the same process.
 *
 * <p>{@code ServeLoad [REQUESTS_PER_SECOND [CONNECTIONS [SECONDS [KEYS]]]]}. A latency counts from
 * when the request was due, so that a server that falls behind is not spared (no coordinated
 * omission). A rate of 0 stands for as many requests as are answered.
 */
public final class ServeLoad {
  private static final int WARM_UP_SECONDS = 10;

  private final URI address;
  private final int keys;
  private final long intervalNanos;

  private ServeLoad(URI address, int keys, long intervalNanos) {
    this.address = address;
    this.keys = keys;
    this.intervalNanos = intervalNanos;
  }

  public static void main(String[] args) throws Exception {
    int rate = argument(args, 0, 1_000);
    int connections = argument(args, 1, 8);
    int seconds = argument(args, 2, 30);
    int keys = argument(args, 3, 1_000);
    ServedModels models = new ServedModels(ModelSamples.SETTINGS, (key, places) -> null, 1L << 30);
    for (int key = 0; key < keys; key++) {
      models.accept(ModelSamples.arrival("key-" + key, 10, new Place(0, key)));
    }
    ServeMetrics metrics = new ServeMetrics();
    ServeApi api =
        new ServeApi(
            ModelSamples.SETTINGS.input().spec(),
            models,
            new SummaryView(ModelSamples.SETTINGS, notice -> {}),
            () -> new ServeStatus(true, true, 0, 0, 0),
            false,
            8,
            metrics);
    try (ServeServer server = new ServeServer("127.0.0.1", 0, 8, HttpToken.NONE, api, metrics)) {
      server.start();
      long interval = rate == 0 ? 0 : 1_000_000_000L * connections / rate;
      ServeLoad load = new ServeLoad(server.address(), keys, interval);
      load.run(connections, WARM_UP_SECONDS);
      print(rate, connections, load.run(connections, seconds), seconds);
    }
  }

  private static int argument(String[] args, int position, int otherwise) {
    return args.length > position ? Integer.parseInt(args[position]) : otherwise;
  }

  private static void print(int rate, int connections, Histogram nanos, int seconds) {
    System.out.printf(
        "%,d requests/s asked for, %,.0f answered, %d connections: p50 %.2f ms, p90 %.2f ms,"
            + " p99 %.2f ms, p99.9 %.2f ms, max %.2f ms%n",
        rate,
        (double) nanos.getTotalCount() / seconds,
        connections,
        nanos.getValueAtPercentile(50) / 1e6,
        nanos.getValueAtPercentile(90) / 1e6,
        nanos.getValueAtPercentile(99) / 1e6,
        nanos.getValueAtPercentile(99.9) / 1e6,
        nanos.getMaxValue() / 1e6);
  }

  private Histogram run(int connections, int seconds) throws InterruptedException {
    Histogram nanos = new ConcurrentHistogram(3);
    long start = System.nanoTime();
    List<Thread> clients = new ArrayList<>();
    for (int c = 0; c < connections; c++) {
      long first = start + intervalNanos * c / connections;
      int number = c;
      Thread client =
          new Thread(() -> send(number, first, start + seconds * 1_000_000_000L, nanos));
      client.start();
      clients.add(client);
    }
    for (Thread client : clients) {
      client.join();
    }
    return nanos;
  }

  private void send(int client, long first, long end, Histogram nanos) {
    try (Socket socket = new Socket(address.getHost(), address.getPort())) {
      socket.setTcpNoDelay(true);
      OutputStream out = socket.getOutputStream();
      InputStream in = new BufferedInputStream(socket.getInputStream());
      int request = client;
      for (long due = first; due < end; due = next(due)) {
        long wait = due - System.nanoTime();
        if (wait > 0) {
          LockSupport.parkNanos(wait);
        }
        request += 7919; // a prime, so that all keys come
        out.write(request(request % keys));
        readAnswer(in);
        nanos.recordValue(Math.max(0, System.nanoTime() - due));
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private long next(long due) {
    return intervalNanos == 0 ? System.nanoTime() : due + intervalNanos;
  }

  private static byte[] request(int key) {
    String body =
        "{\"key\":\"key-%d\",\"features\":{\"a\":%d.5,\"b\":null,\"c\":\"x\"}}"
            .formatted(key, key % 10);
    String head =
        "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: "
            + body.length()
            + "\r\n\r\n";
    return (head + body).getBytes(StandardCharsets.US_ASCII);
  }

  private static void readAnswer(InputStream in) throws IOException {
    String status = line(in);
    if (!status.contains(" 200 ")) {
      throw new IOException(status);
    }
    int length = 0;
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(header.substring("content-length:".length()).strip());
      }
    }
    in.readNBytes(length);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("the connection was closed");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }
}
