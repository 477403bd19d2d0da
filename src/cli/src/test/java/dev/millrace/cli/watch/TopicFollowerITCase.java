package dev.millrace.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.cli.Millrace;
import dev.millrace.cli.dashboard.DashboardFeed;
import dev.millrace.cli.dashboard.DashboardServer;
import dev.millrace.cli.dashboard.DashboardServerTest;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.codec.models.ModelAssembler.Arrival;
import dev.millrace.codec.models.ModelAssembler.Place;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.flink.StateSpec;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.kafka.TopicFollower;
import dev.millrace.serving.ModelTopicReader;
import dev.millrace.serving.ModelsFollower;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The followers and the command {@code watch} against a broker. */
class TopicFollowerITCase {

  private static EmbeddedKafka kafka;

  @TempDir private Path dir;

  @BeforeAll
  static void startBroker() {
    kafka = EmbeddedKafka.start(0, null);
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void seesWhatWasThereAndWhatIsWrittenThenInEveryPartition() throws Exception {
    createTopic(kafka, "partitions", 3);
    send(kafka, "partitions", 0, "before");
    try (Following following = new Following(kafka, "partitions")) {
      following.follower.awaitPositioned();
      for (int partition = 0; partition < 3; partition++) {
        send(kafka, "partitions", partition, "after-" + partition);
      }

      await()
          .atMost(Patience.MAX)
          .untilAsserted(
              () ->
                  assertThat(following.records)
                      .containsExactlyInAnyOrder("before", "after-0", "after-1", "after-2"));
    }
  }

  @Test
  void seesAllOfAPartitionThatIsAddedWhileOthersAreBusy() throws Exception {
    String topic = "grows";
    createTopic(kafka, topic, 1);
    send(kafka, topic, 0, "before");
    try (Following following = new Following(kafka, topic)) {
      following.follower.awaitPositioned();
      addPartition(topic);
      send(kafka, topic, 1, "of the new one");

      await()
          .atMost(Patience.MAX)
          .until(
              () -> {
                send(kafka, topic, 0, "busy");
                return following.records.contains("of the new one");
              });
      assertThat(following.records).containsOnlyOnce("before", "of the new one");
    }
  }

  private static void addPartition(String topic) throws Exception {
    try (Admin admin = KafkaClients.admin(properties(kafka), Patience.MAX)) {
      admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(2))).all().get();
    }
  }

  @Test
  void aFollowerOfModelsSeesAPartitionThatIsAdded() throws Exception {
    createTopic(kafka, "models", 1);
    List<Place> places = new CopyOnWriteArrayList<>();
    try (ModelsFollower follower =
        new ModelsFollower(
            properties(kafka),
            "models",
            StateSpec.DEFAULT.stateBytes(),
            arrival -> places.addAll(arrival.places()),
            notice -> {})) {
      Thread thread = new Thread(follower, "follower");
      thread.start();
      await().atMost(Patience.MAX).until(follower::isReady);
      addPartition("models");
      send(kafka, "models", 1, "a model");

      await()
          .atMost(Patience.MAX)
          .until(
              () -> {
                send(kafka, "models", 0, "busy");
                return places.contains(new Place(1, 0));
              });
      follower.close();
      thread.join();
    }
  }

  @Test
  void aFollowerOfModelsReportsADeletedTopicAndReadsNoWrongModelFromItsReplacement()
      throws Exception {
    createTopic(kafka, "models-deleted", 1);
    send(kafka, "models-deleted", 0, "a model");
    List<Arrival> arrivals = new CopyOnWriteArrayList<>();
    List<String> notices = new CopyOnWriteArrayList<>();
    try (ModelsFollower follower =
            new ModelsFollower(
                properties(kafka),
                "models-deleted",
                StateSpec.DEFAULT.stateBytes(),
                arrivals::add,
                notices::add);
        ModelTopicReader reader = new ModelTopicReader(properties(kafka), "models-deleted")) {
      Thread thread = new Thread(follower, "follower");
      thread.start();
      await().atMost(Patience.MAX).until(follower::isReady);
      List<Place> places = arrivals.get(0).places();
      assertThat(reader.read("k", places)).asString().isEqualTo("a model");
      deleteTopic("models-deleted");

      await()
          .atMost(Patience.MAX)
          .until(
              () ->
                  notices.contains(
                      ("Topic models-deleted does not exist any more on %s; waiting for it. Known"
                              + " models are still served.")
                          .formatted(kafka.bootstrapServers())));
      createTopic(kafka, "models-deleted", 1);
      send(kafka, "models-deleted", 0, "another");
      await()
          .atMost(Patience.MAX)
          .until(
              () ->
                  notices.contains(
                      "Following models-deleted on %s.".formatted(kafka.bootstrapServers())));

      assertThat(reader.read("k", places)).asString().isEqualTo("another");
      assertThat(reader.read("other", places)).isNull();
      follower.close();
      thread.join();
    }
  }

  private static void deleteTopic(String topic) throws Exception {
    try (Admin admin = KafkaClients.admin(properties(kafka), Patience.MAX)) {
      admin.deleteTopics(List.of(topic)).all().get();
    }
  }

  @Test
  void waitsForATopicThatIsNotThereYetAndSaysSo() throws Exception {
    try (Following following = new Following(kafka, "later")) {
      assertThat(following.firstNotice())
          .isEqualTo(
              "Topic later does not exist on %s yet; waiting for it."
                  .formatted(kafka.bootstrapServers()));

      createTopic(kafka, "later", 1);
      following.follower.awaitPositioned();
      send(kafka, "later", 0, "now");

      await().atMost(Patience.MAX).until(() -> following.records.contains("now"));
    }
  }

  @Test
  void saysThatATopicIsGoneAndFollowsOneThatTakesItsPlace() throws Exception {
    createTopic(kafka, "deleted", 1);
    try (Following following = new Following(kafka, "deleted")) {
      following.follower.awaitPositioned();
      deleteTopic("deleted");
      assertThat(following.firstNotice())
          .isEqualTo(
              "Topic deleted does not exist any more on %s; waiting for it."
                  .formatted(kafka.bootstrapServers()));

      createTopic(kafka, "deleted", 1);
      await()
          .atMost(Patience.MAX)
          .until(
              () -> {
                send(kafka, "deleted", 0, "new");
                return following.records.contains("new");
              });
    }
  }

  @Test
  void aDashboardReceivesEventsDeadLettersAndItsLag() throws Exception {
    createTopic(kafka, "fraud.events", 1);
    createTopic(kafka, "fraud.examples", 1);
    for (int i = 0; i < 8; i++) {
      send(kafka, "fraud.examples", 0, "an example");
    }
    send(
        kafka,
        "fraud.events",
        0,
        DashboardServerTest.event("a", 90, "\"event\":\"drift\",\"detector\":\"ddm\""));
    createTopic(kafka, "fraud.dlq", 1);
    sendLetter(DashboardServerTest.deadLetter("a topic", DeadLetterReason.EMPTY_VALUE, 3));
    try (DashboardServer page = new DashboardServer("127.0.0.1", 0);
        DashboardFeed feed =
            new DashboardFeed(
                Map.of("bootstrap.servers", kafka.bootstrapServers()), "fraud", page)) {
      page.publish(
          DashboardServerTest.record("a", 100, "0.9", "0.9", "0.3")
              .replace("[120344,121871]", "[0,4]"));
      page.start();
      feed.start();

      await()
          .atMost(Patience.MAX)
          .untilAsserted(
              () -> {
                assertThat(DashboardServerTest.get(page, "/api/events")).contains("\"drift\"");
                page.sample();
                assertThat(DashboardServerTest.get(page, "/api/summary")).contains("3.0],");
                assertThat(DashboardServerTest.get(page, "/api/dead-letters"))
                    .contains("\"reason\":\"empty-value\",\"count\":1,");
              });
    }
  }

  @Test
  void outlivesABrokerThatGoesAwayAndComesBack() throws Exception {
    EmbeddedKafka first = EmbeddedKafka.start(0, dir.resolve("data"));
    String servers = first.bootstrapServers();
    createTopic(first, "resumed", 1);
    try (Following following = new Following(first, "resumed")) {
      following.follower.awaitPositioned();
      first.close();
      await()
          .atMost(Patience.MAX)
          .until(
              () ->
                  following.notices.contains(
                      "No broker answers at " + servers + "; waiting for it."));

      int port = Integer.parseInt(servers.split(":")[1]);
      try (EmbeddedKafka second = EmbeddedKafka.start(port, dir.resolve("data"))) {
        send(second, "resumed", 0, "again");
        await().atMost(Patience.MAX).until(() -> following.records.contains("again"));
        await()
            .atMost(Patience.MAX)
            .until(() -> following.notices.contains("Following resumed on " + servers + "."));
      }
    }
  }

  @Test
  void watchShowsTheWantedKeyAndEndsWhenItsReaderIsGone() throws Exception {
    createTopic(kafka, "watched", 1);
    send(kafka, "watched", 0, "not JSON");
    send(kafka, "watched", 0, "{\"key\":\"other\",\"task\":\"binary\",\"examples\":1}");
    send(kafka, "watched", 0, "{\"key\":\"mine\",\"task\":\"binary\",\"examples\":2}");
    StringWriter err = new StringWriter();
    ClosedAfterText out = new ClosedAfterText("mine");
    CommandLine commandLine = Millrace.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));

    int exitCode =
        commandLine.execute(
            "watch",
            "--bootstrap-server=" + kafka.bootstrapServers(),
            "--topic=watched",
            "--key=mine",
            "--from-beginning");

    assertThat(exitCode).isZero();
    assertThat(out.text.toString()).contains("no-change", "mine").doesNotContain("other");
    assertThat(err)
        .hasToString("Skipped a record that is not a metrics record; reported once.%n".formatted());
  }

  @Test
  void watchBeginsWithTheNewestRecordOfEachKeyAlsoOfAFinishedTopic() throws Exception {
    createTopic(kafka, "finished", 1);
    for (int examples = 1; examples <= 3; examples++) {
      send(kafka, "finished", 0, "{\"key\":\"a\",\"examples\":" + examples + "}");
      send(kafka, "finished", 0, "{\"key\":\"b\",\"examples\":" + 10 * examples + "}");
    }
    ClosedAfterText out = new ClosedAfterText("\"b\"");
    CommandLine commandLine = Millrace.commandLine();
    commandLine.setOut(new PrintWriter(out, true));

    int exitCode =
        commandLine.execute(
            "watch",
            "--bootstrap-server=" + kafka.bootstrapServers(),
            "--topic=finished",
            "--json");

    assertThat(exitCode).isZero();
    assertThat(out.text.toString().lines())
        .containsExactly("{\"key\":\"a\",\"examples\":3}", "{\"key\":\"b\",\"examples\":30}");
  }

  @Test
  void watchPassesWholeRecordsThrough() throws Exception {
    String record = "{\"key\":\"mine\",\"task\":\"binary\",\"examples\":2,\"unheard_of\":[1.50]}";
    createTopic(kafka, "passed", 1);
    send(kafka, "passed", 0, "{\"key\":\"other\",\"task\":\"binary\",\"examples\":1}");
    send(kafka, "passed", 0, record);
    ClosedAfterText out = new ClosedAfterText("unheard_of");
    CommandLine commandLine = Millrace.commandLine();
    commandLine.setOut(new PrintWriter(out, true));

    int exitCode =
        commandLine.execute(
            "watch",
            "--bootstrap-server=" + kafka.bootstrapServers(),
            "--topic=passed",
            "--key=mine",
            "--json",
            "--from-beginning");

    assertThat(exitCode).isZero();
    assertThat(out.text.toString().strip()).isEqualTo(record);
  }

  private static void createTopic(EmbeddedKafka on, String name, int partitions) throws Exception {
    try (Admin admin = KafkaClients.admin(properties(on), Patience.MAX)) {
      admin
          .createTopics(List.of(new NewTopic(name, Optional.of(partitions), Optional.empty())))
          .all()
          .get();
      BrokerCheck.awaitTopics(admin, List.of(name));
    }
  }

  private static void send(EmbeddedKafka to, String topic, int partition, String value)
      throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.copyOf(properties(to)), new StringSerializer(), new StringSerializer())) {
      producer.send(new ProducerRecord<>(topic, partition, "k", value)).get();
    }
  }

  private static void sendLetter(ConsumerRecord<byte[], byte[]> letter) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.copyOf(properties(kafka)), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer
          .send(
              new ProducerRecord<>(
                  letter.topic(), 0, letter.key(), letter.value(), letter.headers()))
          .get();
    }
  }

  private static Map<String, String> properties(EmbeddedKafka kafka) {
    return Map.of("bootstrap.servers", kafka.bootstrapServers());
  }

  /** A follower at work in its own thread. */
  private static final class Following implements AutoCloseable {
    final List<String> records = new CopyOnWriteArrayList<>();
    final List<String> notices = new CopyOnWriteArrayList<>();
    final TopicFollower follower;
    private final Thread thread;

    Following(EmbeddedKafka kafka, String topic) {
      follower =
          new TopicFollower(
              properties(kafka),
              topic,
              TopicFollower.values(records::add),
              (absent, text) -> notices.add(text));
      thread = new Thread(follower, "follower");
      thread.start();
    }

    String firstNotice() {
      await().atMost(Patience.MAX).until(() -> !notices.isEmpty());
      return notices.get(0);
    }

    @Override
    public void close() {
      follower.close();
      await().atMost(Patience.MAX).until(() -> !thread.isAlive());
    }
  }

  /** A pipe whose reader goes away once it has seen a text. */
  private static final class ClosedAfterText extends Writer {
    final StringBuilder text = new StringBuilder();
    private final String last;

    ClosedAfterText(String last) {
      this.last = last;
    }

    @Override
    public void write(char[] buffer, int offset, int length) throws IOException {
      if (text.indexOf(last) >= 0) {
        throw new IOException("Broken pipe");
      }
      text.append(buffer, offset, length);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
