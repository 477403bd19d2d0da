package dev.millrace.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import dev.millrace.cli.console.Ports;
import dev.millrace.cli.dashboard.DashboardServer;
import dev.millrace.cli.http.HttpToken;
import dev.millrace.serving.ModelSamples;
import dev.millrace.serving.ServedModels;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom the HTTP servers answer, and that nobody gets more of them than they have to tell. */
class HttpAccessTest {
  private static final String TOKEN = "0123456789abcdef";

  private DashboardServer dashboard;
  private ServeServer serve;

  @BeforeEach
  void start() throws IOException {
    HttpToken token = new HttpToken(TOKEN);
    dashboard = new DashboardServer(Ports.HOST, 0, token, System::nanoTime);
    dashboard.start();
    ServedModels models = new ServedModels(ModelSamples.SETTINGS, (key, places) -> null, 1 << 20);
    serve = new ServeServer(Ports.HOST, 0, 2, token, ServeSamples.api(models), new ServeMetrics());
    serve.start();
  }

  @AfterEach
  void stop() {
    dashboard.close();
    serve.close();
  }

  @Test
  void nothingOfTheDashboardIsShownWithoutTheToken() throws IOException {
    for (String path : List.of("/", "/api/keys", "/events", "/dashboard.js", "/nothing")) {
      String answer = send(dashboard.address(), path, "");

      assertThat(answer).as(path).startsWith("HTTP/1.1 401 ");
      assertThat(answer).contains("Www-authenticate: Basic realm=\"Millrace\"");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer wrong", "Bearer", "Basic", "Basic !!", "Basic OnRva2Vu", "a b"})
  void rejectsWrongTokens(String authorization) throws IOException {
    String header = "Authorization: " + authorization + "\r\n";

    assertThat(send(dashboard.address(), "/", header)).startsWith("HTTP/1.1 401 ");
    assertThat(send(serve.address(), "/v1/models", header)).startsWith("HTTP/1.1 401 ");
  }

  @Test
  void theTokenIsTakenFromProgramsAndFromTheDialogueOfBrowsers() throws IOException {
    String login =
        Base64.getEncoder().encodeToString(("me:" + TOKEN).getBytes(StandardCharsets.UTF_8));
    for (String way : List.of("Bearer " + TOKEN, "bearer " + TOKEN, "Basic " + login)) {
      String header = "Authorization: " + way + "\r\n";

      assertThat(send(dashboard.address(), "/", header)).as(way).startsWith("HTTP/1.1 200 ");
      assertThat(send(serve.address(), "/v1/models", header)).startsWith("HTTP/1.1 200 ");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../../../../../../etc/passwd",
        "/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/..%5c..%5cetc%5cpasswd",
        "//etc/passwd",
        "/etc/passwd",
        "/dashboard.css/../../../../etc/passwd",
        "/dashboard.css%00.html",
        "/META-INF/MANIFEST.MF",
        "/dashboard/index.html",
        "/log4j2-cli.properties",
        "/api/../pom.xml",
        "/?file=/etc/passwd",
        "/api/history?key=../../../../etc/passwd",
        "/api/latest?key=%2Fetc%2Fpasswd",
        "/v1/models?key=../../../../etc/passwd",
        "/v1/models?key=file:///etc/passwd",
        "file:///etc/passwd",
        "http://127.0.0.1/../etc/passwd",
      })
  void noPathAndNoQueryReadsAFile(String target) throws IOException {
    String header = "Authorization: Bearer " + TOKEN + "\r\n";
    for (URI server : List.of(dashboard.address(), serve.address())) {
      String answer = send(server, target, header);

      assertThat(answer)
          .as(target)
          .doesNotContain("root:", "<project", "Manifest-Version", "rootLogger");
      boolean isPage = target.startsWith("/?") && server.equals(dashboard.address());
      assertThat(answer).as(target).matches("(?s)HTTP/1.1 " + (isPage ? 200 : "40[04]") + " .*");
    }
  }

  @Test
  void everyAnswerHasTheHeadersThatKeepItAtHome() throws IOException {
    for (URI server : List.of(dashboard.address(), serve.address())) {
      for (String path : List.of("/", "/nothing", "/healthz", "/api/history")) {
        assertThat(send(server, path, ""))
            .as("%s%s", server, path)
            .containsIgnoringCase("Content-Security-Policy: default-src 'self'; object-src 'none'")
            .containsIgnoringCase("frame-ancestors 'none'")
            .containsIgnoringCase("X-Content-Type-Options: nosniff")
            .containsIgnoringCase("X-Frame-Options: DENY")
            .containsIgnoringCase("Referrer-Policy: no-referrer")
            .containsIgnoringCase("Cross-Origin-Resource-Policy: same-origin")
            .containsIgnoringCase("Cache-Control: no-store")
            .doesNotContainIgnoringCase("Access-Control-Allow", "Server:");
      }
    }
  }

  @Test
  void anAddressThatOthersReachNeedsAToken() {
    String[] dashboard = {"dashboard", "--bootstrap-server", "localhost:1", "--host", "0.0.0.0"};

    Cli cli = Cli.run(dashboard);

    assertThat(cli.exitCode()).isEqualTo(2);
    assertThat(cli.err())
        .startsWith(
            "--host 0.0.0.0 is reachable from other machines and requires a token: --token, or"
                + " MILLRACE_TOKEN");
    assertThat(Cli.run("dashboard", "--bootstrap-server", "localhost:1", "--token", "short").err())
        .startsWith("--token must have at least 16 characters")
        .doesNotContain("short");
  }

  private static String send(URI server, String target, String headers) throws IOException {
    try (Socket socket = new Socket(server.getHost(), server.getPort())) {
      String request =
          "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n"
              .formatted(target, headers);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
