package dev.millrace.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.cli.Cli;
import dev.millrace.cli.console.Ports;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.flink.JobMetric;
import dev.millrace.testing.MillraceProcess;
import dev.millrace.testing.Monitoring;
import dev.millrace.testing.Patience;
import dev.millrace.testing.PrometheusApi;
import dev.millrace.testing.PrometheusServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metrics of a job in one process, as Prometheus reads them. */
class PrometheusITCase {
  private static final int ROWS = 200;

  @TempDir private Path dir;
  private EmbeddedKafka kafka;
  private MillraceProcess run;

  @BeforeEach
  void runAPipeline() throws IOException {
    kafka = EmbeddedKafka.start(0, null);
    Path pipeline =
        Files.writeString(
            dir.resolve("small.yaml"),
            """
            pipeline: small
            kafka: { bootstrap.servers: "%s" }
            input: { label: y, start: earliest }
            state: { checkpoint-interval: 1s }
            """
                .formatted(kafka.bootstrapServers()));
    Cli.run("topics", "create", "-c", pipeline.toString());
    Path csv = Files.writeString(dir.resolve("rows.csv"), "x,y\n" + "1.5,a\n".repeat(ROWS));
    Cli.run("produce", "-c", pipeline.toString(), "--input", csv.toString(), "--label", "y");
    run =
        MillraceProcess.startUntil(
            "Watch ", dir, List.of("run", "-c", pipeline.toString(), "--prometheus", "0"));
  }

  @AfterEach
  void stopAll() {
    if (run != null) {
      run.close();
    }
    kafka.close();
  }

  @Test
  void runAnswersPrometheusWithAllThatAlertsAndDashboardAskFor() throws Exception {
    URI address = URI.create(run.find("Metrics   (http://127\\.0\\.0\\.1:\\d+/metrics)"));
    await()
        .atMost(Patience.MAX)
        .untilAsserted(() -> assertThat(read(address)).contains(Monitoring.seriesOfEachPipeline()));
    Path data = Files.createDirectories(dir.resolve("prometheus"));

    try (PrometheusServer server =
        PrometheusServer.start(data, Ports.free(), "server.yml", List.of(address.getAuthority()))) {
      PrometheusApi prometheus = server.api();
      await().atMost(Patience.MAX).until(prometheus::isUp);
      String learned = JobMetric.LEARNED_EXAMPLES.prometheusName();
      await()
          .atMost(Patience.MAX)
          .until(
              () ->
                  prometheus
                      .query(learned + "{job_name=\"millrace small\"}")
                      .at("/0/value/1")
                      .asText()
                      .equals("" + ROWS));
      await()
          .atMost(Patience.MAX)
          .until(() -> !prometheus.query("flink_jobmanager_job_runningTime > 0").isEmpty());
      assertThat(prometheus.query("ALERTS{alertname=\"MillraceJobNotRunning\"}")).isEmpty();
    }
  }

  private static String read(URI address) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
        .body();
  }
}
