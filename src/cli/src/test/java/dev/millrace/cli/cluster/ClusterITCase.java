package dev.millrace.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import dev.millrace.cli.console.Ports;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.cli.run.Snapshots;
import dev.millrace.testing.CommittedRecords;
import dev.millrace.testing.ListeningPorts;
import dev.millrace.testing.MillraceProcess;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of real processes, a real broker, and the commands around them. */
class ClusterITCase {
  private static final long SEED = 4_051;
  private static final int KEYS = 12;
  private static final int ROWS = 1_200;
  private static final String HEADER = "key,x0,x1,x2,label\n";

  @TempDir private Path dir;
  private EmbeddedKafka kafka;
  private Path pipeline;
  private MillraceProcess cluster;

  @BeforeEach
  void startBroker() throws IOException {
    kafka = EmbeddedKafka.start(0, null);
    pipeline =
        Files.writeString(
            dir.resolve("shops.yaml"),
            """
            pipeline: shops
            kafka: { bootstrap.servers: "%s" }
            input: { label: label, features: [x0, x1, x2] }
            model: { layers: [{ units: 8, activation: tanh }], batch-size: 3 }
            metrics: { every: 5, max-interval: 200ms }
            state: { checkpoint-interval: 500ms }
            """
                .formatted(kafka.bootstrapServers()));
    succeed("topics", "create", "-c", pipeline.toString(), "--partitions", "2");
  }

  @AfterEach
  void stopAll() {
    if (cluster != null) {
      cluster.close();
    }
    kafka.close();
  }

  @Test
  void modelsAreTheSameBytesAfterAKilledTaskManagerASavepointAndOtherParallelisms()
      throws Exception {
    List<String> rows = rows(3 * ROWS);
    Path first = csv("first.csv", rows.subList(0, ROWS));
    Path second = csv("second.csv", rows.subList(ROWS, 2 * ROWS));
    Path third = csv("third.csv", rows.subList(2 * ROWS, 3 * ROWS));

    start("--taskmanagers", "2");
    produce(first);
    awaitExamples(ROWS);
    CompletableFuture<Void> sending =
        CompletableFuture.runAsync(() -> produce(second, "--rate", "400"));
    awaitExamples(ROWS + 100);
    kill("task manager 1");
    cluster.awaitErr("ended with exit code 137; started again");
    cluster.awaitErr("The job runs again, parallelism 2");
    sending.join();
    String savepoint = succeed("stop", "-c", pipeline.toString(), "--savepoint", stateDir());
    assertStopped();

    start("--slots", "2", "--parallelism", "1", "--from-savepoint", savepoint.strip());
    produce(third);
    assertThat(succeed("rescale", "-c", pipeline.toString(), "--parallelism", "2", stateDir()))
        .isEqualTo("millrace shops runs with parallelism 2.\n");
    awaitExamples(3 * ROWS);
    succeed("stop", "-c", pipeline.toString(), "--drain", stateDir());
    assertStopped();

    assertThat(CommittedRecords.modelsSha256(kafka.bootstrapServers(), "shops.models"))
        .isEqualTo(undisturbedModels(csv("all.csv", rows)));
  }

  @Test
  void withZooKeeperANewJobManagerTakesOverAndNothingOutlivesTheCommand() throws Exception {
    produce(csv("rows.csv", rows(ROWS)));
    start("--ha");
    awaitExamples(ROWS);
    String job = cluster.find("Job +(\\w+)");
    kill("job manager");
    cluster.awaitErr("The job runs again, parallelism 1");

    assertThat(succeed("savepoint", "-c", pipeline.toString(), stateDir()))
        .contains("savepoint-" + job.substring(0, 6));
    List<ProcessHandle> children = cluster.descendants();
    assertThat(children).hasSize(3);
    cluster.kill();
    Awaitility.await()
        .atMost(Patience.MAX)
        .until(() -> children.stream().noneMatch(c -> c.isAlive()));
  }

  @Tag("chaos")
  @Test
  void aNewJobManagerGoesOnFromACheckpointOfItsOwnJobThoughAnOlderOneIsDatedAhead()
      throws Exception {
    produce(csv("rows.csv", rows(ROWS)));
    start();
    awaitExamples(ROWS);
    String savepoint = succeed("stop", "-c", pipeline.toString(), "--savepoint", stateDir());
    assertStopped();
    Files.setLastModifiedTime(
        Path.of(savepoint.strip(), "_metadata"),
        FileTime.from(Instant.now().plus(Duration.ofMinutes(20))));

    start();
    Path state = dir.resolve("state").resolve("shops");
    Path own = state.resolve(cluster.find("Job +(\\w+)"));
    Awaitility.await().atMost(Patience.MAX).until(() -> !Snapshots.newestFirst(own).isEmpty());
    kill("job manager");
    cluster.awaitErr("The job runs again, parallelism 1");

    assertThat(Files.readString(state.resolve("cluster/logs/job-manager.log")))
        .contains("from savepoint " + own.resolve("chk-"));
  }

  @Test
  void aJobThatIsCanceledIsNotSaidToHaveStoppedWithTheSavepointThatItWentOnFrom() throws Exception {
    start("--web-ui");
    String savepoint = succeed("savepoint", "-c", pipeline.toString(), stateDir()).strip();
    Path state = dir.resolve("state").resolve("shops");
    Awaitility.await()
        .atMost(Patience.MAX)
        .until(() -> !Snapshots.newestFirst(state).get(0).equals(Path.of(savepoint)));

    String webUi = cluster.find("Web +(\\S+)");
    assertThatNoPageReadsOrSubmits(webUi);

    cancelOnFlinksPage(webUi + "/jobs/" + cluster.find("Job +(\\w+)"));

    assertThat(cluster.awaitEnd()).isZero();
    assertThat(cluster.out())
        .contains("The job was canceled.", "the next run continues from " + state)
        .doesNotContain(savepoint);
    assertThat(cluster.err()).doesNotContain("restarts");
  }

  // A page of another site may send this type without asking the server first.
  private static void assertThatNoPageReadsOrSubmits(String webUi) throws Exception {
    HttpClient browser = HttpClient.newHttpClient();
    HttpRequest.Builder read =
        HttpRequest.newBuilder(URI.create(webUi + "/jobs/overview"))
            .header("Origin", "http://evil.example");
    HttpRequest.Builder submit =
        HttpRequest.newBuilder(URI.create(webUi + "/v1/jobs"))
            .header("Origin", "http://evil.example")
            .header("Content-Type", "text/plain")
            .POST(HttpRequest.BodyPublishers.ofString("{}"));
    HttpResponse<Void> jobs = browser.send(read.build(), HttpResponse.BodyHandlers.discarding());
    HttpResponse<Void> submission =
        browser.send(submit.build(), HttpResponse.BodyHandlers.discarding());

    assertThat(jobs.statusCode()).isEqualTo(200);
    assertThat(jobs.headers().allValues("Access-Control-Allow-Origin"))
        .doesNotContain("*", "http://evil.example");
    assertThat(submission.statusCode()).isEqualTo(404);
    assertThat(submission.headers().allValues("Access-Control-Allow-Origin"))
        .doesNotContain("*", "http://evil.example");
  }

  @Test
  @EnabledOnOs(OS.LINUX) // of other systems the ports of a process cannot be listed
  void noPortAnswersWhoLacksTheCertificateOfTheCluster() throws Exception {
    start("--ha");
    List<Integer> ports = new ArrayList<>();
    for (ProcessHandle member : cluster.descendants()) {
      ports.addAll(ListeningPorts.of(member.pid()));
    }

    // REST, RPC, blobs, records between tasks, ZooKeeper.
    assertThat(ports).hasSizeGreaterThan(5);
    for (int port : ports) {
      assertThatThrownBy(() -> handshake(port)).as("port %d", port).isInstanceOf(IOException.class);
    }
    Path tls = ClusterFiles.in(dir.resolve("state").resolve("shops")).tls();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(tls)))
        .isEqualTo("rwx------");
  }

  /** Connects as a client that trusts every server and has no certificate. */
  private static void handshake(int port) throws Exception {
    X509ExtendedTrustManager credulous =
        new X509ExtendedTrustManager() {
          @Override
          public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

          @Override
          public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

          @Override
          public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

          @Override
          public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

          @Override
          public void checkClientTrusted(X509Certificate[] chain, String type) {}

          @Override
          public void checkServerTrusted(X509Certificate[] chain, String type) {}

          @Override
          public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
          }
        };
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {credulous}, null);
    try (Socket socket = context.getSocketFactory().createSocket(Ports.HOST, port)) {
      socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      // With TLS 1.3 the server's refusal arrives after the client's handshake.
      if (socket.getInputStream().read() < 0) {
        throw new IOException("closed");
      }
    }
  }

  private static void cancelOnFlinksPage(String job) throws Exception {
    HttpRequest cancel =
        HttpRequest.newBuilder(URI.create(job))
            .method("PATCH", HttpRequest.BodyPublishers.noBody())
            .build();
    HttpClient.newHttpClient().send(cancel, HttpResponse.BodyHandlers.discarding());
  }

  @Test
  void memoryThatDoesNotAddUpIsWrongUsage() throws Exception {
    cluster =
        MillraceProcess.runCluster(
            dir,
            pipeline,
            dir.resolve("state"),
            List.of("-D", "jobmanager.memory.process.size=10mb"));

    assertThat(cluster.exitCode()).isEqualTo(2);
    assertThat(cluster.err())
        .contains("The options for memory do not fit together. Sum of configured JVM Metaspace")
        .endsWith("-D jobmanager.memory.process.size=1gb.\n");
  }

  @Test
  void stoppingBeforeTheJobRunsPrintsThatThereIsNoCheckpoint() throws Exception {
    cluster =
        MillraceProcess.startUntil(
            "Models ",
            dir,
            List.of("cluster", "-c", pipeline.toString(), "--port", "0", stateDir()));

    cluster.terminate();

    assertThat(cluster.awaitEnd()).isEqualTo(143);
    assertThat(cluster.out())
        .endsWith("there is no checkpoint yet: the next run starts with new models.\n");
  }

  private String stateDir() {
    return "--state-dir=" + dir.resolve("state");
  }

  private void start(String... options) throws IOException {
    cluster = MillraceProcess.startCluster(dir, pipeline, dir.resolve("state"), List.of(options));
  }

  private void kill(String member) {
    assertThat(cluster.member(member).destroyForcibly()).isTrue();
  }

  private void assertStopped() throws InterruptedException {
    assertThat(cluster.awaitEnd()).as(() -> cluster.out() + cluster.err()).isZero();
    assertThat(cluster.out()).contains("The job was stopped with savepoint");
  }

  private void produce(Path csv, String... options) {
    List<String> command =
        new ArrayList<>(List.of("produce", "-c", pipeline.toString(), "--key", "key"));
    command.addAll(List.of("--input", csv.toString()));
    command.addAll(List.of(options));
    succeed(command.toArray(String[]::new));
  }

  private void awaitExamples(int examples) {
    Awaitility.await()
        .atMost(Patience.MAX)
        .pollInterval(Duration.ofMillis(300))
        .until(() -> CommittedRecords.examples(kafka.bootstrapServers(), "shops") >= examples);
  }

  private String undisturbedModels(Path csv) throws IOException {
    String out =
        succeed(
            "evaluate",
            "-c",
            pipeline.toString(),
            "--key",
            "key",
            "--input",
            csv.toString(),
            "--json");
    JsonNode result = new ObjectMapper().readTree(out);
    assertThat(result.path("examples").asInt()).isEqualTo(3 * ROWS);
    assertThat(result.path("keys").asInt()).isEqualTo(KEYS);
    return result.path("models_sha256").asText();
  }

  private static List<String> rows(int count) {
    Random random = new Random(SEED);
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float x0 = random.nextFloat();
      float x1 = random.nextFloat();
      float x2 = random.nextFloat();
      String label = x0 + x1 > 1.2f ? "high" : x2 > 0.5f ? "middle" : "low";
      rows.add("shop-%d,%s,%s,%s,%s".formatted(random.nextInt(KEYS), x0, x1, x2, label));
    }
    return rows;
  }

  private Path csv(String name, List<String> rows) throws IOException {
    return Files.writeString(dir.resolve(name), HEADER + String.join("\n", rows) + "\n");
  }

  private static String succeed(String... args) {
    Cli cli = Cli.run(args);
    assertThat(cli.exitCode()).as(cli.err()).isZero();
    return cli.out();
  }
}
