package dev.millrace.cli.produce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import dev.millrace.cli.csv.CsvExamplesTest;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.cli.topics.TopicPlan;
import dev.millrace.cli.topics.TopicsCommand;
import dev.millrace.codec.EpochHeader;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands {@code topics create} and {@code produce} against a broker. */
class ProduceCommandITCase {
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
  void createsTheTopicsOfAPipelineOnceAndKeepsThemAfterwards() throws Exception {
    Path pipeline = pipeline("once");

    Cli first = Cli.run("topics", "create", "-c", pipeline.toString(), "--partitions", "2");
    Cli second = Cli.run("topics", "create", "-c", pipeline.toString());

    assertThat(first.err()).isEmpty();
    assertThat(first.exitCode()).isZero();
    assertThat(first.out().lines())
        .contains("created  once.examples", "created  once.metrics")
        .allMatch(line -> line.startsWith("created  "))
        .hasSize(5);
    assertThat(second.exitCode()).isZero();
    assertThat(second.out().lines()).allMatch(line -> line.startsWith("exists   ")).hasSize(5);
    assertThat(cleanupPolicy("once.models")).isEqualTo("compact");
    assertThat(cleanupPolicy("once.metrics")).isEqualTo("delete");
  }

  @Test
  void createdTopicsExistForTheNextCommand() throws Exception {
    // Brokers hear of a topic some time after its creation, which shows in one of fifty.
    for (int i = 0; i < 100; i++) {
      Settings settings = PipelineFile.read(pipeline("next" + i));
      TopicsCommand.create(settings, TopicPlan.of(settings));
      BrokerCheck.requireTopic(settings.kafka(), settings.input().topic(), null);
    }
  }

  @Test
  void sendsEveryRowOfEveryEpochKeyedByTheKeyColumn() throws Exception {
    Path pipeline = pipeline("sent");
    Cli.run("topics", "create", "-c", pipeline.toString());
    Path csv = csv(1_000);

    Cli cli =
        Cli.run(
            "produce",
            "-c",
            pipeline.toString(),
            "--input",
            csv.toString(),
            "--key",
            "shop",
            "--epochs",
            "3");

    assertThat(cli.err()).isEmpty();
    assertThat(cli.exitCode()).isZero();
    assertThat(cli.out())
        .startsWith("Sent 3,000 records to sent.examples in ")
        .contains("Next: ./millrace run -c " + pipeline);
    assertRecords(read("sent.examples"), 3_000);
  }

  @Test
  void anEventTimeInTheFutureIsReported() throws Exception {
    Path pipeline = pipeline("future");
    String input = "input: { format: json, event-time: at, features: [x], ";
    Files.writeString(pipeline, Files.readString(pipeline).replace("input: { ", input));
    Cli.run("topics", "create", "-c", pipeline.toString());
    Path csv = Files.writeString(dir.resolve("future.csv"), "x,at,class\n1,2500-01-01T00:00Z,a\n");

    Cli cli = Cli.run("produce", "-c", pipeline.toString(), "--input", csv.toString());

    assertThat(cli.err())
        .startsWith(
            "Event time \"at\" is later than tomorrow in 1 of 1 rows, first \"2500-01-01T00:00Z\""
                + " (future.csv:2): ");
    assertThat(cli.exitCode()).isZero();
  }

  @Test
  void severalEpochsNeedAPipelineThatReadsThem() throws Exception {
    Path pipeline = pipeline("once");
    Files.writeString(pipeline, Files.readString(pipeline).replace(", epochs: true", ""));

    Cli cli =
        Cli.run("produce", "-c", pipeline + "", "--input", csv(3).toString(), "--epochs", "3");

    assertThat(cli.exitCode()).isEqualTo(2);
    assertThat(cli.err())
        .startsWith(
            "--epochs 3 needs input: { epochs: true } in %s, or the job reads all passes as one."
                .formatted(pipeline));
  }

  @Test
  void delayedLabelsAreOfOnePass() throws Exception {
    // Those of the end of a pass would come after the next one has begun.
    Cli cli =
        Cli.run(
            "produce",
            "-c",
            pipeline("delayed") + "",
            "--input",
            csv(3).toString(),
            "--epochs=2",
            "--label-delay=3m");

    assertThat(cli.exitCode()).isEqualTo(2);
    assertThat(cli.err()).startsWith("--label-delay allows one pass, but --epochs was 2");
  }

  @Test
  void eventTimesOfARateAreThoseOfSending() throws Exception {
    Path pipeline = pipeline("paced");
    Cli.run("topics", "create", "-c", pipeline.toString());
    long before = System.currentTimeMillis();

    Cli.run("produce", "-c", pipeline + "", "--input", csv(5) + "", "--epochs=2", "--rate=50");

    long after = System.currentTimeMillis();
    List<Long> times = read("paced.examples").stream().map(ConsumerRecord::timestamp).toList();
    assertThat(times.get(0)).isBetween(before, after);
    assertThat(times)
        .containsExactlyElementsOf(
            IntStream.range(0, 10).mapToObj(i -> times.get(0) + 20L * i).toList());
  }

  @Test
  void stopsAtTheLimit() throws Exception {
    Path pipeline = pipeline("limited");
    Cli.run("topics", "create", "-c", pipeline.toString());

    Cli cli =
        Cli.run(
            "produce",
            "--bootstrap-server=" + kafka.bootstrapServers(),
            "--topic=limited.examples",
            "--input=" + csv(1_000),
            "--label=class",
            "--limit=17",
            "--rate=10000");

    assertThat(cli.err()).isEmpty();
    assertThat(cli.exitCode()).isZero();
    assertThat(read("limited.examples")).hasSize(17).allMatch(r -> key(r).equals("all"));
  }

  @Test
  void aMissingTopicIsOneLineThatNamesTheCommandToMakeIt() throws Exception {
    Path pipeline = pipeline("absent");

    Cli cli = Cli.run("produce", "-c", pipeline.toString(), "--input", csv(3).toString());

    assertThat(cli.exitCode()).isEqualTo(1);
    assertThat(cli.err())
        .isEqualToIgnoringNewLines(
            ("Topic absent.examples does not exist on %s."
                    + " Create the topics of this pipeline with: ./millrace topics create -c %s")
                .formatted(kafka.bootstrapServers(), pipeline));
  }

  @Test
  void anotherTopicThanThePipelinesIsNotSaidToBeMadeForIt() throws Exception {
    Path pipeline = pipeline("other");

    Cli cli =
        Cli.run(
            "produce", "-c", pipeline + "", "--input", csv(3).toString(), "--topic", "elsewhere");

    assertThat(cli.exitCode()).isEqualTo(1);
    assertThat(cli.err())
        .isEqualToIgnoringNewLines(
            ("Topic elsewhere does not exist on %s. %s does not name it. Omit the option to use"
                    + " the pipeline's topic, or create it with your Kafka tools.")
                .formatted(kafka.bootstrapServers(), pipeline));
  }

  @Test
  void aRecordThatTheBrokerRejectsFailsTheCommandWithTheCause() throws Exception {
    Path pipeline = pipeline("refusing");
    Cli.run("topics", "create", "-c", pipeline.toString());
    Path csv =
        Files.writeString(dir.resolve("wide.csv"), "t,class\n" + "x".repeat(2_000_000) + ",a\n");

    Cli cli = Cli.run("produce", "-c", pipeline.toString(), "--input", csv.toString());

    assertThat(cli.exitCode()).isEqualTo(1);
    assertThat(cli.err())
        .startsWith("The columns of %s take more than 65,536 bytes".formatted(csv))
        .contains("\nTopic refusing.examples did not accept all of the ")
        .contains("bytes");
  }

  private static void assertRecords(List<ConsumerRecord<byte[], byte[]>> records, int count)
      throws IOException {
    BinaryMessageDecoder<GenericRecord> decoder =
        new BinaryMessageDecoder<>(GenericData.get(), CsvExamplesTest.schema());
    Set<String> ids = new HashSet<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      GenericRecord example = decoder.decode(record.value());
      byte[] epoch = record.headers().lastHeader(EpochHeader.NAME).value();
      assertThat(example.get(0).toString()).startsWith("rows1000.csv-");
      ids.add(example.get(0) + " in pass " + new String(epoch, StandardCharsets.UTF_8));
      assertThat(example.get("key").toString()).isEqualTo(key(record));
    }
    assertThat(ids).hasSize(count);
    assertThat(records).extracting(ProduceCommandITCase::key).containsOnly("s0", "s1", "s2");
    assertThat(records).allMatch(r -> r.timestamp() <= System.currentTimeMillis());
  }

  private static String key(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.key(), StandardCharsets.UTF_8);
  }

  private static Path csv(int rows) throws IOException {
    String lines =
        IntStream.range(0, rows)
            .mapToObj(i -> "s%d,%d,%s\n".formatted(i % 3, 2 * i, i % 2 == 0 ? "ok" : "bad"))
            .collect(Collectors.joining());
    return Files.writeString(dir.resolve("rows" + rows + ".csv"), "shop,amount,class\n" + lines);
  }

  private static Path pipeline(String name) throws IOException {
    String yaml =
        """
        pipeline: %1$s
        kafka: { bootstrap.servers: "%2$s" }
        input: { label: class, topic: %1$s.examples, epochs: true }
        output:
          topics:
            metrics: %1$s.metrics
            events: %1$s.events
            dead-letters: %1$s.dlq
            models: %1$s.models
        """;
    return Files.writeString(
        dir.resolve(name + ".yaml"), yaml.formatted(name, kafka.bootstrapServers()));
  }

  private static String cleanupPolicy(String topic) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try (Admin admin = KafkaClients.admin(properties(), Patience.MAX)) {
      return admin
          .describeConfigs(List.of(resource))
          .all()
          .get()
          .get(resource)
          .get("cleanup.policy")
          .value();
    }
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    TopicPartition partition = new TopicPartition(topic, 0);
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.copyOf(properties()), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end) {
        consumer.poll(Duration.ofMillis(500)).forEach(records::add);
      }
    }
    return records;
  }

  private static Map<String, String> properties() {
    return Map.of("bootstrap.servers", kafka.bootstrapServers());
  }
}
