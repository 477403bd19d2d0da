package dev.millrace.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.millrace.cli.Cli;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.config.PipelineFile;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.testing.CommittedRecords;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a job goes on to read after a savepoint. */
class ContinuedReadingITCase {
  private static final String TOPIC = "reading.examples";
  private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path dir;

  @Test
  void recordsThatWereDeletedUnreadAreCountedAndTheOldestOneLeftComesNext() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      Path pipeline = pipeline(kafka, TOPIC, "latest");
      LocalJob before = start(pipeline, null);
      // With start: latest nothing counts that comes before the job reads.
      await(
          () -> {
            send(pipeline, 1);
            return lastReport(kafka).isObject();
          });
      await(() -> lastOffset(kafka) == written(kafka) - 1);
      int learned = lastReport(kafka).path("examples").asInt();
      long read = written(kafka);
      Path savepoint = Snapshots.given(before.stop(failure -> {}).orElseThrow());

      send(pipeline, 30);
      delete(kafka, read + 10);
      LocalJob after = start(pipeline, savepoint);

      await(() -> lastOffset(kafka) == read + 29);
      assertThat(lastReport(kafka).path("examples").asInt()).isEqualTo(learned + 20);
      StringWriter err = new StringWriter();
      RecordsWatch watch =
          new RecordsWatch(Path.of("p.yaml"), "the log", new PrintWriter(err, true));
      await(
          () -> {
            watch.look(after);
            return !err.toString().isEmpty();
          });
      assertThat(err)
          .hasToString(
              "The brokers deleted 10 records before the job had read them; it continued with the"
                  + " oldest left (more in the log)\n");
      after.cancel();
    }
  }

  @Test
  void aTopicThatIsNamedNoMoreIsNotReadAnyMore() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      Path old = pipeline(kafka, TOPIC, "earliest");
      Path other = pipeline(kafka, "other.examples", "earliest");
      send(old, 10);
      Path savepoint = learn(kafka, old, null, 10);

      send(old, 7);
      send(other, 5);
      Path ofOther = learn(kafka, other, savepoint, 15);

      // From its first record, as any topic that is new.
      learn(kafka, old, ofOther, 15 + 17);
    }
  }

  /** As when the tail of a partition was lost; the brokers tell nobody that it had one. */
  @Test
  void aPartitionThatEndsBeforeTheSavepointIsReadFromItsOldestRecord() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      Path pipeline = pipeline(kafka, TOPIC, "committed");
      send(pipeline, 10);
      Path savepoint = learn(kafka, pipeline, null, 10);
      try (Admin admin = admin(kafka)) {
        admin.deleteTopics(List.of(TOPIC)).all().get();
        await(() -> !admin.listTopics().names().get().contains(TOPIC));
      }
      pipeline(kafka, TOPIC, "committed");
      send(pipeline, 7);

      learn(kafka, pipeline, savepoint, 10 + 7);
    }
  }

  @Test
  void aPartitionThatHadNoRecordsAtASavepointIsReadFromThereWhateverWasCommittedSince()
      throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      Path pipeline = pipeline(kafka, TOPIC, "committed", 2);
      String busy = keyOf(1);
      String quiet = keyOf(0);
      send(pipeline, busy, 3);
      LocalJob before = start(pipeline, null);
      await(() -> lastReport(kafka, busy).path("examples").asInt() == 3);
      Path savepoint = Snapshots.given(before.stop(failure -> {}).orElseThrow());
      send(pipeline, quiet, 5);
      LocalJob further = start(pipeline, savepoint);
      await(() -> committed(kafka) == 5);
      further.cancel();

      send(pipeline, quiet, 1);
      LocalJob again = start(pipeline, savepoint);

      await(() -> lastReport(kafka, quiet).at("/input/" + TOPIC + "/0/1").asInt() == 5);
      assertThat(lastReport(kafka, quiet).path("examples").asInt()).isEqualTo(6);
      again.cancel();
    }
  }

  /** A key whose records go to that partition of two. */
  private static String keyOf(int partition) {
    return Stream.of("a", "b", "c", "d", "e", "f")
        .filter(
            key ->
                BuiltInPartitioner.partitionForKey(key.getBytes(StandardCharsets.UTF_8), 2)
                    == partition)
        .findFirst()
        .orElseThrow();
  }

  /** Runs the job until it has learned so many examples in all. */
  private Path learn(EmbeddedKafka kafka, Path pipeline, Path from, int examples) throws Exception {
    LocalJob job = start(pipeline, from);
    await(() -> lastReport(kafka).path("examples").asInt() >= examples);
    Path savepoint = Snapshots.given(job.stop(failure -> {}).orElseThrow());
    assertThat(lastReport(kafka).path("examples").asInt()).isEqualTo(examples);
    return savepoint;
  }

  private Path pipeline(EmbeddedKafka kafka, String topic, String start) throws IOException {
    return pipeline(kafka, topic, start, 1);
  }

  private Path pipeline(EmbeddedKafka kafka, String topic, String start, int partitions)
      throws IOException {
    Path pipeline =
        Files.writeString(
            dir.resolve(topic + ".yaml"),
            """
            pipeline: reading
            kafka: { bootstrap.servers: "%s" }
            input: { topic: %s, label: y, start: %s }
            metrics: { every: 1 }
            state: { checkpoint-interval: 1s }
            """
                .formatted(kafka.bootstrapServers(), topic, start));
    Cli.run("topics", "create", "-c", pipeline.toString(), "--partitions", "" + partitions);
    return pipeline;
  }

  private LocalJob start(Path pipeline, Path from) throws InterruptedException {
    return LocalJob.start(PipelineFile.read(pipeline), 1, dir.resolve("state"), from, false);
  }

  private void send(Path pipeline, int rows) throws IOException {
    Path csv = Files.writeString(dir.resolve("rows.csv"), "x,y\n" + "1.5,a\n".repeat(rows));
    Cli.run("produce", "-c", pipeline.toString(), "--input", csv.toString(), "--label", "y");
  }

  private void send(Path pipeline, String key, int rows) throws IOException {
    Path csv =
        Files.writeString(dir.resolve("rows.csv"), "k,x,y\n" + (key + ",1.5,a\n").repeat(rows));
    Cli.run("produce", "-c", "" + pipeline, "--input", "" + csv, "--label", "y", "--key", "k");
  }

  private static long written(EmbeddedKafka kafka) {
    return CommittedRecords.written(kafka.bootstrapServers(), TOPIC);
  }

  private static long lastOffset(EmbeddedKafka kafka) throws IOException {
    return lastReport(kafka).at("/input/" + TOPIC + "/0/1").asLong(-1);
  }

  /** The newest report; nothing before there is one. */
  private static JsonNode lastReport(EmbeddedKafka kafka) throws IOException {
    return lastReport(kafka, report -> true);
  }

  /** The newest report of a key; nothing before there is one. */
  private static JsonNode lastReport(EmbeddedKafka kafka, String key) throws IOException {
    return lastReport(kafka, report -> report.path("key").asText().equals(key));
  }

  private static JsonNode lastReport(EmbeddedKafka kafka, Predicate<JsonNode> wanted)
      throws IOException {
    JsonNode last = MissingNode.getInstance();
    for (ConsumerRecord<byte[], byte[]> record :
        CommittedRecords.read(kafka.bootstrapServers(), "reading.metrics")) {
      JsonNode report = JSON.readTree(record.value());
      last = wanted.test(report) ? report : last;
    }
    return last;
  }

  /** What the pipeline's group has committed of the first partition; -1 if nothing. */
  private static long committed(EmbeddedKafka kafka) throws Exception {
    try (Admin admin = admin(kafka)) {
      OffsetAndMetadata committed =
          admin
              .listConsumerGroupOffsets("millrace-reading")
              .partitionsToOffsetAndMetadata()
              .get()
              .get(PARTITION);
      return committed == null ? -1 : committed.offset();
    }
  }

  private static void delete(EmbeddedKafka kafka, long before) throws Exception {
    try (Admin admin = admin(kafka)) {
      admin.deleteRecords(Map.of(PARTITION, RecordsToDelete.beforeOffset(before))).all().get();
    }
  }

  private static Admin admin(EmbeddedKafka kafka) {
    return KafkaClients.admin(Map.of("bootstrap.servers", kafka.bootstrapServers()), Patience.MAX);
  }

  private static void await(Callable<Boolean> condition) {
    Awaitility.await().atMost(Patience.MAX).until(condition);
  }
}
