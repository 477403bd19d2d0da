package dev.millrace;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.MillraceProcess;
import dev.millrace.testing.Patience;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What hostile clients send to {@code serve} and {@code dashboard}, which have little memory.
 * {@code HttpAccessTest} has paths that read no file, tokens and the headers of answers.
 */
@Tag("attacks")
class HttpAttacksITCase extends AttackedPipelines {
  private static final String HOST = "Host: 127.0.0.1\r\n";
  private static final String JSON = "Content-Type: application/json\r\n";
  private static final String LENGTH = "Content-Length: 4\r\n";
  private static final String CHUNKED = "Transfer-Encoding: chunked\r\n";
  private static final String PREFLIGHT =
      "Origin: http://evil.example\r\nAccess-Control-Request-Method: POST\r\n";

  @Test
  void serveRejectsHostileRequestsAndAnswersOthers() throws Exception {
    try (Attacked serve = new Attacked("serve", "Serving")) {
      Awaitility.await()
          .atMost(Patience.MAX)
          .untilAsserted(() -> serve.answers(200, get("/healthz", HOST)));
      serve.rejectsHostileRequests("/v1/predict");
      serve.answers(404, get("/v1/models?key=a%0d%0aSet-Cookie:x=1", HOST));
      serve.answers(405, request("OPTIONS /v1/predict", HOST + PREFLIGHT));
      serve.answers(415, post("Content-Type: text/plain\r\n", "{}"));
      serve.answers(400, post(JSON + "Content-Encoding: gzip\r\n", zipped(50 << 20)));
      serve.cutsOff(post(JSON, "{" + " ".repeat(2_000_000) + "}"));
      for (String body : malformed()) {
        serve.answers(400, post(JSON, body));
      }
      serve.answers(422, post(JSON, "{\"key\":1e999999999,\"features\":[1]}"));
      for (String key : List.of("9".repeat(900), "\"\\ud800\"", "\"a\",\"key\":\"b\"")) {
        serve.answers(404, post(JSON, "{\"key\":" + key + ",\"features\":[1]}"));
      }
      serve.answers(404, post(JSON, "{\"key\":\"k\",\"features\":" + nested("[", "]", 900) + "}"));
      serve.answers(200, post(JSON, "{\"instances\":[" + "null,".repeat(999) + "null]}"));

      serve.answersBesideHalfRequests(
          Map.of(
              get("/healthz", HOST),
              200,
              post(JSON, "{\"key\":\"nobody\",\"features\":[1]}"),
              404,
              post(JSON, "{\"a\":\"" + "x".repeat(9_000) + "\"}"),
              400));
    }
  }

  private static List<String> malformed() {
    return List.of(
        nested("{\"a\":", "}", 5_000),
        "{\"key\":" + "9".repeat(5_000) + ",\"features\":[1]}",
        "{\"key\":\"k\",\"features\":[NaN]}",
        "{\"key\":\"\u00ff\u00fe\",\"features\":[1]}",
        "{\"key\":\"k\",\"features\":[1],\"top\":1e400}",
        "{\"instances\":{\"key\":\"k\"}}",
        "{\"instances\":[" + "{},".repeat(1_000) + "{}]}",
        joined(1 << 14, i -> (i == 0 ? "{\"" : ",\"") + colliding(i) + "\":1") + "}");
  }

  /** Returns a text of 28 characters that has the same hash code for every number. */
  private static String colliding(int number) {
    return joined(14, bit -> ((number >> bit) & 1) == 0 ? "Aa" : "BB");
  }

  private static String nested(String open, String close, int levels) {
    return open.repeat(levels) + "1" + close.repeat(levels);
  }

  private static String joined(int count, IntFunction<String> part) {
    return IntStream.range(0, count).mapToObj(part).collect(Collectors.joining());
  }

  @Test
  void theDashboardRejectsHostileRequestsAndAnswersOthers() throws Exception {
    try (Attacked dashboard = new Attacked("dashboard", "Dashboard")) {
      dashboard.rejectsHostileRequests("/api/keys");
      dashboard.answers(405, request("OPTIONS /api/keys", HOST + PREFLIGHT));
      dashboard.answers(405, request("TRACE /", HOST), post(JSON, "{}"));

      dashboard.answersBesideHalfRequests(Map.of(get("/", HOST), 200));
    }
  }

  /** A process, and clients of it. */
  private final class Attacked implements AutoCloseable {
    private final MillraceProcess process;
    private final URI address;

    Attacked(String command, String greeting) throws IOException {
      Path pipeline = create("shops", "input: { label: click, features: [price] }");
      process = start(command, pipeline, "--port", "0");
      process.awaitOut(greeting + " ");
      address = URI.create(process.find(greeting + " +(\\S+) over"));
    }

    void rejectsHostileRequests(String path) throws IOException {
      answers(
          403,
          get("/healthz", "Host: evil.example:80\r\n"),
          get("/", "Host: 127.1.1.1.evil.example\r\n"));
      answers(
          400,
          get("/", ""),
          get("/", HOST + "Host: evil.example\r\n"),
          get("/v1/models?key=%zz", HOST),
          request("POST " + path, HOST + JSON + LENGTH + CHUNKED) + "0\r\n\r\n" + get("/", HOST),
          request("POST " + path, HOST + JSON + LENGTH + "Content-Length: 40\r\n") + "{}{}",
          request("POST " + path, HOST + JSON + "Transfer-Encoding : chunked\r\n" + LENGTH)
              + "{}{}",
          request("POST " + path, HOST + JSON + "Content-Length: -1\r\n"));
      answers(404, get("/%00", HOST));
      answers(501, request("POST " + path, HOST + JSON + "Transfer-Encoding: xchunked\r\n") + "{}");
      cutsOff(
          request("POST " + path, HOST + JSON + CHUNKED) + "ffffffffffffffff\r\n{}\r\n0\r\n\r\n",
          request("POST " + path, HOST + JSON + "Content-Length: 99999999999999\r\n") + "{",
          get("/", HOST + joined(300, i -> "H" + i + ": a\r\n")),
          get("/", HOST + "X: " + "a".repeat(1_000_000) + "\r\n"),
          get("/" + "a".repeat(2_000_000), HOST),
          get("/v1/models?" + joined(60_000, i -> "a" + i + "=1&"), HOST));
    }

    void answers(int status, String... requests) throws IOException {
      for (String request : requests) {
        assertThat(send(request))
            .as(shown(request))
            .startsWith("HTTP/1.1 " + status + " ")
            .doesNotContain("Access-Control-Allow", "Set-Cookie:x=1\r");
      }
    }

    void cutsOff(String... requests) throws IOException {
      for (String request : requests) {
        assertThat(send(request)).as(shown(request)).matches("(?s)|HTTP/1.1 4.*");
      }
    }

    private static String shown(String request) {
      return request.substring(0, Math.min(120, request.length()));
    }

    void answersBesideHalfRequests(Map<String, Integer> requests) throws IOException {
      String post = "POST /v1/predict HTTP/1.1\r\n" + HOST + JSON + "Content-Length: ";
      List<Socket> open = new ArrayList<>();
      try {
        open(open, 200, post + "10\r\n\r\n{");
        open(open, 8, post + "1000000\r\n\r\n{" + " ".repeat(9_000));
        open(open, 150, "GET /healthz HTTP/1.1\r\nHost: 127");

        for (Map.Entry<String, Integer> request : requests.entrySet()) {
          answers(request.getValue(), request.getKey());
        }
      } finally {
        for (Socket socket : open) {
          socket.close();
        }
      }
    }

    private void open(List<Socket> open, int count, String request) throws IOException {
      for (int c = 0; c < count; c++) {
        Socket socket = new Socket(address.getHost(), address.getPort());
        open.add(socket);
        socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      }
    }

    /** Returns the answer; none if the connection is cut off. */
    private String send(String request) throws IOException {
      // A connection that is refused is a failure.
      Socket socket = new Socket(address.getHost(), address.getPort());
      try (socket) {
        socket.setSoTimeout((int) Patience.MAX.toMillis());
        socket.getOutputStream().write(request.getBytes(ISO_8859_1));
        socket.shutdownOutput();
        return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
      } catch (SocketException e) {
        return "";
      }
    }

    @Override
    public void close() {
      process.close();
    }
  }

  private static String get(String target, String headers) {
    return request("GET " + target, headers);
  }

  private static String post(String headers, String body) {
    String length = "Content-Length: " + body.length() + "\r\n";
    return request("POST /v1/predict", HOST + headers + length) + body;
  }

  private static String request(String target, String headers) {
    return target + " HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n";
  }

  private static String zipped(int spaces) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(" ".repeat(spaces).getBytes(ISO_8859_1));
    }
    return bytes.toString(ISO_8859_1);
  }
}
