package dev.millrace.codec.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.input.RegistrySpec;
import dev.millrace.testing.StubRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Whatever a registry answers, it is a schema, none, or that it is no registry's answer. */
public final class RegistryFuzz {
  static {
    // Or the end of each answer would wait for an acknowledgement, 40 ms.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private static volatile byte[] answer;
  private static final RegistryClient CLIENT = client();

  private RegistryFuzz() {}

  private static RegistryClient client() {
    try {
      InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      HttpServer server = HttpServer.create(anyPort, 0);
      server.createContext("/", RegistryFuzz::answer);
      server.start();
      String url = "http://127.0.0.1:" + server.getAddress().getPort();
      return new RegistryClient(StubRegistry.spec(url, null, null, RegistrySpec.Tls.DEFAULT));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(200, answer.length == 0 ? -1 : answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  /** What Jazzer calls; an exception is a find. */
  public static void fuzzerTestOneInput(byte[] bytes) throws InterruptedException {
    answer = bytes;
    try {
      CLIENT.byId(1);
    } catch (RegistryException e) {
      // An answer that nobody can use.
    }
  }
}
