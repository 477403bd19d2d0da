package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.codec.ExampleEncoder;
import dev.millrace.codec.OutputRecord;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.flink.kafka.KafkaIo;
import dev.millrace.testing.CommittedRecords;
import dev.millrace.testing.FailingSink;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Features and labels on two topics that were filled before the job starts: it has to end as if
 * both were on one topic, in the order of time.
 */
class LateBacklogITCase {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int EXAMPLES = 20_000;
  private static final int KEYS = 5;
  private static final int MILLIS_APART = 10;
  private static final int DELAY_MILLIS = 3_000;
  // Of a key; 60 wait if nothing runs ahead.
  private static final int MAX_PENDING = 100;

  // One record a poll, so that there is time for a checkpoint on the way.
  private static final String SLOWLY = ", max.poll.records: \"1\"";

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
  void aBacklogOnTwoTopicsEndsAsOnOne() throws Exception {
    Settings one = onOneTopic("one", 1);
    Settings two = onTwoTopics("two", 1);

    run(one, 1);
    run(two, 1);

    assertThat(JobTopics.models(two)).isEqualTo(JobTopics.models(one)).hasSize(KEYS);
    Map<String, JsonNode> expected = lastMetrics(one);
    lastMetrics(two)
        .forEach(
            (key, metrics) -> {
              for (String part : List.of("seq", "window", "total", "labels")) {
                assertThat(metrics.path(part)).as(part).isEqualTo(expected.get(key).path(part));
              }
              assertThat(metrics.at("/labels/dropped_features").asInt()).isZero();
            });
  }

  @Test
  void aBacklogOnTwoTopicsEndsAsOnOneOnTwoSubtasks() throws Exception {
    Settings one = onOneTopic("one-apart", 3);
    Settings two = onTwoTopics("two-apart", 3);

    run(one, 2);
    run(two, 2);

    assertThat(JobTopics.models(two)).isEqualTo(JobTopics.models(one)).hasSize(KEYS);
  }

  @Test
  void aBacklogOnTwoTopicsEndsTheSameAfterAFailure() throws Exception {
    Settings calm = onTwoTopics("calm", 1);
    Settings shaken = onTwoTopics("shaken", 1, SLOWLY);
    run(calm, 1);

    FailingSink sink = new FailingSink();
    StreamExecutionEnvironment env = environment(shaken, 1);
    env.configure(
        Configuration.fromMap(
            Map.of(
                "execution.checkpointing.interval",
                "100 ms",
                "restart-strategy.type",
                "fixed-delay",
                "restart-strategy.fixed-delay.delay",
                "1 ms")));
    MillraceJob.build(
        env,
        shaken,
        KafkaIo.source(
            shaken.kafka(),
            shaken.input().topics(),
            shaken.pipeline(),
            OffsetsInitializer.earliest(),
            true),
        new MillraceJob.Sinks(
            sink,
            sinkTo(shaken, shaken.output().predictions()),
            sinkTo(shaken, shaken.output().events()),
            sinkTo(shaken, shaken.output().deadLetters()),
            sinkTo(shaken, shaken.output().models()),
            sinkTo(shaken, shaken.output().summary())));
    JobClient job = env.executeAsync(shaken.pipeline());
    await()
        .atMost(Patience.MAX)
        .until(() -> sink.barriers() >= 2 && sink.examples() > EXAMPLES / 100);
    sink.arm();
    job.getJobExecutionResult().get();

    assertThat(sink.failures()).isEqualTo(1);
    assertThat(JobTopics.models(shaken)).isEqualTo(JobTopics.models(calm)).hasSize(KEYS);
  }

  @Test
  void aBacklogOnTwoTopicsEndsTheSameAfterRescaling(@TempDir Path dir) throws Exception {
    Settings calm = onTwoTopics("alone", 3);
    Settings grown = onTwoTopics("grown", 3, SLOWLY);
    run(calm, 1);

    JobClient job = start(grown, environment(grown, 1));
    awaitMatches(grown, 1);
    String savepoint =
        job.stopWithSavepoint(false, dir.toUri().toString(), SavepointFormatType.CANONICAL).get();
    assertThat(matched(grown)).isLessThan(EXAMPLES);
    StreamExecutionEnvironment more = environment(grown, 3);
    more.configure(Configuration.fromMap(Map.of("execution.state-recovery.path", savepoint)));
    job = start(grown, more);
    awaitMatches(grown, EXAMPLES);
    job.stopWithSavepoint(true, dir.toUri().toString(), SavepointFormatType.CANONICAL).get();

    assertThat(JobTopics.models(grown)).isEqualTo(JobTopics.models(calm)).hasSize(KEYS);
  }

  @Test
  void partitionsOfTheSameNumberAreReadTogetherAtAnyParallelism(@TempDir Path dir)
      throws Exception {
    Settings settings = pipeline("together", "together-labels", "");
    JobTopics.create(settings, 3);

    String savepoint = readTogether(settings, 1, null, dir);
    savepoint = readTogether(settings, 2, savepoint, dir);
    savepoint = readTogether(settings, 4, savepoint, dir);
    readTogether(settings, 2, savepoint, dir);
  }

  @Test
  void partitionsAreReadTogetherAfterLabelsGotATopicOfTheirOwn(@TempDir Path dir) throws Exception {
    Settings settings = pipeline("parted", "parted-labels", "");
    JobTopics.create(settings, 3);

    String savepoint = readTogether(pipeline("parted", "parted-in", ""), 3, null, dir);
    readTogether(settings, 3, savepoint, dir);
  }

  /** Runs the job until each partition has a reader, and returns a savepoint. */
  private static String readTogether(Settings settings, int parallelism, String savepoint, Path dir)
      throws Exception {
    InMemoryReporter reporter = InMemoryReporter.create();
    StreamExecutionEnvironment env = environment(settings, parallelism);
    env.configure(reporter.addToConfiguration(new Configuration()));
    if (savepoint != null) {
      env.configure(Configuration.fromMap(Map.of("execution.state-recovery.path", savepoint)));
    }
    JobClient job = start(settings, env);
    int partitions = 3 * settings.input().topics().size();
    await().atMost(Patience.MAX).until(() -> subtasksByPartition(reporter).size() == partitions);

    Map<String, String> subtasks = subtasksByPartition(reporter);
    for (int number = 0; number < 3; number++) {
      int partition = number;
      assertThat(settings.input().topics())
          .as("subtasks that read partition %d of %s, of %d", number, subtasks, parallelism)
          .extracting(topic -> subtasks.get(topic + "-" + partition))
          .containsOnly(subtasks.get(settings.input().topic() + "-" + number));
    }
    return await() // not before all tasks run
        .atMost(Patience.MAX)
        .ignoreException(ExecutionException.class)
        .until(
            () ->
                job.stopWithSavepoint(false, dir.toUri().toString(), SavepointFormatType.CANONICAL)
                    .get(),
            path -> true);
  }

  private static Map<String, String> subtasksByPartition(InMemoryReporter reporter) {
    Map<String, String> subtasks = new TreeMap<>();
    for (MetricGroup group : reporter.getMetricsByGroup().keySet()) {
      Map<String, String> labels = group.getAllVariables();
      if (labels.containsKey("<topic>") && labels.containsKey("<partition>")) {
        subtasks.put(
            labels.get("<topic>") + "-" + labels.get("<partition>"), labels.get("<subtask_index>"));
      }
    }
    return subtasks;
  }

  @Test
  void featuresAreReadWhileThereAreNoLabels(@TempDir Path dir) throws Exception {
    Settings silent = pipeline("silent", "silent-labels", "");
    JobTopics.create(silent);
    InMemoryReporter reporter = InMemoryReporter.create();
    StreamExecutionEnvironment env = environment(silent, 1);
    env.configure(reporter.addToConfiguration(new Configuration()));
    JobClient job = start(silent, env);

    JobTopics.send(silent, features().subList(0, KEYS));
    await().atMost(Patience.MAX).until(() -> waiting(silent) == KEYS);
    JobTopics.send(silent, "silent-labels", labels().subList(0, KEYS));
    awaitMatches(silent, KEYS);
    JobTopics.send(silent, features().subList(KEYS, 3 * KEYS));
    await().atMost(Patience.MAX).until(() -> waiting(silent) == 2 * KEYS);

    await().until(() -> value(reporter, job, "examples-source.*\\.pendingRecords") == 0);
    for (String partition : List.of("silent-in-0", "silent-labels-0")) {
      assertThat(value(reporter, job, "reader\\." + partition + "\\..*\\.currentOffset"))
          .isNotNegative();
    }
    job.stopWithSavepoint(true, dir.toUri().toString(), SavepointFormatType.CANONICAL).get();
  }

  /** Of the only metric whose name ends so. */
  @SuppressWarnings("unchecked")
  private static long value(InMemoryReporter reporter, JobClient job, String name) {
    Metric metric = reporter.findMetric(job.getJobID(), ".*" + name).orElseThrow();
    return ((Gauge<Long>) metric).getValue();
  }

  private static Sink<OutputRecord> sinkTo(Settings settings, String topic) {
    return KafkaIo.sink(
        settings.kafka(),
        topic,
        DeliveryGuarantee.AT_LEAST_ONCE,
        topic,
        2 << 20,
        Long.MAX_VALUE,
        null);
  }

  private static JobClient start(Settings settings, StreamExecutionEnvironment env)
      throws Exception {
    MillraceJob.buildOnKafka(env, settings, false);
    return env.executeAsync(settings.pipeline());
  }

  private static void awaitMatches(Settings settings, int least) {
    await().atMost(Patience.MAX).until(() -> matched(settings) >= least);
  }

  private static int matched(Settings settings) throws IOException {
    return sum(settings, "matched");
  }

  private static int waiting(Settings settings) throws IOException {
    return sum(settings, "pending");
  }

  /** Over all keys. */
  private static int sum(Settings settings, String count) throws IOException {
    return lastMetrics(settings).values().stream()
        .mapToInt(metrics -> metrics.path("labels").path(count).asInt())
        .sum();
  }

  private static Settings onOneTopic(String name, int partitions) throws Exception {
    Settings settings = pipeline(name, name + "-in", "");
    JobTopics.create(settings, partitions);
    JobTopics.send(
        settings,
        Stream.concat(features().stream(), labels().stream())
            .sorted(Comparator.comparing(ProducerRecord::timestamp))
            .toList());
    return settings;
  }

  private static Settings onTwoTopics(String name, int partitions) throws Exception {
    return onTwoTopics(name, partitions, "");
  }

  private static Settings onTwoTopics(String name, int partitions, String consumer)
      throws Exception {
    Settings settings = pipeline(name, name + "-labels", consumer);
    JobTopics.create(settings, partitions);
    JobTopics.send(settings, features());
    JobTopics.send(settings, name + "-labels", labels());
    return settings;
  }

  private static List<ProducerRecord<byte[], byte[]>> features() {
    SplittableRandom random = new SplittableRandom(5);
    ExampleEncoder encoder = new ExampleEncoder();
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < EXAMPLES; i++) {
      float[] features = features(random);
      long time = (long) i * MILLIS_APART;
      byte[] value =
          encoder.encodeFeatures(
              "id-" + i, key(i), time, 1f, features, features.length, new int[0], Map.of());
      records.add(JobTopics.record(key(i), value, time));
    }
    return records;
  }

  private static List<ProducerRecord<byte[], byte[]>> labels() {
    SplittableRandom random = new SplittableRandom(5);
    ExampleEncoder encoder = new ExampleEncoder();
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < EXAMPLES; i++) {
      float[] features = features(random);
      String label = features[0] > features[1] ? "a" : "b";
      long time = (long) i * MILLIS_APART + DELAY_MILLIS;
      byte[] value =
          encoder.encode(
              "id-" + i, key(i), time, label, 0, 1f, new float[0], 0, new int[0], Map.of());
      records.add(JobTopics.record(key(i), value, time));
    }
    return records;
  }

  private static float[] features(SplittableRandom random) {
    float[] features = new float[4];
    for (int f = 0; f < features.length; f++) {
      features[f] = (float) random.nextDouble();
    }
    return features;
  }

  private static String key(int number) {
    return "key-" + number % KEYS;
  }

  private static Settings pipeline(String name, String labels, String consumer) {
    return PipelineFile.parse(
        name,
        """
        pipeline: %1$s
        kafka: { bootstrap.servers: "%2$s"%5$s }
        input:
          topic: %1$s-in
          start: earliest
          label: class
          task: binary
          labels: { topic: %3$s, timeout: 1h, max-pending: %4$d }
        model: { layers: [{ units: 6, activation: tanh }], optimizer: adam, batch-size: 7 }
        metrics: { every: 100, window: 500, max-interval: 100ms }
        output:
          topics: { metrics: %1$s-metrics, dead-letters: %1$s-dlq, models: %1$s-models }
        """
            .formatted(name, kafka.bootstrapServers(), labels, MAX_PENDING, consumer),
        Path.of(""));
  }

  private static void run(Settings settings, int parallelism) throws Exception {
    StreamExecutionEnvironment env = environment(settings, parallelism);
    MillraceJob.buildOnKafka(env, settings, true);
    env.execute(settings.pipeline());
  }

  private static StreamExecutionEnvironment environment(Settings settings, int parallelism) {
    Map<String, String> options = new HashMap<>(MillraceJob.stateOptions(settings));
    options.put("restart-strategy.type", "none");
    // The next job of a pipeline does not wait until the lease of the former one expires.
    options.put(MillraceJob.LEASE_HOLDER.key(), settings.pipeline());
    options.put("pipeline.generic-types", "false");
    return StreamExecutionEnvironment.createLocalEnvironment(
        parallelism, Configuration.fromMap(options));
  }

  private static Map<String, JsonNode> lastMetrics(Settings settings) throws IOException {
    Map<String, JsonNode> last = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record :
        CommittedRecords.read(kafka.bootstrapServers(), settings.output().metrics())) {
      JsonNode metrics = JSON.readTree(record.value());
      last.put(metrics.path("key").asText(), metrics);
    }
    return last;
  }
}
