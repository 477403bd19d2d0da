package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.codec.ExampleDecoder;
import dev.millrace.codec.ExampleEncoder;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.data.Example;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.testing.CommittedRecords;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Labels that come later, between the topics of a real broker; the story of docs/late-labels.md.
 */
class LateLabelsITCase {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path PAGE = Path.of("docs", "late-labels.md");
  private static final int EXAMPLES = 600;
  private static final int DELAY = 50;
  private static final int KEYS = 3;
  private static final int STORMS = 6_000;

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
  void theStoryOfThePageCountsEachRecordAndScoresWhatWasPublished() throws Exception {
    String page = Files.readString(PAGE);
    PipelineFile.parse("fraud.yaml", block(page, "yaml\\n# fraud.yaml"), dir);
    String yaml = block(page, "yaml\\n# storms-late.yaml");
    Path file = dir.resolve("storms-late.yaml");
    Files.writeString(file, yaml.replace("localhost:9092", kafka.bootstrapServers()));
    for (String command : List.of("validate", "topics create", "produce")) {
      Cli cli = Cli.run(arguments(page, command, file));
      assertThat(cli.exitCode()).as(cli.err()).isZero();
    }
    Settings settings = PipelineFile.read(file);

    StreamExecutionEnvironment env = environment(settings, 2, null);
    MillraceJob.buildOnKafka(env, settings, true);
    env.execute(settings.pipeline());

    Map<String, Integer> hits = new TreeMap<>();
    Map<String, String> predicted = predictions(settings);
    Map<String, String> actual = labels(settings);
    assertThat(predicted).hasSize(STORMS);
    assertThat(actual.keySet()).isEqualTo(predicted.keySet());
    predicted.forEach(
        (id, said) -> {
          if (said.endsWith("/" + actual.get(id))) {
            hits.merge(said.substring(0, said.indexOf('/')), 1, Integer::sum);
          }
        });
    int records = 0;
    for (JsonNode metrics : lastMetrics(settings).values()) {
      JsonNode labels = metrics.path("labels");
      records += records(labels);
      assertThat(labels.path("matched").asInt()).isEqualTo(metrics.path("seq").asInt());
      assertThat(labels.at("/delay_ms/p50").asInt()).isEqualTo(2_000);
      double scored = metrics.at("/total/examples").asDouble();
      int right = hits.getOrDefault(metrics.path("key").asText(), 0);
      if (scored > 0) { // else all features of the month came before its first label
        assertThat(metrics.at("/total/accuracy").asDouble()).isEqualTo(right / scored);
      }
    }
    assertThat(records).isEqualTo(2 * STORMS);
  }

  @Test
  void onOneTopicARestartInBetweenEndsInTheSameBytes() throws Exception {
    Settings undisturbed = pipeline("undisturbed");
    Settings stopped = pipeline("stopped");
    List<ProducerRecord<byte[], byte[]>> records = apart();
    for (Settings settings : List.of(undisturbed, stopped)) {
      JobTopics.create(settings);
    }
    JobTopics.send(undisturbed, records);
    StreamExecutionEnvironment env = environment(undisturbed, 1, null);
    MillraceJob.buildOnKafka(env, undisturbed, true);
    env.execute(undisturbed.pipeline());

    JobTopics.send(stopped, records.subList(0, records.size() / 2));
    JobClient job = start(stopped, 1, null);
    await(stopped, records.size() / 2);
    String savepoint = stop(job, false);
    JobTopics.send(stopped, records.subList(records.size() / 2, records.size()));
    job = start(stopped, 2, savepoint);
    await(stopped, records.size());
    stop(job, true);

    assertThat(JobTopics.models(stopped)).isEqualTo(JobTopics.models(undisturbed)).hasSize(KEYS);
    Map<String, JsonNode> expected = lastMetrics(undisturbed);
    lastMetrics(stopped)
        .forEach(
            (key, metrics) -> {
              for (String part : List.of("seq", "window", "total", "labels")) {
                assertThat(metrics.path(part)).isEqualTo(expected.get(key).path(part));
              }
            });
  }

  @Test
  void clicksThatDoNotComeAreLearnedAsTheOtherClassAndLateOnesCorrectThem() throws Exception {
    String yaml =
        block(Files.readString(PAGE), "yaml\\n# clicks.yaml")
            .replace("localhost:9092", kafka.bootstrapServers())
            .replaceFirst("input:\n", "input:\n  start: earliest\n")
            .replaceFirst(
                "output: .*\n",
                """
                output:
                  predictions: true
                  topics: { metrics: clicks.m, predictions: clicks.p, events: clicks.e,
                            dead-letters: clicks.d, models: clicks.models }
                model: { layers: [{ units: 6, activation: tanh }], batch-size: 7 }
                """);
    Settings settings = PipelineFile.parse("clicks.yaml", yaml, dir);
    Path file = Files.writeString(dir.resolve("clicks.yaml"), yaml);
    Cli created = Cli.run("topics", "create", "-c", file.toString());
    assertThat(created.exitCode()).as(created.err()).isZero();
    long minute = 60_000;
    long begin = System.currentTimeMillis() - EXAMPLES * minute;
    List<ProducerRecord<byte[], byte[]>> impressions = new ArrayList<>();
    List<ProducerRecord<byte[], byte[]>> clicks = new ArrayList<>();
    int inTime = 0;
    int late = 0;
    int overdue = 0;
    for (int i = 0; i < EXAMPLES; i++) {
      long time = begin + i * minute;
      String impression = "{'impression':'i-%d','position':%d,'ad':'a','device':'d'}";
      impressions.add(json(time, impression.formatted(i, i % 9)));
      boolean isLate = i % 20 == 7;
      if (i % 10 == 7 && i < EXAMPLES - 60) { // after 10 minutes, or after 45
        long clicked = time + (isLate ? 45 : 10) * minute;
        clicks.add(json(clicked, "{'impression':'i-%d','clicked':'yes'}".formatted(i)));
        late += isLate ? 1 : 0;
        inTime += isLate ? 0 : 1;
      }
      overdue += i < EXAMPLES - 31 ? 1 : 0;
    }
    clicks.sort(Comparator.comparing(ProducerRecord::timestamp));
    JobTopics.send(settings, settings.input().topic(), impressions);
    JobTopics.send(settings, settings.input().topics().get(1), clicks);
    StreamExecutionEnvironment env = environment(settings, 1, null);
    MillraceJob.buildOnKafka(env, settings, true);
    env.execute(settings.pipeline());

    JsonNode metrics = lastMetrics(settings).get("ads");
    JsonNode labels = metrics.path("labels");
    assertThat(records(labels)).isEqualTo(impressions.size() + clicks.size());
    assertThat(labels.path("matched").asInt()).isEqualTo(inTime);
    assertThat(labels.path("corrected").asInt()).isEqualTo(late);
    assertThat(labels.path("imputed").asInt()).isEqualTo(overdue - inTime);
    assertThat(labels.path("timed_out").asInt()).isZero();
    assertThat(metrics.path("seq").asInt()).isEqualTo(overdue + late);
    assertThat(metrics.at("/confusion_matrix/labels/0").asText()).isEqualTo("no");
    assertThat(JobTopics.models(settings)).containsOnlyKeys("ads");
  }

  private static ProducerRecord<byte[], byte[]> json(long time, String singleQuoted) {
    byte[] value = singleQuoted.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return JobTopics.record("ads", value, time);
  }

  /** The features of each example, and so many later its label; some features have none. */
  private static List<ProducerRecord<byte[], byte[]>> apart() {
    SplittableRandom random = new SplittableRandom(5);
    ExampleEncoder encoder = new ExampleEncoder();
    float[][] features = new float[EXAMPLES][4];
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < EXAMPLES + DELAY; i++) {
      if (i < EXAMPLES) {
        for (int f = 0; f < 4; f++) {
          features[i][f] = (float) random.nextDouble();
        }
        records.add(record(encoder, i, i, null, features[i]));
      }
      int late = i - DELAY;
      if (late >= 0 && late % 11 != 0) {
        String label = features[late][0] > features[late][1] ? "a" : "b";
        records.add(record(encoder, late, i, label, new float[0]));
      }
    }
    return records;
  }

  private static ProducerRecord<byte[], byte[]> record(
      ExampleEncoder encoder, int number, int time, String label, float[] features) {
    String key = "key-" + number % KEYS;
    String id = "id-" + number;
    int count = features.length;
    byte[] value =
        label == null
            ? encoder.encodeFeatures(id, key, time, 1f, features, count, new int[0], Map.of())
            : encoder.encode(id, key, time, label, 0, 1f, features, count, new int[0], Map.of());
    return JobTopics.record(key, value, time);
  }

  private static Settings pipeline(String name) {
    return PipelineFile.parse(
        name,
        """
        pipeline: %1$s
        kafka: { bootstrap.servers: "%2$s" }
        input:
          topic: %1$s-in
          start: earliest
          label: class
          task: binary
          labels: { topic: %1$s-in, timeout: 1h }
        model: { layers: [{ units: 6, activation: tanh }], optimizer: adam, batch-size: 7 }
        metrics: { every: 10, window: 50, max-interval: 100ms }
        output:
          topics: { metrics: %1$s-metrics, dead-letters: %1$s-dlq, models: %1$s-models }
        """
            .formatted(name, kafka.bootstrapServers()),
        Path.of(""));
  }

  private static StreamExecutionEnvironment environment(
      Settings settings, int parallelism, String savepoint) {
    Map<String, String> options = new HashMap<>(MillraceJob.stateOptions(settings));
    options.put("restart-strategy.type", "none");
    // The next job of a pipeline does not wait until the lease of the former one expires.
    options.put(MillraceJob.LEASE_HOLDER.key(), settings.pipeline());
    options.put("pipeline.generic-types", "false");
    options.put("pipeline.max-parallelism", "720");
    if (savepoint != null) {
      options.put("execution.state-recovery.path", savepoint);
    }
    return StreamExecutionEnvironment.createLocalEnvironment(
        parallelism, Configuration.fromMap(options));
  }

  private static JobClient start(Settings settings, int parallelism, String savepoint)
      throws Exception {
    StreamExecutionEnvironment env = environment(settings, parallelism, savepoint);
    MillraceJob.buildOnKafka(env, settings, false);
    return env.executeAsync(settings.pipeline());
  }

  private String stop(JobClient job, boolean drain) throws Exception {
    return job.stopWithSavepoint(drain, dir.toUri().toString(), SavepointFormatType.CANONICAL)
        .get();
  }

  private static void await(Settings settings, int records) {
    Awaitility.await()
        .atMost(Patience.MAX)
        .untilAsserted(
            () ->
                assertThat(
                        lastMetrics(settings).values().stream()
                            .mapToInt(metrics -> records(metrics.path("labels")))
                            .sum())
                    .isEqualTo(records));
  }

  private static int records(JsonNode labels) {
    int sum = labels.path("matched").asInt();
    for (JsonNode count : labels) {
      sum += count.asInt(); // 0 of the block of delays
    }
    return sum;
  }

  private static Map<String, JsonNode> lastMetrics(Settings settings) throws IOException {
    Map<String, JsonNode> last = new TreeMap<>();
    for (JsonNode metrics : read(settings, settings.output().metrics())) {
      last.put(metrics.path("key").asText(), metrics);
    }
    return last;
  }

  /** By id: key and class. */
  private static Map<String, String> predictions(Settings settings) throws IOException {
    Map<String, String> predictions = new HashMap<>();
    for (JsonNode one : read(settings, settings.output().predictions())) {
      predictions.put(
          one.path("id").asText(), one.path("key").asText() + "/" + one.path("class").asText());
    }
    return predictions;
  }

  private static List<JsonNode> read(Settings settings, String topic) throws IOException {
    List<JsonNode> values = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record :
        CommittedRecords.read(settings.kafka().get("bootstrap.servers"), topic)) {
      values.add(JSON.readTree(record.value()));
    }
    return values;
  }

  /** By id: the class. */
  private static Map<String, String> labels(Settings settings) throws IOException {
    Map<String, String> labels = new HashMap<>();
    ExampleDecoder decoder = ExampleDecoder.ofLabels(settings.input().spec(), null);
    Example example = new Example();
    for (ConsumerRecord<byte[], byte[]> record :
        CommittedRecords.read(
            settings.kafka().get("bootstrap.servers"), settings.input().topics().get(1))) {
      assertThat(decoder.decode(KafkaClients.record(record), example)).isNull();
      labels.put(
          new String(example.id, 0, example.idLength, StandardCharsets.UTF_8), example.label);
    }
    return labels;
  }

  private static String block(String page, String start) {
    Matcher block = Pattern.compile("(?s)```(" + start + ".*?)```").matcher(page);
    assertThat(block.find()).as(start).isTrue();
    return block.group(1).substring("yaml\n".length());
  }

  private String[] arguments(String page, String command, Path file) {
    Matcher line = Pattern.compile("(?m)^\\./millrace (" + command + " .*)$").matcher(page);
    assertThat(line.find()).as(command).isTrue();
    String words = line.group(1).replace("storms-late.yaml", file.toString());
    boolean sends = command.equals("produce"); // fewer than the page, for the sake of time
    return (sends ? words.replaceAll(" --rate \\d+", "") + " --limit " + STORMS : words)
        .split(" +");
  }
}
