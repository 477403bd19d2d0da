package dev.millrace.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.config.PipelineFile;
import dev.millrace.data.IdHash;
import dev.millrace.testing.CommittedRecords;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A running job erases a key and an id by command, and no restart brings them back. */
class ErasureITCase {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path dir;
  private EmbeddedKafka kafka;
  private Path pipeline;

  @BeforeEach
  void start() throws Exception {
    kafka = EmbeddedKafka.start(0, null);
    pipeline =
        Files.writeString(
            dir.resolve("shops.yaml"),
            """
            pipeline: shops
            kafka: { bootstrap.servers: "%s" }
            input:
              start: earliest
              label: click
              task: binary
              features: [price, { name: user, type: id }, { name: ad, type: id }]
              crosses: [[user, ad]]
            metrics: { every: 10 }
            output:
              snapshots: { every: 10 }
              topics: { commands: shops.commands }
            state: { backend: rocksdb }
            """
                .formatted(kafka.bootstrapServers()));
    run("topics", "create", "--partitions", "1");
  }

  @AfterEach
  void stop() {
    kafka.close();
  }

  @Test
  void erasuresSurviveAnOlderSavepointAtAnotherParallelism() throws Exception {
    produce("shop-1", 100);
    produce("shop-2", 100);
    LocalJob first = start(null, 1);
    awaitExamples("shop-1", 100);
    awaitExamples("shop-2", 100);
    Path savepoint = Snapshots.given(first.stop(failure -> {}).orElseThrow());

    LocalJob second = start(savepoint, 1);
    produce("shop-1", 50);
    produce("shop-2", 50);
    awaitExamples("shop-2", 150);
    String hash = HexFormat.of().toHexDigits(hash("u3"));
    assertThat(published()).containsOnlyKeys("shop-1", "shop-2");
    assertThat(published().get("shop-2")).contains(hash);

    String sent = run("erase", "--column", "user", "--id", "u3");
    assertThat(sent)
        .startsWith("Sent to shops.commands: erase id " + hash + " of user from all keys.")
        .contains("answers on shops.events");
    List<JsonNode> answers = awaitEvents("erasure", 1);
    assertThat(answers.get(0).path("keys").asInt()).isEqualTo(2);
    List<JsonNode> ofId = awaitErased(2);
    assertThat(ofId).allMatch(event -> event.path("id").asText().equals(hash));
    assertThat(ofId).allMatch(event -> event.path("ids").asInt() > 1);
    awaitPublished(models -> models.values().stream().noneMatch(model -> model.contains(hash)));
    assertThat(run("erase", "--key", "shop-1")).contains("erase key shop-1.");
    JsonNode ofKey = awaitErased(3).get(2);
    assertThat(ofKey.path("key").asText()).isEqualTo("shop-1");
    assertThat(ofKey.path("seq").asInt()).isEqualTo(150);
    awaitPublished(models -> models.keySet().equals(Set.of("shop-2")));
    for (ConsumerRecord<byte[], byte[]> command : read("shops.commands")) {
      assertThat(new String(command.value(), StandardCharsets.UTF_8)).doesNotContain("u3");
    }
    produce("shop-1", 20);
    awaitExamples("shop-1", 20);
    second.cancel();
    int before = read("shops.models").size();

    // It reads the commands again, and the records between this savepoint and the commands.
    LocalJob third = start(savepoint, 2);
    produce("shop-3", 10);
    awaitExamples("shop-3", 10);
    awaitErased(6);
    assertThat(third.stop(failure -> {}))
        .as("a savepoint, behind all that it published")
        .isPresent();
    assertThat(read("shops.models").size()).isGreaterThan(before);
    assertThat(published().get("shop-2")).doesNotContain(hash);
    assertThat(examples("shop-1")).isLessThanOrEqualTo(20);
    assertThat(examples("shop-2")).isBetween(100, 150);
  }

  private void awaitPublished(Predicate<Map<String, String>> isThere) {
    await().atMost(Patience.MAX).until(this::published, isThere);
  }

  private static long hash(String user) {
    byte[] text = user.getBytes(StandardCharsets.UTF_8);
    return new IdHash("user").of(text, text.length);
  }

  private String run(String command, String... options) {
    List<String> all = new ArrayList<>(List.of(command));
    int afterName = command.equals("topics") || command.equals("models") ? 1 : 0;
    all.addAll(List.of(options).subList(0, afterName));
    all.addAll(List.of("-c", pipeline.toString()));
    all.addAll(List.of(options).subList(afterName, options.length));
    Cli cli = Cli.run(all.toArray(new String[0]));
    assertThat(cli.exitCode()).as(cli.err()).isZero();
    return cli.out();
  }

  private LocalJob start(Path savepoint, int parallelism) throws InterruptedException {
    return LocalJob.start(PipelineFile.read(pipeline), parallelism, dir, savepoint, false);
  }

  private void produce(String shop, int count) throws IOException {
    Random random = new Random(5);
    StringBuilder rows = new StringBuilder("shop,price,user,ad,click\n");
    for (int i = 0; i < count; i++) {
      double price = random.nextDouble();
      int user = random.nextInt(10);
      boolean isClick = price + user / 10.0 > 1;
      rows.append("%s,%.4f,u%d,a%d,%b\n".formatted(shop, price, user, random.nextInt(5), isClick));
    }
    Path csv = Files.writeString(dir.resolve("clicks.csv"), rows);
    run("produce", "--input", csv.toString(), "--key", "shop");
  }

  private void awaitExamples(String key, int examples) {
    await()
        .atMost(Patience.MAX)
        .until(
            () -> {
              int last = 0;
              for (ConsumerRecord<byte[], byte[]> record : read("shops.metrics")) {
                JsonNode metrics = JSON.readTree(record.value());
                last =
                    metrics.path("key").asText().equals(key)
                        ? metrics.path("examples").asInt()
                        : last;
              }
              return last == examples;
            });
  }

  private List<JsonNode> awaitErased(int count) {
    return awaitEvents("erased", count);
  }

  private List<JsonNode> awaitEvents(String name, int count) {
    return await().atMost(Patience.MAX).until(() -> events(name), all -> all.size() >= count);
  }

  private List<JsonNode> events(String name) throws IOException {
    List<JsonNode> erased = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : read("shops.events")) {
      JsonNode event = JSON.readTree(record.value());
      if (event.path("event").asText().equals(name)) {
        erased.add(event);
      }
    }
    return erased;
  }

  /** The newest record of each key on the models topic that has one, in hex. */
  private Map<String, String> published() {
    Map<String, String> models = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record : read("shops.models")) {
      String key = new String(record.key(), StandardCharsets.UTF_8);
      if (record.value() == null) {
        models.remove(key);
      } else {
        models.put(key, HexFormat.of().formatHex(record.value()));
      }
    }
    return models;
  }

  /** Returns the examples of the published model of a key, 0 if there is none. */
  private int examples(String key) throws IOException {
    for (String line : run("models", "list", "--json").lines().toList()) {
      JsonNode model = JSON.readTree(line);
      if (model.path("key").asText().equals(key)) {
        return model.path("examples").asInt();
      }
    }
    return 0;
  }

  private List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    return CommittedRecords.read(kafka.bootstrapServers(), topic);
  }
}
