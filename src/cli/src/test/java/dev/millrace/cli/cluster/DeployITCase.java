package dev.millrace.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.millrace.cli.Cli;
import dev.millrace.cli.console.Ports;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.flink.JobMetric;
import dev.millrace.testing.CommittedRecords;
import dev.millrace.testing.Monitoring;
import dev.millrace.testing.Patience;
import dev.millrace.testing.PrometheusApi;
import dev.millrace.testing.PrometheusServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The job jar on a Flink cluster that knows nothing of Millrace, by the commands of docs/deploy.md,
 * and what that cluster tells Prometheus. One cluster, one case after the other.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DeployITCase {
  private static final int ROWS = 600;
  private static final int BAD = 3;
  private static final Pattern RUN = Pattern.compile("(?m)^flink (run .*)$");
  private static final Pattern STANDALONE = Pattern.compile("(?m)^standalone-job\\.sh start (.*)$");
  private static final Pattern NAME = Pattern.compile("(?m)^(flink_\\w+)");

  @TempDir private static Path dir;
  private EmbeddedKafka kafka;
  private FlinkInstallation cluster;
  private Path pipeline;
  private Path jar;

  @BeforeAll
  void startBrokerAndCluster() throws IOException {
    Optional<Path> built = jobJar();
    assumeThat(built).as("the job jar is built by mvn verify, not by the IDE").isPresent();
    jar = built.orElseThrow();
    kafka = EmbeddedKafka.start(0, null);
    pipeline =
        Files.writeString(
            dir.resolve("shops.yaml"),
            """
            pipeline: shops
            kafka: { bootstrap.servers: "%s" }
            input: { label: label, features: [x0, x1] }
            model: { layers: [{ units: 8, activation: tanh }] }
            metrics: { every: 50, max-interval: 200ms }
            state: { checkpoint-interval: 500ms }
            """
                .formatted(kafka.bootstrapServers()));
    assertThat(Cli.run("topics", "create", "-c", pipeline.toString()).exitCode()).isZero();
    produce();
    cluster = FlinkInstallation.session(dir);
  }

  @AfterAll
  void stopAll() {
    if (cluster != null) {
      cluster.close();
    }
    if (kafka != null) {
      kafka.close();
    }
  }

  @Test
  @Order(1)
  void flinkRunStartsTheJob() throws Exception {
    Awaitility.await()
        .atMost(Patience.MAX)
        .untilAsserted(
            () -> assertThat(cluster.scrape()).containsPattern("taskSlotsTotal\\{.*} 1.0"));

    String out = cluster.flink(documented(RUN, 0, Map.of()));

    assertThat(out).contains("Job has been submitted");
    awaitExamples(ROWS);
    assertThat(cluster.output())
        .as("what the training task logs names the pipeline")
        .contains("\"pipeline\":\"shops\"");
  }

  @Test
  @Order(2)
  void everySeriesThatAlertsAndDashboardAskForIsThere() throws Exception {
    Awaitility.await()
        .atMost(Patience.MAX)
        .untilAsserted(
            () ->
                assertThat(value(JobMetric.DEAD_LETTERS, DeadLetterReason.UNKNOWN_FRAMING))
                    .isEqualTo(BAD));
    String all = cluster.scrape();
    Set<String> names =
        NAME.matcher(all).results().map(MatchResult::group).collect(Collectors.toSet());

    assertThat(names).containsAll(Monitoring.seriesOfEachPipeline());
    for (JobMetric metric : JobMetric.values()) {
      if (!Monitoring.isOfOtherPipelines(metric.prometheusName())) {
        assertThat(names).contains(metric.prometheusName());
      }
    }
    assertThat(value(JobMetric.LEARNED_EXAMPLES, null)).isEqualTo(ROWS);
    assertThat(value(JobMetric.STEPS, null)).isEqualTo(ROWS);
    assertThat(value(JobMetric.WINDOW_ACCURACY, null)).isBetween(0.2, 1.0);
  }

  @Test
  @Order(3)
  void aRealPrometheusReadsItAndAnswersEveryQuery() throws Exception {
    int port = Ports.free();
    Path data = Files.createDirectories(dir.resolve("prometheus"));
    try (PrometheusServer server =
        PrometheusServer.start(data, port, "prometheus.yml", cluster.metricsAddresses())) {
      PrometheusApi prometheus = server.api();
      Awaitility.await().atMost(Patience.MAX).until(prometheus::isUp);
      Awaitility.await()
          .atMost(Patience.MAX)
          .until(() -> !prometheus.query(JobMetric.LEARNED_EXAMPLES.prometheusName()).isEmpty());

      assertThat(
              prometheus
                  .query(JobMetric.LEARNED_EXAMPLES.prometheusName())
                  .at("/0/value/1")
                  .asText())
          .isEqualTo(Integer.toString(ROWS));
      for (String query : all(Monitoring.alertQueries(), Monitoring.dashboardQueries())) {
        prometheus.query(query); // throws if it is not understood
      }
      Awaitility.await().atMost(Patience.MAX).untilAsserted(prometheus::requireHealthyAlerts);
    }
  }

  @Test
  @Order(4)
  void flinkStopLeavesASavepointThatFlinkRunGoesOnFrom() throws Exception {
    String savepoint = stopped();

    cluster.flink(documented(RUN, 1, Map.of("SAVEPOINT", savepoint)));
    produce();

    awaitExamples(2 * ROWS);
  }

  @Test
  @Order(5)
  void standaloneJobGoesOnFromIt() throws Exception {
    String savepoint = stopped();
    cluster.close();
    List<String> start = documented(STANDALONE, 1, Map.of("SAVEPOINT", savepoint));

    cluster = FlinkInstallation.standaloneJob(dir.resolve("application"), jar, start);
    produce();

    awaitExamples(3 * ROWS);
    start.removeAll(List.of("--fromSavepoint", savepoint));
    assertThat(documented(STANDALONE, 0, Map.of())).isEqualTo(start);
  }

  /** Stops the job; returns its savepoint. */
  private String stopped() throws Exception {
    String job = find("(?<= : )[0-9a-f]{32}(?= : )", cluster.flink(List.of("list")));
    String out =
        cluster.flink(
            List.of(
                "stop",
                "--type",
                "canonical",
                "--savepointPath",
                dir.resolve("savepoints").toUri().toString(),
                job));
    return find("(?<=Savepoint completed. Path: )\\S+", out);
  }

  /** A command of the documentation, with this test's files. */
  private List<String> documented(Pattern kind, int which, Map<String, String> values)
      throws IOException {
    String page = Files.readString(Path.of("docs", "deploy.md"));
    List<MatchResult> commands = kind.matcher(page).results().toList();
    List<String> words = new ArrayList<>(List.of(commands.get(which).group(1).split(" ")));
    words.replaceAll(word -> word.startsWith("target/") ? jar.toString() : word);
    words.replaceAll(word -> word.endsWith("pipeline.yaml") ? pipeline.toString() : word);
    words.replaceAll(word -> values.getOrDefault(word, word));
    return words;
  }

  private static Optional<Path> jobJar() throws IOException {
    try (Stream<Path> files = Files.list(Files.createDirectories(Path.of("target")))) {
      return files
          .filter(file -> file.getFileName().toString().matches("millrace-[\\d.]+\\.jar"))
          .findFirst();
    }
  }

  private void produce() throws IOException {
    StringBuilder rows = new StringBuilder("key,x0,x1,label\n");
    for (int i = 0; i < ROWS; i++) {
      double x = (i * 37 % 100) / 100.0;
      rows.append("shop-%d,%s,%s,%s%n".formatted(i % 4, x, 1 - x, x > 0.4 ? "high" : "low"));
    }
    Path csv = Files.writeString(dir.resolve("rows.csv"), rows);
    String[] command = {
      "produce", "-c", pipeline.toString(), "--key", "key", "--input", csv.toString()
    };
    assertThat(Cli.run(command).exitCode()).isZero();
    Map<String, Object> broker = Map.of("bootstrap.servers", kafka.bootstrapServers());
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(broker, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < BAD; i++) {
        byte[] value = "not Avro".getBytes(StandardCharsets.UTF_8);
        producer.send(new ProducerRecord<>("shops.examples", value));
      }
    }
  }

  private void awaitExamples(int examples) {
    Awaitility.await()
        .atMost(Patience.MAX)
        .pollInterval(Duration.ofMillis(300))
        .untilAsserted(
            () ->
                assertThat(CommittedRecords.examples(kafka.bootstrapServers(), "shops"))
                    .as(cluster::output)
                    .isEqualTo(examples));
  }

  private double value(JobMetric metric, DeadLetterReason reason) throws InterruptedException {
    for (String line : cluster.scrape().lines().toList()) {
      boolean wanted =
          reason == null
              || (line.contains("reason=\"" + reason.id() + "\"")
                  && line.contains("operator_name=\"decode\""));
      if (line.startsWith(metric.prometheusName() + "{") && wanted) {
        return Double.parseDouble(line.substring(line.lastIndexOf(' ')));
      }
    }
    return Double.NaN;
  }

  @Test
  @Order(6)
  void theMetricsTopicBecomesRunsForTensorBoard() throws IOException {
    Path runs = dir.resolve("runs");

    Cli cli =
        Cli.run("tensorboard", "-c", pipeline.toString(), "--logdir", runs.toString(), "--once");

    assertThat(cli.exitCode()).as(cli.err()).isZero();
    assertThat(cli.out()).contains(" records of 4 keys.");
    try (Stream<Path> keys = Files.list(runs.resolve("shops"))) {
      assertThat(keys).hasSize(4);
    }
  }

  private static List<String> all(List<String> some, List<String> others) {
    return Stream.concat(some.stream(), others.stream()).toList();
  }

  private static String find(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(text).isTrue();
    return matcher.group();
  }
}
