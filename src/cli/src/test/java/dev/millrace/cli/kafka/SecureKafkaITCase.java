package dev.millrace.cli.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.cli.Cli;
import dev.millrace.cli.DocumentedRights;
import dev.millrace.cli.console.Ports;
import dev.millrace.cli.dashboard.DashboardFeed;
import dev.millrace.cli.dashboard.DashboardServer;
import dev.millrace.cli.run.LocalJob;
import dev.millrace.codec.DeadLetterEncoder;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.kafka.TopicFollower;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Patience;
import dev.millrace.testing.Programs;
import dev.millrace.testing.TestKeys;
import java.io.StringWriter;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.WriterAppender;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Brokers that want to know who connects, and that let each do what was granted and no more. */
class SecureKafkaITCase {
  private static final String SLOW = Long.toString(Patience.MAX.toSeconds());
  private static final List<String> COMMANDS =
      List.of(
          "topics create",
          "produce",
          "run",
          "watch",
          "models",
          "promote",
          "erase",
          "dlq show",
          "dlq replay");

  @TempDir private static Path dir;

  private static final StringWriter LOG = new StringWriter();
  private static SecureKafka kafka;
  private static WriterAppender appender;

  @BeforeAll
  static void start() throws Exception {
    appender =
        WriterAppender.newBuilder()
            .setName("captured")
            .setTarget(LOG)
            .setLayout(PatternLayout.newBuilder().withPattern("%m %throwable%n").build())
            .build();
    appender.start();
    ((Logger) LogManager.getRootLogger()).addAppender(appender);
    kafka = new SecureKafka(dir);
    kafka.addUsers(COMMANDS);
    kafka.addUsers(List.of(SecureKafka.USER, "scripted"));
  }

  @AfterAll
  static void close() {
    ((Logger) LogManager.getRootLogger()).removeAppender(appender);
    kafka.close();
  }

  private static Path pipeline(String kafkaPart) throws Exception {
    return Files.writeString(
        dir.resolve("fraud.yaml"),
        kafkaPart
            + """
            pipeline: fraud
            input: { label: class, task: binary, start: earliest }
            models:
              small: { layers: [{ units: 2, activation: tanh }] }
              large: { layers: [{ units: 4, activation: tanh }] }
            metrics: { every: 1 }
            output: { guarantee: exactly-once, predictions: true, snapshots: { every: 1 } }
            """);
  }

  private static void assertRefused(String kafkaPart, String message) throws Exception {
    Path file = pipeline(kafkaPart);

    Cli cli = Cli.run("topics", "create", "-c", file.toString(), "--timeout", SLOW);

    assertThat(cli.exitCode()).as(cli.err()).isEqualTo(1);
    assertThat(withoutNotices(cli.err())).singleElement().asString().startsWith(message);
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err()).contains(file.toString()).doesNotContain("Exception");
  }

  /** What a slow machine says before the outcome is no part of it. */
  private static List<String> withoutNotices(String err) {
    return err.lines().filter(line -> !line.contains("; waiting up to ")).toList();
  }

  @Test
  void anExpiredCertificateIsRejected() throws Exception {
    assertRefused(
        kafka.tls(SecureKafka.EXPIRED),
        "The certificate of the broker at "
            + kafka.address(SecureKafka.EXPIRED)
            + " (kafka.bootstrap.servers, "
            + dir.resolve("fraud.yaml")
            + ") is not valid today (NotAfter: ");
  }

  @Test
  void aCertificateOfAnUnknownAuthorityIsRejected() throws Exception {
    assertRefused(
        kafka.tlsTrustingAStranger(SecureKafka.MUTUAL),
        "The certificate of the broker at "
            + kafka.address(SecureKafka.MUTUAL)
            + " (kafka.bootstrap.servers, "
            + dir.resolve("fraud.yaml")
            + ") is signed by an authority that this client does not trust. Name a truststore");
  }

  @Test
  void aClientWithoutACertificateIsRejectedWhereOneIsAskedFor() throws Exception {
    assertRefused(
        kafka.tls(SecureKafka.MUTUAL),
        "The broker at " + kafka.address(SecureKafka.MUTUAL) + " (kafka.bootstrap.servers, ");
  }

  @Test
  void aWrongPasswordIsRejectedAndNeverPrinted() throws Exception {
    assertRefused(
        kafka.login("run", "wrong"),
        "The broker at " + kafka.address(SecureKafka.LOGIN) + " (kafka.bootstrap.servers, ");

    Cli doctor =
        Cli.run(
            "doctor", "-c", pipeline(kafka.login("run", "wrong")).toString(), "--timeout", SLOW);
    Cli debug =
        Cli.run("watch", "-c", dir.resolve("fraud.yaml").toString(), "--debug", "--timeout", SLOW);

    assertThat(doctor.out())
        .contains("rejected the login", "sasl.jaas.config")
        .doesNotContain("If one runs there");
    assertThat(debug.err()).contains("SaslAuthenticationException");
    Cli valid = Cli.run("validate", "-c", dir.resolve("fraud.yaml").toString());
    assertThat(valid.out()).contains(kafka.address(SecureKafka.LOGIN));
    assertThat(doctor.out() + doctor.err() + debug.err() + valid.out() + dashboard() + LOG)
        .doesNotContain("battery-staple-4712", SecureKafka.PASSWORD, TestKeys.PASSWORD);
  }

  /** All that the web page tells while it cannot log in. */
  private static String dashboard() throws Exception {
    Settings settings = PipelineFile.read(dir.resolve("fraud.yaml"));
    StringBuilder pages = new StringBuilder();
    try (DashboardServer page = new DashboardServer(Ports.HOST, 0);
        DashboardFeed feed = new DashboardFeed(settings, page)) {
      page.start();
      feed.start();
      for (String path : List.of("/", "/api/keys", "/api/summary", "/api/events", "/nothing")) {
        HttpRequest request = HttpRequest.newBuilder(page.address().resolve(path)).build();
        pages.append(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body());
      }
    }
    return pages.toString();
  }

  @ParameterizedTest
  @MethodSource("dev.millrace.cli.DocumentedRights#examplesForABroker")
  void theExamplesOfThePageConnect(String example) throws Exception {
    Path file = pipeline(kafka.documented(example));

    Cli cli = Cli.run("doctor", "-c", file.toString());

    assertThat(cli.out()).as(cli.out()).contains("ok       broker");
  }

  @Test
  void aClientWithACertificateIsLetIn() throws Exception {
    Path file = pipeline(kafka.mutualTls());

    Cli cli = Cli.run("doctor", "-c", file.toString());

    assertThat(cli.out()).contains("ok       broker").contains("group millrace-fraud");
    assertThat(LOG.toString()).doesNotContain(TestKeys.PASSWORD);
  }

  @Test
  void eachCommandDoesItsWorkWithTheRightsThatArePublished() throws Exception {
    Path csv = Files.writeString(dir.resolve("rows.csv"), "a,class\n1,yes\n2,no\n3,yes\n4,no\n");
    Settings settings = PipelineFile.read(pipeline(kafka.login("run", "right")));
    for (String command : COMMANDS) {
      kafka.grant(DocumentedRights.of(command, settings));
    }

    assertDone("topics create", "topics", "create");
    assertDone("produce", "produce", "--input", csv.toString(), "--label", "class");
    runToTheEnd(settings);
    assertDone("models", "models", "list");
    assertDone("promote", "promote", "--key", "all", "--model", "large");
    assertDone("erase", "erase", "--key", "all");

    assertThat(end(settings.output().metrics())).isPositive();
    assertThat(end(settings.output().models())).isPositive();
    assertThat(end(settings.output().commands())).isPositive();
    assertThat(end(settings.output().deadLetters())).isZero();
    assertDone("dlq show", "dlq", "show");
    long examples = end(settings.input().topic());
    try (KafkaProducer<byte[], byte[]> producer = Producers.create(settings.kafka())) {
      producer.send(letter(settings)).get();
    }
    assertDone("dlq replay", "dlq", "replay", "--all");
    assertThat(end(settings.input().topic())).isEqualTo(examples + 1);
    watches();
    withoutOneOfThem(settings);
  }

  @Test
  void theScriptOfDoctorGrantsAllThatAPipelineNeeds() throws Exception {
    Path file = pipeline(kafka.login("scripted", "right"));
    Files.writeString(file, Files.readString(file).replace("pipeline: fraud", "pipeline: orders"));
    Cli refused = Cli.run("topics", "create", "-c", file.toString());
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err())
        .contains("could not be created: ", "./millrace doctor -c FILE --acls prints a script");

    Cli doctor = Cli.run("doctor", "-c", file.toString(), "--acls");
    assertThat(doctor.exitCode()).as(doctor.err()).isZero();
    Path script = Files.writeString(dir.resolve("grant.sh"), doctor.out());
    kafka.grant(AclCalls.of(script, dir));

    assertThat(Cli.run("topics", "create", "-c", file.toString()).exitCode()).isZero();
    assertThat(Cli.run("doctor", "-c", file.toString()).out()).contains("ok       permissions");
  }

  @Test
  void theScriptOfDoctorIsOneForAShell() throws Exception {
    Path shellcheck = Programs.require("shellcheck", "shellcheck");
    String certificate = Cli.run("doctor", "--acls", "-c", "" + pipeline(kafka.mutualTls())).out();
    Path script = Files.writeString(dir.resolve("grant.sh"), certificate);

    assertThat(certificate).contains("PRINCIPAL=${PRINCIPAL:?Set it to ");
    assertThat(ChildJvm.run(List.of(shellcheck.toString(), script.toString()))).isEmpty();
  }

  private static ProducerRecord<byte[], byte[]> letter(Settings settings) {
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(settings.output().deadLetters(), new byte[1], new byte[1]);
    Map.of(
            "reason", "malformed-record",
            "topic", settings.input().topic(),
            "partition", "0",
            "offset", "0")
        .forEach(
            (name, value) ->
                letter
                    .headers()
                    .add(DeadLetterEncoder.PREFIX + name, value.getBytes(StandardCharsets.UTF_8)));
    return letter;
  }

  private static Cli as(String user, String... command) throws Exception {
    Path file = pipeline(kafka.login(user, "right"));
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of("-c", file.toString()));
    return Cli.run(all.toArray(new String[0]));
  }

  private static void assertDone(String user, String... command) throws Exception {
    Cli cli = as(user, command);
    assertThat(cli.exitCode()).as("%s: %s", user, cli.err()).isZero();
  }

  private static void runToTheEnd(Settings settings) throws Exception {
    BrokerCheck.requireTopics(settings, Duration.ofSeconds(20), null, notice -> {});
    LocalJob job = LocalJob.start(settings, 1, dir.resolve("state"), null, true);
    await().atMost(Patience.MAX).until(() -> job.awaitEnd(Duration.ofMillis(100)));
  }

  private static long end(String topic) throws Exception {
    try (Admin admin = kafka.admin()) {
      TopicPartition partition = new TopicPartition(topic, 0);
      return admin
          .listOffsets(Map.of(partition, OffsetSpec.latest()))
          .partitionResult(partition)
          .get()
          .offset();
    }
  }

  private static void watches() throws Exception {
    Settings settings = PipelineFile.read(pipeline(kafka.login("watch", "right")));
    List<String> lines = new CopyOnWriteArrayList<>();
    try (TopicFollower follower =
        new TopicFollower(
            settings.kafka(),
            settings.output().metrics(),
            TopicFollower.values(lines::add),
            (absent, text) -> {})) {
      Thread thread = new Thread(follower);
      thread.start();
      await().until(() -> !lines.isEmpty());
      follower.close();
      thread.join();
    }
  }

  private static void withoutOneOfThem(Settings settings) throws Exception {
    assertThat(as("run", "doctor").out()).contains("ok       permissions");
    Collection<List<AclBinding>> missing = new ArrayList<>(byResource(settings));
    assertThat(missing).hasSizeGreaterThan(8);
    // Describe comes with Read and with Write.
    DocumentedRights.of("run", settings).stream()
        .filter(right -> right.entry().operation() != AclOperation.DESCRIBE)
        .forEach(right -> missing.add(List.of(right)));
    for (List<AclBinding> rights : missing) {
      String resource = rights.get(0).pattern().name();
      kafka.revoke(rights);
      assertThat(as("run", "doctor").out())
          .as("without %s", rights)
          .containsPattern(Pattern.quote(resource) + "…?: this user has no ")
          .doesNotContain("ok       permissions");
      kafka.grant(rights);
    }
  }

  private static Collection<List<AclBinding>> byResource(Settings settings) throws Exception {
    return DocumentedRights.of("run", settings).stream()
        .collect(Collectors.groupingBy(AclBinding::pattern))
        .values();
  }
}
