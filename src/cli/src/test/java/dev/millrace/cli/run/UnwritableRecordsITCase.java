package dev.millrace.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.config.PipelineFile;
import dev.millrace.testing.AvroValues;
import dev.millrace.testing.CommittedRecords;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a broker takes on the input topic it may not take on the others. A job that wrote it as it
 * came would be refused, and restart, and be refused again.
 */
class UnwritableRecordsITCase {
  private static final int LARGE = 2_200_000;
  private static final long TWO_HOURS = 7_200_000;

  private static final Map<String, String> ANYTHING =
      Map.of(
          "max.message.bytes", "50000000", "message.timestamp.after.max.ms", "" + Long.MAX_VALUE);

  @TempDir private static Path dir;

  private static EmbeddedKafka kafka;

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = EmbeddedKafka.start(0, null);
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void recordsAreWrittenSuchThatTopicsMadeByHandTakeThem() throws Exception {
    Path pipeline = pipeline("hand", 1 << 20);
    try (Admin admin = admin()) {
      admin
          .createTopics(
              List.of(
                  new NewTopic("hand.examples", 1, (short) 1).configs(ANYTHING),
                  new NewTopic("hand.metrics", 1, (short) 1)
                      .configs(Map.of("message.timestamp.before.max.ms", "86400000")),
                  new NewTopic("hand.predictions", 1, (short) 1),
                  new NewTopic("hand.events", 1, (short) 1),
                  new NewTopic("hand.dlq", 1, (short) 1),
                  new NewTopic("hand.models", 1, (short) 1)))
          .all()
          .get();
    }
    long now = System.currentTimeMillis();
    byte[] key = utf8("k");
    byte[] good = AvroValues.classValue("k", "yes", 1, 1);
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      ProducerRecord<byte[], byte[]> traced =
          new ProducerRecord<>("hand.examples", 0, now, key, good);
      traced.headers().add("traceparent", new byte[LARGE]);
      ProducerRecord<byte[], byte[]> headed =
          new ProducerRecord<>("hand.examples", 0, now, key, new byte[7]);
      headed.headers().add("h", new byte[LARGE]);
      // Two bytes each on the way, and no byte of name or value.
      ProducerRecord<byte[], byte[]> crowded =
          new ProducerRecord<>("hand.examples", 0, now, key, new byte[7]);
      for (int h = 0; h < LARGE / 2; h++) {
        crowded.headers().add("", new byte[0]);
      }
      producer.send(new ProducerRecord<>("hand.examples", 0, now, key, new byte[1_048_400])).get();
      producer.send(new ProducerRecord<>("hand.examples", 0, now + TWO_HOURS, key, good)).get();
      producer
          .send(new ProducerRecord<>("hand.examples", 0, now + TWO_HOURS, key, new byte[7]))
          .get();
      producer.send(headed).get();
      producer.send(crowded).get();
      producer
          .send(new ProducerRecord<>("hand.examples", 0, now, new byte[LARGE], new byte[7]))
          .get();
      producer.send(traced).get();
      producer.send(new ProducerRecord<>("hand.examples", 0, 1_600_000_000_000L, key, good)).get();
    }

    read(pipeline);

    assertThat(read("hand.predictions")).hasSize(3);
    List<ConsumerRecord<byte[], byte[]>> letters = read("hand.dlq");
    assertThat(letters).hasSize(5);
    assertThat(letters.get(0).value()).isNull();
    assertThat(text(letters.get(0), "value.bytes")).isEqualTo("1048400");
    assertThat(letters.get(1).value()).hasSize(7);
    assertThat(text(letters.get(2), "headers.bytes")).isEqualTo("2200013");
    assertThat(text(letters.get(3), "headers.bytes")).isEqualTo("11000000");
    assertThat(text(letters.get(4), "key.bytes")).isEqualTo("2200000");
    assertThat(Cli.run("doctor", "-c", "" + pipeline, "--state-dir", "" + dir).out())
        .contains("5 dead letters in hand.dlq");
  }

  @Test
  void aTopicForTinyRecordsIsRejectedAtTheStart() throws Exception {
    Path pipeline = pipeline("tiny", 1 << 20);
    try (Admin admin = admin()) {
      NewTopic metrics = new NewTopic("tiny.metrics", 1, (short) 1);
      admin.createTopics(List.of(metrics.configs(Map.of("max.message.bytes", "999")))).all().get();
    }
    Cli create = Cli.run("topics", "create", "-c", "" + pipeline);
    assertThat(create.exitCode()).as(create.out()).isEqualTo(1); // one topic differs

    Cli run = Cli.run("run", "-c", "" + pipeline, "--state-dir", "" + dir.resolve("tiny-state"));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("tiny.metrics", "accepts records of max 999 bytes");
  }

  @Test
  void aProducerHasRoomForTheLargestRecord() throws Exception {
    Path pipeline = pipeline("large", 20 << 20);
    try (Admin admin = admin()) {
      NewTopic examples = new NewTopic("large.examples", 1, (short) 1);
      admin.createTopics(List.of(examples.configs(ANYTHING))).all().get();
    }
    assertThat(Cli.run("topics", "create", "-c", "" + pipeline).exitCode()).isZero();
    byte[] value = new byte[36_000_000];
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      producer.send(new ProducerRecord<>("large.examples", utf8("k"), value)).get();
      byte[] good = AvroValues.classValue("k", "yes", 1, 1);
      producer.send(new ProducerRecord<>("large.examples", utf8("k"), good)).get();
    }

    read(pipeline);

    assertThat(read("large.dlq"))
        .singleElement()
        .matches(letter -> letter.value().length == value.length);
  }

  /** Lets a job read all that is there; it would not end if it had to restart for ever. */
  private static void read(Path pipeline) throws Exception {
    Path state = dir.resolve(pipeline.getFileName() + "-state");
    LocalJob job = LocalJob.start(PipelineFile.read(pipeline), 1, state, null, true);
    boolean ended = false;
    while (!ended) {
      ended = job.awaitEnd(Duration.ofSeconds(1));
    }
  }

  private static Path pipeline(String name, int recordBytes) throws Exception {
    return Files.writeString(
        dir.resolve(name + ".yaml"),
        """
        pipeline: %1$s
        kafka: { bootstrap.servers: "%2$s" }
        input: { topic: %1$s.examples, label: label }
        model: { layers: [{ units: 2 }] }
        metrics: { every: 1 }
        limits: { record-bytes: %3$d }
        output:
          predictions: true
          topics:
            metrics: %1$s.metrics
            predictions: %1$s.predictions
            events: %1$s.events
            dead-letters: %1$s.dlq
            models: %1$s.models
        """
            .formatted(name, kafka.bootstrapServers(), recordBytes));
  }

  private static Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
  }

  private static KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        Map.of(
            "bootstrap.servers",
            kafka.bootstrapServers(),
            "max.request.size",
            50_000_000,
            "buffer.memory",
            100_000_000),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    return CommittedRecords.read(kafka.bootstrapServers(), topic);
  }

  private static String text(ConsumerRecord<byte[], byte[]> letter, String header) {
    byte[] value = letter.headers().lastHeader("__millrace.errors." + header).value();
    return new String(value, StandardCharsets.UTF_8);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
