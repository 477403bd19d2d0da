package dev.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;

/** What a Prometheus on this machine answers. */
public final class PrometheusApi {
  private final HttpClient http = HttpClient.newHttpClient();
  private final URI api;

  public PrometheusApi(int port) {
    this.api = URI.create("http://127.0.0.1:" + port + "/api/v1/");
  }

  /** Whether it answers. */
  public boolean isUp() throws InterruptedException {
    try {
      return get("status/config").path("status").asText().equals("success");
    } catch (IOException e) {
      return false;
    }
  }

  /** The samples that a query gives now. */
  public JsonNode query(String query) throws IOException, InterruptedException {
    JsonNode answer = get("query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
    assertThat(answer.path("status").asText()).as("%s: %s", query, answer).isEqualTo("success");
    return answer.at("/data/result");
  }

  /** Requires that it could ask for each of the project's alerts. */
  public void requireHealthyAlerts() throws IOException, InterruptedException {
    JsonNode rules = get("rules").at("/data/groups/0/rules");
    assertThat(rules).hasSameSizeAs(Monitoring.alerts());
    for (JsonNode rule : rules) {
      assertThat(rule.path("health").asText()).as(rule.toString()).isEqualTo("ok");
    }
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(api.resolve(path)).build();
    return new ObjectMapper().readTree(http.send(request, BodyHandlers.ofString()).body());
  }
}
