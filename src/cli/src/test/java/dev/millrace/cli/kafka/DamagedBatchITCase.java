package dev.millrace.cli.kafka;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import dev.millrace.cli.Millrace;
import dev.millrace.cli.run.LocalJob;
import dev.millrace.cli.watch.SummaryView;
import dev.millrace.config.PipelineFile;
import dev.millrace.testing.CommittedRecords;
import dev.millrace.testing.MillraceProcess;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Topics with a batch that the disk of a broker has changed. */
class DamagedBatchITCase {
  private static final List<String> TOPICS =
      List.of("worn.examples", "worn.metrics", "worn.models", "worn.summary");

  @TempDir private static Path dir;

  private static EmbeddedKafka kafka;

  @BeforeAll
  static void damageABatchOfEachTopic() throws Exception {
    Path data = dir.resolve("data");
    try (EmbeddedKafka whole = EmbeddedKafka.start(0, data)) {
      Cli.run("topics", "create", "-c", pipeline(whole, ""), "--partitions", "1");
      try (KafkaProducer<byte[], byte[]> producer =
          new KafkaProducer<>(
              Map.of("bootstrap.servers", whole.bootstrapServers()),
              new ByteArraySerializer(),
              new ByteArraySerializer())) {
        for (String topic : TOPICS) {
          for (String line : List.of("1,yes", "2,no", "7777,yes", "4,no")) {
            // Each record is a batch.
            producer
                .send(new ProducerRecord<>(topic, "k".getBytes(UTF_8), line.getBytes(UTF_8)))
                .get();
          }
        }
      }
    }
    for (String topic : TOPICS) {
      Path log = data.resolve(topic + "-0").resolve("00000000000000000000.log");
      String bytes = Files.readString(log, ISO_8859_1);
      assertThat(bytes).contains("7777");
      Files.writeString(log, bytes.replace("7777", "x777"), ISO_8859_1);
    }
    kafka = EmbeddedKafka.start(0, data);
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void aCommandNamesTheBatchAndTheWayOut() throws IOException {
    Cli list = Cli.run("models", "list", "-c", pipeline(kafka, ""));

    assertThat(list.exitCode()).isOne();
    assertThat(list.err())
        .startsWith(
            "Topic worn.models cannot be read: Record batch for partition worn.models-0 at offset 2"
                + " is invalid")
        .contains("kafka: { check.crcs: false }");
  }

  @Test
  void aCommandThatFollowsATopicNamesThemToo() throws IOException {
    Cli watch = Cli.run("watch", "--json", "--from-beginning", "-c", pipeline(kafka, ""));

    assertThat(watch.exitCode()).isOne();
    assertThat(watch.err())
        .contains(
            "Topic worn.metrics cannot be read: Record batch for partition worn.metrics-0 at offset"
                + " 2 is invalid")
        .contains("kafka: { check.crcs: false }");
  }

  @Test
  void aCommandThatReadsATopicToItsEndNamesThemToo() throws IOException {
    Cli tensorboard =
        Cli.run("tensorboard", "--once", "--logdir", dir + "/runs", "-c", pipeline(kafka, ""));

    assertThat(tensorboard.exitCode()).isOne();
    assertThat(tensorboard.err())
        .startsWith("Topic worn.metrics cannot be read: Record batch for partition worn.metrics-0")
        .contains("kafka: { check.crcs: false }");
  }

  @Test
  void doctorNamesThemToo() throws IOException {
    assertThat(Cli.run("doctor", "-c", pipeline(kafka, "")).out())
        .contains(
            "topic worn.examples cannot be read: Record batch for partition worn.examples-0 at"
                + " offset 2 is invalid")
        .contains("kafka: { check.crcs: false }")
        .doesNotContain("Allow READ");
  }

  @Test
  void runNamesThemToo() throws IOException {
    Path pipeline = Path.of(pipeline(kafka, ""));
    String text =
        Files.readString(pipeline)
            .replace("pipeline: worn", "pipeline: torn")
            .replace("input:", "input:\n  topic: worn.examples");
    Files.writeString(pipeline, text);
    Cli.run("topics", "create", "-c", pipeline + "", "--partitions", "1");
    List<String> run = List.of("run", "-c", pipeline + "", "--state-dir", dir + "/torn");

    try (MillraceProcess process =
        MillraceProcess.start(dir, "run", Millrace.class, List.of(), run)) {
      process.awaitErr("kafka: { check.crcs: false }");

      assertThat(process.err())
          .contains("Record batch for partition worn.examples-0 at offset 2 is invalid");
    }
  }

  @Test
  void aJobThatStartsFromAModelOfSuchATopicNamesThemToo() throws IOException {
    Path pipeline = Path.of(pipeline(kafka, ""));
    Files.writeString(pipeline, "model: { warm-start: { key: k } }\n", StandardOpenOption.APPEND);

    Cli run = Cli.run("run", "-c", pipeline + "", "--state-dir", dir + "/warm");

    assertThat(run.exitCode()).isNotZero();
    assertThat(run.err())
        .contains("topic worn.models cannot be read: Record batch for partition worn.models-0");
  }

  @Test
  void aSummaryThatCannotBeReadIsReportedAndIsNotAwaited() throws IOException {
    List<String> notices = new CopyOnWriteArrayList<>();
    try (SummaryView summary =
        new SummaryView(PipelineFile.read(Path.of(pipeline(kafka, ""))), notices::add)) {
      summary.start();

      await().atMost(Patience.MAX).until(() -> !notices.isEmpty());

      assertThat(notices)
          .singleElement()
          .asString()
          .startsWith(
              "Topic worn.summary cannot be read: Record batch for partition worn.summary-0");
      assertThat(summary.isStarting()).isFalse();
    }
  }

  @Test
  void aJobThatDoesNotCheckChecksumsLearnsTheOtherRecords() throws Exception {
    String pipeline = pipeline(kafka, ", check.crcs: false");

    LocalJob job =
        LocalJob.start(PipelineFile.read(Path.of(pipeline)), 1, dir.resolve("state"), null, true);

    assertThat(job.awaitEnd(Duration.ofMinutes(2))).isTrue();
    assertThat(CommittedRecords.read(kafka.bootstrapServers(), "worn.dlq"))
        .singleElement()
        .satisfies(letter -> assertThat(letter.value()).asString(UTF_8).isEqualTo("x777,yes"));
    Cli models = Cli.run("models", "list", "--json", "-c", pipeline);
    assertThat(new ObjectMapper().readTree(models.out()).path("examples").asInt()).isEqualTo(3);
  }

  private static String pipeline(EmbeddedKafka broker, String more) throws IOException {
    return Files.writeString(
            Files.createTempFile(dir, "worn", ".yaml"),
            """
            pipeline: worn
            kafka: { bootstrap.servers: "%s"%s }
            input:
              format: csv
              columns: [x, class]
              label: class
              classes: [yes, no]
              features: [x]
            output: { summary: true }
            """
                .formatted(broker.bootstrapServers(), more))
        .toString();
  }
}
