package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.data.FeatureSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.testing.Programs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From data of one's own to models: the examples, init and doctor. */
class OwnDataITCase {
  private static final Path PYTHON = Path.of("/usr/bin/python3");
  private static final Path EXAMPLES = Path.of("examples", "python");

  @TempDir private static Path dir;

  private static EmbeddedKafka kafka;

  @BeforeAll
  static void startBroker() {
    kafka = EmbeddedKafka.start(0, null);
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void initReadsTheJsonRecordsOfATopic() throws Exception {
    send("json-payments", null, "{\"shop\":\"a%d\",\"buyer\":{\"age\":%d},\"tags\":[1],\"ok\":%b}");

    Cli cli = init("json-payments");

    assertThat(cli.err()).isEmpty();
    assertThat(cli.out()).contains("predicts ok (binary) from 1 field, one model per shop.");
    Settings settings = PipelineFile.read(dir.resolve("json-payments.yaml"));
    InputSpec spec = settings.input().spec();
    assertThat(settings.input().topic()).isEqualTo("json-payments");
    assertThat(spec.format()).isEqualTo(InputSpec.Format.JSON);
    assertThat(spec.key()).isEqualTo("shop");
    assertThat(spec.features()).extracting(FeatureSpec::name).containsExactly("buyer.age");
    assertThat(Files.readString(dir.resolve("json-payments.yaml"))).contains("#   tags: a list");
  }

  @Test
  void initReadsExamplesOfTheStandardSchema() throws Exception {
    Path csv =
        Files.writeString(
            dir.resolve("std.csv"), "n,t,label\n" + "1,red,a\n2,blue,b\n3,red,a\n".repeat(20));
    create("standard");
    Cli.run(
        "produce",
        "--bootstrap-server=" + kafka.bootstrapServers(),
        "--topic=standard",
        "--input=" + csv,
        "--label=label");

    Cli cli = init("standard");

    assertThat(cli.err()).isEmpty();
    InputSpec spec = PipelineFile.read(dir.resolve("standard.yaml")).input().spec();
    assertThat(spec.schema()).isNull();
    assertThat(spec.features())
        .containsExactly(
            new FeatureSpec("number_1", FeatureSpec.Type.NUMERIC, false, List.of(), 0),
            new FeatureSpec("t", FeatureSpec.Type.ONE_HOT, false, List.of("blue", "red"), 0));
  }

  @Test
  void initReportsUnreadableTopics() throws Exception {
    create("empty");
    assertThat(init("empty").err()).startsWith("Topic empty has no records.");
    assertThat(init("absent").err()).startsWith("Topic absent does not exist on ");

    send("framed", "k", "\u0000\u0000\u0000\u0000\u0001%d%d%b");
    assertThat(init("framed").err())
        .startsWith("The records of topic framed name their schema by its number in a registry.");
  }

  @Test
  void doctorFindsMissingTopicsThenAnEmptyInputThenNothing() throws Exception {
    Path pipeline =
        Files.writeString(
            dir.resolve("checked.yaml"), withOwnTopics(smallest("checked"), "checked"));

    Cli before = Cli.run("doctor", "-c", pipeline.toString());
    Cli.run("topics", "create", "-c", pipeline.toString());
    Cli created = Cli.run("doctor", "-c", pipeline.toString());
    send("checked.examples", "k", "{\"a\":%d,\"b\":%d,\"label\":%b}");
    Cli full = Cli.run("doctor", "-c", pipeline.toString());

    assertThat(before.exitCode()).isEqualTo(1);
    assertThat(before.out())
        .contains("failed   topics      5 of 5 do not exist: checked.examples, ")
        .contains("→ ./millrace topics create -c " + pipeline);
    assertThat(created.exitCode()).isZero();
    assertThat(created.out())
        .contains("ok       broker      1 broker at " + kafka.bootstrapServers())
        .contains("ok       topics      all 5 exist")
        .contains("ok       permissions may read checked.examples and write the outputs")
        .contains("warning  input       0 records in 1 partition of checked.examples")
        .contains("→ Send some: ./millrace produce -c " + pipeline);
    assertThat(full.out())
        .contains("ok       input       60 records in 1 partition")
        .contains("warning  records     60 of the newest 60 records of topic checked.examples")
        .contains("cannot be used: unknown-framing 60");
  }

  @Test
  void doctorNamesWhatNoModelSeesOfTheNewestRecords() throws Exception {
    Path pipeline =
        Files.writeString(
            dir.resolve("seen.yaml"),
            withOwnTopics(
                smallest("seen")
                    + "  format: json\n"
                    + "  features: [b, { name: a, type: one-hot, values: [\"0\", \"1\"] },"
                    + " { name: d, type: one-hot, values: [y, z] }]\n",
                "seen"));
    Cli.run("topics", "create", "-c", pipeline.toString());
    send("seen.examples", "k", "{\"a\":%d,\"b\":%d,\"label\":%b,\"c\":1,\"d\":\"x\"}");

    assertThat(Cli.run("doctor", "-c", pipeline.toString()).out())
        .contains("ok       records     the newest 60 records of topic seen.examples can be used")
        .contains("80 values of one-hot features in the newest 60 records of topic seen.examples")
        .contains("not listed, so they are ignored: a \"2\", d \"x\"")
        .contains("that the pipeline does not use: c 60");
  }

  @Test
  void thePythonExamplesSendWhatThePipelineReads() throws Exception {
    assumeThat(has("confluent_kafka") && has("avro"))
        .as(
            "%s has no confluent_kafka or avro (Debian: python3-confluent-kafka, python3-avro)",
            PYTHON)
        .isTrue();
    create("payments");
    String servers = kafka.bootstrapServers();

    String said = python(EXAMPLES.resolve("produce_own_schema.py").toString(), servers);

    assertThat(said).isEqualTo("Sent 1000 payments to topic payments.\n");
    String yaml = Files.readString(EXAMPLES.resolve("payments.yaml"));
    Path pipeline =
        Files.writeString(
            dir.resolve("payments.yaml"),
            withOutputTopics(yaml.replace("localhost:9092", servers), "payments"));
    Files.copy(EXAMPLES.resolve("payment.avsc"), dir.resolve("payment.avsc"));
    createTopics(pipeline);
    assertThat(Story.learn(pipeline, dir.resolve("payments-state"))).isEqualTo(1_000);
  }

  @Test
  void kcatSendsWhatThePagesSayAndReadsItBack() throws Exception {
    Path kcat = Programs.require("kcat", "kcat");
    List<DocumentedCommand> commands =
        DocumentedCommand.all().stream()
            .filter(command -> command.text().contains("kcat "))
            .filter(command -> command.page().equals(Path.of("docs", "send-data.md")))
            .toList();
    assertThat(commands).hasSize(2);
    create("shops.examples");

    assertThat(shell(commands.get(0))).isEmpty();

    assertThat(shell(commands.get(1)) + "```")
        .as("what %s shows", commands.get(1))
        .isEqualTo(shown(commands.get(1)));
    assertThat(Files.readString(Path.of("README.md"))).contains(commands.get(0).text());
    assertThat(run(List.of(kcat.toString(), "-h"))).contains("-u ", "-q ", "-e ");
  }

  /** What the page shows below a command. */
  private static String shown(DocumentedCommand command) throws IOException {
    String page = Files.readString(command.page());
    int begin = page.indexOf("$ " + command.text()) + command.text().length() + 3;
    return page.substring(begin, page.indexOf("```", begin) + 3);
  }

  private static String shell(DocumentedCommand command) throws Exception {
    return run(
        List.of(
            "/bin/bash", "-c", command.text().replace("localhost:9092", kafka.bootstrapServers())));
  }

  private static boolean has(String module) throws Exception {
    return Files.isExecutable(PYTHON)
        && new ProcessBuilder(PYTHON.toString(), "-c", "import " + module)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor()
            == 0;
  }

  private static String python(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(PYTHON.toString(), "-B"));
    command.addAll(List.of(words));
    return run(command);
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Path errors = dir.resolve("errors"); // where librdkafka logs what it tries again, too
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out + Files.readString(errors)).isZero();
    return out;
  }

  private static String smallest(String name) {
    return "pipeline: %s\nkafka:\n  bootstrap.servers: %s\ninput:\n  label: label\n"
        .formatted(name, kafka.bootstrapServers());
  }

  private static Cli init(String topic) {
    return Cli.run(
        "init",
        "--topic=" + topic,
        "--bootstrap-server=" + kafka.bootstrapServers(),
        "--output=" + dir.resolve(topic + ".yaml"));
  }

  private static void create(String topic) throws Exception {
    Map<String, Object> properties = Map.of("bootstrap.servers", kafka.bootstrapServers());
    try (Admin admin = Admin.create(properties)) {
      admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
      BrokerCheck.awaitTopics(admin, List.of(topic));
    }
  }

  /** Sends 60 records; a template takes two numbers and a truth. */
  private static void send(String topic, String key, String template) throws Exception {
    if (!topic.contains(".")) {
      create(topic);
    }
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int i = 0; i < 60; i++) {
        byte[] value =
            template.formatted(i % 3, i % 17, i % 4 == 0).getBytes(StandardCharsets.UTF_8);
        byte[] bytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
        producer.send(new ProducerRecord<>(topic, bytes, value));
      }
    }
  }

  /** A pipeline that names no topic, with topics of its own. */
  private static String withOwnTopics(String yaml, String name) {
    return withOutputTopics(
        yaml.replaceFirst("(?m)^input:$", "input:\n  topic: " + name + ".examples"), name);
  }

  private static String withOutputTopics(String yaml, String name) {
    return yaml
        + """
        output:
          topics:
            metrics: %1$s.metrics
            events: %1$s.events
            dead-letters: %1$s.dlq
            models: %1$s.models
        """
            .formatted(name);
  }

  private static void createTopics(Path pipeline) {
    assertThat(Cli.run("topics", "create", "-c", pipeline.toString()).exitCode()).isZero();
  }
}
