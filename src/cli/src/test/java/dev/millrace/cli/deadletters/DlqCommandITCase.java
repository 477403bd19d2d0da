package dev.millrace.cli.deadletters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import dev.millrace.cli.Millrace;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.cli.kafka.Producers;
import dev.millrace.cli.run.LocalJob;
import dev.millrace.config.PipelineFile;
import dev.millrace.kafka.TopicReader;
import dev.millrace.testing.CommittedRecords;
import dev.millrace.testing.MillraceProcess;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands {@code dlq show} and {@code replay} after a real job has refused records. */
class DlqCommandITCase {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long TIME = 1_790_000_000_000L; // 2026-09-21T14:13:20Z

  @TempDir private static Path dir;

  // A replay that sends no more than these bytes a second, or ten times as many at once, has read
  // only a part of the letters when its first ones are written.
  private static final int LETTERS = 2_000;
  private static final int LETTER_BYTES = 1_000;
  private static final int BUFFER_BYTES = 200_000;
  private static final int MAX_RATE = 50_000;

  private static EmbeddedKafka kafka;
  private static MillraceProcess broker; // can be stopped by a signal

  @BeforeAll
  static void startBrokers() throws Exception {
    kafka = EmbeddedKafka.start(0, null);
    List<String> command =
        List.of("broker", "--port", "0", "--data-dir", "" + dir.resolve("broker"));
    broker = MillraceProcess.startUntil("Broker at ", dir, command);
  }

  @AfterAll
  static void stopBrokers() {
    broker.close();
    kafka.close();
  }

  @Test
  void showsRejectedRecordsAndReplaysThemAfterTheFix() throws Exception {
    Path pipeline = pipeline("shops", "yes, no");
    Cli.run("topics", "create", "-c", "" + pipeline, "--partitions", "2");
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      ProducerRecord<byte[], byte[]> traced = line("shops", 1, "2,maybe");
      traced.headers().add("trace", "t-1".getBytes(StandardCharsets.UTF_8));
      producer.send(line("shops", 0, "1,yes")).get();
      producer.send(line("shops", 0, "0,no")).get();
      producer.send(traced).get();
      producer.send(line("shops", 0, "much,yes")).get();
      producer.send(line("shops", 0, "3,maybe")).get();
    }
    run(pipeline, "before");
    String config = "" + pipeline;

    Cli show = Cli.run("dlq", "show", "-c", config);
    Cli one = Cli.run("dlq", "show", "-c", config, "--reason", "invalid-feature", "--json");
    Cli last = Cli.run("dlq", "show", "-c", config, "--last", "1");
    Cli other =
        Cli.run("dlq", "show", "-c", config, "--reason", "empty-value,invalid-key", "--from=0:9");

    assertThat(show.exitCode()).as(show.err()).isZero();
    assertThat(show.out().lines())
        .first()
        .isEqualTo("3 dead letters on shops.dlq: 2 unknown-class, 1 invalid-feature");
    assertThat(show.out())
        .contains(
            "2026-09-21T14:13:20Z  invalid-feature  shops.examples-0:2  key k\n    feature \"x\"",
            "\n    much,yes\n",
            "2026-09-21T14:13:20Z  unknown-class  shops.examples-1:0  key k\n",
            "\n    2,maybe\n");
    assertThat(other.out())
        .isEqualTo(
            "No dead letters of reason empty-value or invalid-key on shops.dlq from 0:9 on.\n");
    assertThat(last.out().lines().filter(line -> line.startsWith("2026"))).hasSize(1);
    JsonNode json = JSON.readTree(one.out());
    assertThat(json.path("reason").asText()).isEqualTo("invalid-feature");
    assertThat(json.path("value").asText()).isEqualTo("much,yes");
    assertThat(json.path("offset").asLong()).isEqualTo(2);

    String yaml = Files.readString(pipeline);
    Files.writeString(pipeline, yaml.replace("yes, no", "yes, no, maybe"));
    Cli dry = Cli.run("dlq", "replay", "-c", config, "--reason", "unknown-class", "--dry-run");
    Cli replay = Cli.run("dlq", "replay", "-c", config, "--reason", "unknown-class");
    Files.writeString(
        pipeline, Files.readString(pipeline).replace("pipeline: shops", "pipeline: shops-2"));
    run(pipeline, "after");

    assertThat(dry.out())
        .isEqualTo("Would send 2 dead letters of shops.dlq: 2 unknown-class" + "\n");
    assertThat(replay.exitCode()).as(replay.err()).isZero();
    assertThat(replay.out().lines())
        .first()
        .isEqualTo("Sent 2 dead letters of shops.dlq: 2 unknown-class");
    List<ConsumerRecord<byte[], byte[]>> records = read("shops.examples");
    assertThat(records).hasSize(7);
    ConsumerRecord<byte[], byte[]> again =
        records.stream().filter(r -> r.partition() == 1 && r.offset() == 1).findFirst().get();
    assertThat(again.value()).isEqualTo("2,maybe".getBytes(StandardCharsets.UTF_8));
    assertThat(again.timestamp()).isEqualTo(TIME);
    assertThat(again.headers().toArray())
        .singleElement()
        .satisfies(header -> assertThat(header.key()).isEqualTo("trace"));
    // All seven again, of which one is still refused.
    String later = replay.out().lines().skip(1).findFirst().orElseThrow();
    assertThat(later).startsWith("Later ones: --from 0:");
    Cli newer = Cli.run("dlq", "show", "-c", config, "--from", later.replaceFirst(".* ", ""));
    assertThat(newer.out()).startsWith("1 dead letter on shops.dlq: 1 invalid-feature\n");
  }

  @Test
  void reportsDeadLettersThatCannotBeSent() throws Exception {
    Path pipeline = pipeline("cut", "yes, no");
    Cli.run("topics", "create", "-c", "" + pipeline);
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      producer.send(letter("cut.examples", "value.bytes", "9")).get();
      producer.send(letter("others.examples", "exception.class.name", "E")).get();
      producer.send(letter("cut.examples", "partition", "none")).get();
      producer.send(line("cut", 0, "no letter")).get();
    }

    Cli show = Cli.run("dlq", "show", "-c", "" + pipeline);
    Cli replay = Cli.run("dlq", "replay", "-c", "" + pipeline, "--all");
    Cli whole =
        Cli.run(
            "dlq",
            "show",
            "--bootstrap-server=" + kafka.bootstrapServers(),
            "--topic=cut.dlq",
            "--json");

    assertThat(show.out())
        .startsWith("1 dead letter on cut.dlq: 1 empty-value\n")
        .contains("    (9 bytes, more than the topic accepts)\n");
    assertThat(replay.exitCode()).isZero();
    assertThat(replay.out())
        .isEqualTo(
            "Sent 0 dead letters of cut.dlq.\n"
                + "1 more cannot be sent: a part was larger than the topic accepts, and is"
                + " lost.\n");
    assertThat(whole.out().lines()).hasSize(2);
    assertThat(JSON.readTree(whole.out().lines().findFirst().get()).path("key_hex").asText())
        .isEqualTo("ff00");
  }

  @Test
  void afterAFailureTheRestIsSentOnceWhereverItIs() throws Exception {
    Path pipeline = pipeline("halves", "yes, no");
    Cli.run("topics", "create", "-c", "" + pipeline, "--partitions", "2");
    Set<String> all = new TreeSet<>();
    setMostBytes("halves.examples", 2_000);
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      for (int i = 0; i < 10; i++) {
        String key = "k" + i;
        all.add(key);
        byte[] value = new byte[i == 9 ? 5_000 : 10];
        new Random(i).nextBytes(value); // which no compression makes smaller
        producer.send(letter("halves", "halves", i % 2, i, key, value)).get();
      }
    }

    Cli failed = Cli.run("dlq", "replay", "-c", "" + pipeline, "--all");
    setMostBytes("halves.examples", 10_000);
    String from = failed.err().replaceFirst("(?s).*Continue with --from ([0-9:,]+);.*", "$1");
    Cli rest = Cli.run("dlq", "replay", "-c", "" + pipeline, "--all", "--from", from);
    Cli none = Cli.run("dlq", "replay", "-c", "" + pipeline, "--all", "--from", "2:0");

    assertThat(failed.exitCode()).isEqualTo(1);
    assertThat(failed.err())
        .startsWith("Topic halves.examples did not accept the record of the dead letter at 1:4: ")
        .contains("; 1:5 skips that one.");
    assertThat(rest.exitCode()).as(rest.err()).isZero();
    assertThat(read("halves.examples"))
        .extracting(record -> new String(record.key(), StandardCharsets.UTF_8))
        .containsExactlyInAnyOrderElementsOf(all);
    assertThat(none.exitCode()).isEqualTo(2);
    assertThat(none.err()).isEqualTo("--from: topic halves.dlq has no partition 2; it has 2\n");
  }

  @Test
  void theLettersOfAnotherPipelineAreItsOwnAndThoseOfOneRecordAreSentOnce() throws Exception {
    Path pipeline = pipeline("mine", "yes, no");
    Cli.run("topics", "create", "-c", "" + pipeline, "--partitions", "1");
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      for (String of : List.of("mine", "theirs", "", "mine")) {
        int offset = of.isEmpty() ? 8 : 7; // an earlier build did not say whose it is
        producer.send(letter("mine", of, 0, offset, of, new byte[10])).get();
      }
    }

    Cli show = Cli.run("dlq", "show", "-c", "" + pipeline);
    Cli replay = Cli.run("dlq", "replay", "-c", "" + pipeline, "--all");

    assertThat(show.out()).startsWith("3 dead letters on mine.dlq: 3 empty-value\n");
    assertThat(replay.out())
        .isEqualTo(
            """
            Sent 2 dead letters of mine.dlq: 2 empty-value
            1 more of the same records, rejected again after a failure of the job, are skipped.
            Later ones: --from 0:4
            """);
    assertThat(read("mine.examples"))
        .extracting(record -> new String(record.key(), StandardCharsets.UTF_8))
        .containsExactly("mine", "");
  }

  @Test
  void aTerminalShowsHowFarItIs() throws Exception {
    Path pipeline = pipeline("bar", "yes, no");
    Cli.run("topics", "create", "-c", "" + pipeline, "--partitions", "1");
    Map<String, Object> properties =
        Map.of("bootstrap.servers", kafka.bootstrapServers(), "transactional.id", "bar");
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      for (int i = 0; i < 5; i++) {
        producer.send(letter("bar", "bar", 0, i, "k" + i, new byte[10]));
      }
      producer.commitTransaction();
    }
    List<String> command = List.of("dlq", "replay", "-c", "" + pipeline, "--all", "--from", "0:2");
    List<String> terminal = List.of("-Dmillrace.stderr.terminal=true");

    try (MillraceProcess replay =
        MillraceProcess.start(dir, "bar", Millrace.class, terminal, command)) {
      assertThat(replay.awaitEnd()).as(replay::err).isZero();
      assertThat(replay.out()).startsWith("Sent 3 dead letters of bar.dlq: 3 empty-value\n");
      assertThat(replay.err()).contains("read bar.dlq", "4/4 records");
    }
  }

  @Test
  void interruptionPrintsHowToContinue() throws Exception {
    Path pipeline = flood("flood", kafka.bootstrapServers(), "");
    String out;
    try (MillraceProcess replay = slowReplay("flood", kafka.bootstrapServers(), pipeline)) {
      ProcessHandle.of(replay.pid()).orElseThrow().destroy();
      setMaxRate(kafka.bootstrapServers(), null);
      assertThat(replay.awaitEnd()).isEqualTo(143);
      out = replay.out();
    }
    String from = out.replaceFirst("(?s).*Stopped; the others.*: --from (\\S+)\\s*", "$1");
    assertGoesOn(pipeline, from, kafka.bootstrapServers(), "flood");
    if (out.contains("Stopped; the others: ")) { // else the brokers were too slow to answer
      assertThat(read("flood.examples")).hasSize(LETTERS);
    }
  }

  @Test
  void interruptionPrintsHowToContinueWhileTheBrokerHangs() throws Exception {
    String servers = broker.find("Broker at (\\S+),");
    Path pipeline = flood("hangs", servers, "");
    String from;
    try (MillraceProcess replay = slowReplay("hangs", servers, pipeline)) {
      broker.signal("STOP");
      try {
        replay.terminate();
        assertThat(replay.awaitEnd()).isEqualTo(143);
      } finally {
        broker.signal("CONT");
      }
      from = replay.find("Stopped; the others.*: --from (\\S+)");
    }
    setMaxRate(servers, null);
    assertGoesOn(pipeline, from, servers, "hangs");
  }

  @Test
  void aLetterThatExpiresIsAnErrorWithTheOffsetsToGoOnAt() throws Exception {
    String servers = broker.find("Broker at (\\S+),");
    Path pipeline =
        flood(
            "expires",
            servers,
            ", delivery.timeout.ms: 2000, request.timeout.ms: 1000, max.block.ms: 10000");
    String from;
    try (MillraceProcess replay = slowReplay("expires", servers, pipeline)) {
      broker.signal("STOP");
      try {
        assertThat(replay.awaitEnd()).as(replay::err).isEqualTo(1);
      } finally {
        broker.signal("CONT");
      }
      assertThat(replay.err())
          .contains("Topic expires.examples did not accept the record of the dead letter at ");
      from = replay.find("Continue with --from (\\S+);");
    }
    setMaxRate(servers, null);
    assertGoesOn(pipeline, from, servers, "expires");
  }

  /** Replays all letters to a broker that slows producers down; returns after the first ones. */
  private static MillraceProcess slowReplay(String name, String servers, Path pipeline)
      throws Exception {
    setMaxRate(servers, (double) MAX_RATE);
    List<String> command = List.of("dlq", "replay", "-c", "" + pipeline, "--all");
    MillraceProcess replay =
        MillraceProcess.start(dir, "replay", Millrace.class, List.of(), command);
    await()
        .atMost(Patience.MAX)
        .until(() -> CommittedRecords.written(servers, name + ".examples") > 0);
    return replay;
  }

  /**
   * Makes the broker slow down producers that send more bytes a second, over ten seconds.
   *
   * @param bytes null for no limit
   */
  private static void setMaxRate(String servers, Double bytes) throws Exception {
    ClientQuotaEntity all =
        new ClientQuotaEntity(Collections.singletonMap(ClientQuotaEntity.CLIENT_ID, null));
    String name = "producer_byte_rate";
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      admin
          .alterClientQuotas(
              List.of(
                  new ClientQuotaAlteration(
                      all, List.of(new ClientQuotaAlteration.Op(name, bytes)))))
          .all()
          .get();
      await()
          .until(
              () ->
                  admin.describeClientQuotas(ClientQuotaFilter.all()).entities().get().isEmpty()
                      == (bytes == null));
    }
  }

  /** Replays from where a replay was stopped; no letter is left out then. */
  private static void assertGoesOn(Path pipeline, String from, String servers, String name) {
    Cli rest = Cli.run("dlq", "replay", "-c", "" + pipeline, "--all", "--from", from);

    assertThat(rest.exitCode()).as(from + rest.err()).isZero();
    Set<String> keys = new TreeSet<>();
    read(servers, name + ".examples")
        .forEach(record -> keys.add(new String(record.key(), StandardCharsets.UTF_8)));
    assertThat(keys).hasSize(LETTERS);
  }

  /**
   * A pipeline whose dead-letter topic has many times more bytes than its producer buffers.
   *
   * @param properties more of Kafka's clients
   */
  private static Path flood(String name, String servers, String properties) throws IOException {
    Path pipeline = pipeline(servers, name, "yes, no");
    Cli.run("topics", "create", "-c", "" + pipeline, "--partitions", "2");
    AtomicReference<Exception> failure = new AtomicReference<>();
    Random random = new Random(1);
    try (KafkaProducer<byte[], byte[]> producer =
        Producers.create(Map.of("bootstrap.servers", servers))) {
      for (int i = 0; i < LETTERS; i++) {
        byte[] value = new byte[LETTER_BYTES];
        random.nextBytes(value); // which no compression makes smaller
        producer.send(
            letter(name, name, i % 2, i, "k" + i, value),
            (metadata, cause) -> failure.compareAndSet(null, cause));
      }
    }
    assertThat(failure.get()).isNull();
    String yaml = Files.readString(pipeline);
    return Files.writeString(
        pipeline,
        yaml.replace(
            servers + "\" }", servers + "\", buffer.memory: " + BUFFER_BYTES + properties + " }"));
  }

  @Test
  void wrongUseIsAnsweredInALine() throws Exception {
    String config = "" + pipeline("none", "yes, no");
    Cli.run("topics", "create", "-c", config);

    assertThat(Cli.run("dlq").err()).contains("A command is missing: dlq show or replay");
    assertThat(Cli.run("dlq", "show", "-c", config, "--reason", "invalid-features").err())
        .isEqualTo("Unknown --reason \"invalid-features\". Did you mean invalid-feature?\n");
    assertThat(Cli.run("dlq", "replay", "-c", config).err()).contains("--reason", "--all");
    assertThat(Cli.run("dlq", "show", "-c", config).out())
        .isEqualTo("No dead letters on none.dlq.\n");
    Cli address =
        Cli.run("dlq", "replay", "--bootstrap-server=" + kafka.bootstrapServers(), "--all");
    assertThat(address.exitCode()).isEqualTo(2);
    assertThat(address.err()).startsWith("dlq replay needs -c FILE");
    Cli from = Cli.run("dlq", "show", "-c", config, "--from", "7");
    assertThat(from.exitCode()).isEqualTo(2);
    assertThat(from.err()).contains("--from", "must be PARTITION:OFFSET such as 0:1200, but was 7");
    assertThat(Cli.run("dlq", "show", "-c", config, "--last", "0").err())
        .isEqualTo("--last must be at least 1, but was 0\n");
  }

  private static ProducerRecord<byte[], byte[]> letter(String topic, String name, String value) {
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>("cut.dlq", 0, TIME, new byte[] {-1, 0}, (byte[]) null);
    Map.of("reason", "empty-value", "message", "m", "topic", topic, "partition", "0", "offset", "5")
        .forEach((header, text) -> add(letter, header, text));
    add(letter, name, value);
    return letter;
  }

  private static ProducerRecord<byte[], byte[]> letter(
      String name, String pipeline, int partition, int offset, String key, byte[] value) {
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(
            name + ".dlq", partition, TIME, key.getBytes(StandardCharsets.UTF_8), value);
    Map.of(
            "exception.class.name",
            "E",
            "reason",
            "empty-value",
            "message",
            "m",
            "pipeline",
            pipeline,
            "topic",
            name + ".examples",
            "partition",
            "" + partition,
            "offset",
            "" + offset)
        .forEach((header, text) -> add(letter, header, text));
    return letter;
  }

  private static void setMostBytes(String topic, int bytes) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      AlterConfigOp set =
          new AlterConfigOp(
              new ConfigEntry("max.message.bytes", "" + bytes), AlterConfigOp.OpType.SET);
      ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
      admin.incrementalAlterConfigs(Map.of(resource, List.of(set))).all().get();
      await()
          .until(
              () ->
                  admin
                      .describeConfigs(List.of(resource))
                      .all()
                      .get()
                      .get(resource)
                      .get("max.message.bytes")
                      .value()
                      .equals("" + bytes));
    }
  }

  private static void add(ProducerRecord<byte[], byte[]> letter, String name, String text) {
    letter.headers().add("__millrace.errors." + name, text.getBytes(StandardCharsets.UTF_8));
  }

  private static ProducerRecord<byte[], byte[]> line(String name, int partition, String text) {
    byte[] key = "k".getBytes(StandardCharsets.UTF_8);
    byte[] value = text.getBytes(StandardCharsets.UTF_8);
    return new ProducerRecord<>(name + ".examples", partition, TIME, key, value);
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    return read(kafka.bootstrapServers(), topic);
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(String servers, String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    TopicReader.readAll(Map.of("bootstrap.servers", servers), topic, records::add);
    return records;
  }

  private static KafkaProducer<byte[], byte[]> producer() {
    return producer(kafka.bootstrapServers());
  }

  private static KafkaProducer<byte[], byte[]> producer(String servers) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", servers), new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static void run(Path pipeline, String state) throws InterruptedException {
    LocalJob job =
        LocalJob.start(PipelineFile.read(pipeline), 1, dir.resolve("state-" + state), null, true);
    assertThat(job.awaitEnd(Duration.ofMinutes(2))).isTrue();
  }

  private static Path pipeline(String name, String classes) throws IOException {
    return pipeline(kafka.bootstrapServers(), name, classes);
  }

  private static Path pipeline(String servers, String name, String classes) throws IOException {
    String yaml =
        """
        pipeline: %1$s
        kafka: { bootstrap.servers: "%2$s" }
        input:
          topic: %1$s.examples
          format: csv
          columns: [x, class]
          label: class
          classes: [%3$s]
          features: [x]
        output:
          topics: { metrics: %1$s.metrics, dead-letters: %1$s.dlq, models: %1$s.models }
        """;
    return Files.writeString(dir.resolve(name + ".yaml"), yaml.formatted(name, servers, classes));
  }
}
