package dev.millrace.cli.serve;

import dev.millrace.cli.console.Ports;
import dev.millrace.cli.http.HttpToken;
import dev.millrace.codec.models.ModelAssembler.Place;
import dev.millrace.serving.ModelSamples;
import dev.millrace.serving.ServedModels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Whatever a client sends, it is answered or cut off, and never with 500. */
public final class HttpFuzz {
  private static final ServeApi API = api();
  private static final URI SERVER = server();

  private HttpFuzz() {}

  private static ServeApi api() {
    ServedModels models = new ServedModels(ModelSamples.SETTINGS, (key, places) -> null, 1 << 20);
    try {
      models.accept(ModelSamples.arrival("k", 100, new Place(0, 0)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ServeSamples.api(models);
  }

  private static URI server() {
    ServeServer server = new ServeServer(Ports.HOST, 0, 2, HttpToken.NONE, API, new ServeMetrics());
    server.start();
    return server.address();
  }

  /** What Jazzer calls; an exception is a find. The input is a request, or the body of one. */
  public static void fuzzerTestOneInput(byte[] bytes) throws IOException {
    if (API.predict(bytes).status() >= 500) {
      throw new AssertionError("a prediction failed");
    }
    try (Socket socket = new Socket(SERVER.getHost(), SERVER.getPort())) {
      socket.getOutputStream().write(bytes);
      socket.shutdownOutput();
      String answer =
          new String(socket.getInputStream().readNBytes(64), StandardCharsets.ISO_8859_1);
      if (answer.startsWith("HTTP/1.1 500 ")) {
        throw new AssertionError(answer);
      }
    } catch (SocketException e) {
      // Cut off in the middle of what is no request.
    }
  }
}
