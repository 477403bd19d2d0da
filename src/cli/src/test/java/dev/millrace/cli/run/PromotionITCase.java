package dev.millrace.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.config.PipelineFile;
import dev.millrace.testing.CommittedRecords;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A running job changes a key's champion by itself and by command. */
class PromotionITCase {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path dir;

  @Test
  void aChallengerIsPromotedByTheRuleThenAnotherModelByCommand() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      Path pipeline = pipeline(kafka);
      LocalJob job = start(pipeline, null);
      produce(pipeline);

      JsonNode better = awaitChanges(kafka, 1).get(0);
      assertThat(better.path("key").asText()).isEqualTo("shop-1");
      assertThat(better.path("to").asText()).isEqualTo("quick");
      assertThat(better.path("reason").asText()).isEqualTo("better");

      Cli sent = promote(pipeline, "shop-1", "slow");
      assertThat(sent.err()).isEmpty();
      assertThat(sent.out()).startsWith("Sent to contest.commands: promote slow for key");
      JsonNode told = awaitChanges(kafka, 2).get(1);
      assertThat(told.path("to").asText()).isEqualTo("slow");
      assertThat(told.path("reason").asText()).isEqualTo("command");
      assertThat(told.path("seq").asInt()).isEqualTo(400);

      promote(pipeline, "shop-7", "slow");
      ConsumerRecord<byte[], byte[]> refused =
          await().atMost(Patience.MAX).until(() -> refused(kafka), all -> all.size() == 1).get(0);
      assertThat(header(refused, "__millrace.errors.reason")).isEqualTo("unknown-model");
      assertThat(header(refused, "__millrace.errors.message"))
          .isEqualTo("the key has no models; it has had no example, or none that could be used");
      job.cancel();
    }
  }

  @Test
  void aCommandSentWhileTheJobIsDownIsAppliedWhenItContinues() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      Path pipeline = pipeline(kafka);
      Path savepoint = savepointBehindAChange(kafka, pipeline);

      promote(pipeline, "shop-1", "slow");
      LocalJob after = start(pipeline, savepoint);

      JsonNode told = awaitChanges(kafka, 2).get(1);
      assertThat(told.path("reason").asText()).isEqualTo("command");
      after.cancel();
    }
  }

  @Test
  void withOneModelAgainThePipelineGoesOnFromASavepointWithoutCommands() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      Path several = pipeline(kafka);
      Path savepoint = savepointBehindAChange(kafka, several);

      String text = Files.readString(several);
      Path one =
          Files.writeString(
              several,
              text.replaceFirst("(?s)models:.*(?=output:)", "state: { on-shape-change: reset }\n")
                  .replaceFirst(".*commands: .*\n", ""));
      LocalJob after = start(one, savepoint);
      produce(one);

      JsonNode told =
          await()
              .atMost(Patience.MAX)
              .until(() -> events(kafka, "reset"), e -> e.size() == 1)
              .get(0);
      assertThat(told.path("key").asText()).isEqualTo("shop-1");
      after.cancel();
    }
  }

  @Test
  void aNameThatThePipelineDoesNotHaveIsRejectedBeforeAnythingIsSent() throws IOException {
    Path pipeline = write("localhost:1");

    Cli cli = promote(pipeline, "shop-1", "quik");

    assertThat(cli.exitCode()).isEqualTo(2);
    assertThat(cli.err())
        .contains(
            "--model \"quik\" is not a model of "
                + pipeline
                + ". Did you mean \"quick\"?"
                + " Models: slow, quick");
  }

  /** Runs the job until the first model has taken over, and stops it. */
  private Path savepointBehindAChange(EmbeddedKafka kafka, Path pipeline) throws Exception {
    LocalJob job = start(pipeline, null);
    produce(pipeline);
    awaitChanges(kafka, 1);
    return Snapshots.given(job.stop(failure -> {}).orElseThrow());
  }

  private static Cli promote(Path pipeline, String key, String model) {
    return Cli.run("promote", "-c", pipeline.toString(), "--key", key, "--model", model);
  }

  /** Waits for so many changes of a champion. */
  private static List<JsonNode> awaitChanges(EmbeddedKafka kafka, int count) {
    return await().atMost(Patience.MAX).until(() -> changes(kafka), all -> all.size() == count);
  }

  private static List<JsonNode> changes(EmbeddedKafka kafka) throws IOException {
    return events(kafka, "champion_changed");
  }

  private static List<JsonNode> events(EmbeddedKafka kafka, String name) throws IOException {
    List<JsonNode> events = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record :
        CommittedRecords.read(kafka.bootstrapServers(), "contest.events")) {
      JsonNode event = JSON.readTree(record.value());
      if (event.path("event").asText().equals(name)) {
        events.add(event);
      }
    }
    return events;
  }

  private static List<ConsumerRecord<byte[], byte[]>> refused(EmbeddedKafka kafka) {
    return CommittedRecords.read(kafka.bootstrapServers(), "contest.refused");
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  private LocalJob start(Path pipeline, Path savepoint) throws InterruptedException {
    return LocalJob.start(PipelineFile.read(pipeline), 1, dir, savepoint, false);
  }

  /** A pipeline whose topics are there. */
  private Path pipeline(EmbeddedKafka kafka) throws IOException {
    Path pipeline = write(kafka.bootstrapServers());
    Cli.run("topics", "create", "-c", pipeline.toString(), "--partitions", "2");
    return pipeline;
  }

  private Path write(String brokers) throws IOException {
    return Files.writeString(
        dir.resolve("contest.yaml"),
        """
        pipeline: contest
        kafka: { bootstrap.servers: %s }
        input: { topic: contest.examples, label: class, start: earliest }
        models:
          slow: { batch-size: 40 }
          quick: { optimizer: rmsprop }
        promotion: { window: 50, examples: 20, significance: 0.1 }
        output:
          topics:
            metrics: contest.metrics
            events: contest.events
            dead-letters: contest.refused
            models: contest.models
            commands: contest.commands
        """
            .formatted(brokers));
  }

  private void produce(Path pipeline) throws IOException {
    Random random = new Random(5);
    String rows =
        random
            .doubles(400, -1, 1)
            .mapToObj(x -> "shop-1,%.4f,%s\n".formatted(x, x > 0.2 ? "yes" : "no"))
            .collect(Collectors.joining("", "shop,x,class\n", ""));
    Path csv = Files.writeString(dir.resolve("shops.csv"), rows);
    Cli cli = Cli.run("produce", "-c", "" + pipeline, "--input", "" + csv, "--key", "shop");
    assertThat(cli.exitCode()).as(cli.err()).isZero();
  }
}
