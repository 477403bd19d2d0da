package dev.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A real Prometheus with the project's configuration and alerts. */
public final class PrometheusServer implements AutoCloseable {
  private static final YAMLMapper YAML = new YAMLMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process process;
  private final URI api;

  private PrometheusServer(Process process, int port) {
    this.process = process;
    this.api = URI.create("http://127.0.0.1:" + port + "/api/v1/");
  }

  /**
   * Starts it; the test is skipped where it is not installed.
   *
   * @param dir for its data
   * @param configuration a file of deploy/prometheus
   * @param targets what its first job scrapes, and nothing else
   */
  public static PrometheusServer start(
      Path dir, int port, String configuration, List<String> targets) throws IOException {
    Path program = Programs.require("prometheus", "prometheus");
    Files.copy(Monitoring.PROMETHEUS.resolve("alerts.yml"), dir.resolve("alerts.yml"));
    ObjectNode config =
        (ObjectNode) YAML.readTree(Monitoring.PROMETHEUS.resolve(configuration).toFile());
    config.withObject("/global").put("scrape_interval", "1s").put("evaluation_interval", "1s");
    ObjectNode job = (ObjectNode) config.at("/scrape_configs/0");
    config.putArray("scrape_configs").add(job);
    job.remove("dns_sd_configs");
    targets.forEach(job.putArray("static_configs").addObject().putArray("targets")::add);
    Path file = dir.resolve("prometheus.yml");
    YAML.writeValue(file.toFile(), config);
    Process process =
        new ProcessBuilder(
                program.toString(),
                "--config.file=" + file,
                "--storage.tsdb.path=" + dir.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("prometheus.log").toFile())
            .start();
    return new PrometheusServer(process, port);
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

  /** The alerts, each with its name and health. */
  public JsonNode rules() throws IOException, InterruptedException {
    return get("rules").at("/data/groups/0/rules");
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(api.resolve(path)).build();
    return new ObjectMapper().readTree(http.send(request, BodyHandlers.ofString()).body());
  }

  @Override
  public void close() {
    Programs.stop(process);
  }
}
