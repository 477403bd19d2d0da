package dev.millrace.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A real Prometheus with the project's configuration and alerts. */
public final class PrometheusServer implements AutoCloseable {
  private static final YAMLMapper YAML = new YAMLMapper();

  private final Process process;
  private final PrometheusApi api;

  private PrometheusServer(Process process, int port) {
    this.process = process;
    this.api = new PrometheusApi(port);
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

  /** What it answers. */
  public PrometheusApi api() {
    return api;
  }

  @Override
  public void close() {
    Programs.stop(process);
  }
}
