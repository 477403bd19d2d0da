package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.codec.OutputRecord;
import dev.millrace.codec.models.ModelParts;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.data.Sha256;
import dev.millrace.flink.kafka.KafkaIo;
import dev.millrace.nn.spec.AutoModelSpec;
import dev.millrace.onnx.OnnxExport;
import dev.millrace.onnx.OnnxInfo;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.testing.AvroValues;
import dev.millrace.testing.BadRecords;
import dev.millrace.testing.CommittedRecords;
import dev.millrace.testing.FailingSink;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The production graph between the topics of a real broker. */
class MillraceJobITCase {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int EXAMPLES = 3_000;
  private static final int KEYS = 5;
  private static final int BAD = 1_000;

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
  void theLastMetricsOfEachKeyCountExactlyTheRecordsSent() throws Exception {
    Settings settings = pipeline("counts", "at-least-once");
    JobTopics.create(settings);
    JobTopics.send(settings, JobTopics.examples(EXAMPLES, KEYS));

    run(settings);

    Map<String, JsonNode> last = lastMetrics(settings);
    assertThat(last).hasSize(KEYS);
    for (JsonNode metrics : last.values()) {
      assertThat(metrics.path("examples").asInt()).isEqualTo(EXAMPLES / KEYS);
      assertThat(metrics.at("/total/examples").asInt()).isEqualTo(EXAMPLES / KEYS);
      assertThat(metrics.at("/total/accuracy").asDouble())
          .isGreaterThan(metrics.at("/baseline/majority/total/accuracy").asDouble());
    }
    assertThat(read(settings.output().deadLetters())).isEmpty();
  }

  @Test
  void badRecordsChangeNeitherMetricsNorModelsAndAllBecomeDeadLetters() throws Exception {
    Settings clean = pipeline("clean", "at-least-once");
    Settings dirty = pipeline("dirty", "at-least-once");
    JobTopics.create(clean);
    JobTopics.create(dirty);
    List<ProducerRecord<byte[], byte[]>> good = JobTopics.examples(EXAMPLES, KEYS);
    JobTopics.send(clean, good);
    List<ProducerRecord<byte[], byte[]>> bad = bad();
    JobTopics.send(dirty, mixed(good, bad));

    run(clean);
    run(dirty); // a restart would fail it: this job has no restart strategy

    assertThat(JobTopics.models(dirty)).isEqualTo(JobTopics.models(clean)).hasSize(KEYS);
    assertThat(scores(lastMetrics(dirty))).isEqualTo(scores(lastMetrics(clean)));
    // Refused where they are decoded or where the model is: in two orders, told apart by their
    // time.
    List<ConsumerRecord<byte[], byte[]>> letters =
        read(dirty.output().deadLetters()).stream()
            .sorted(Comparator.comparingLong(ConsumerRecord::timestamp))
            .toList();
    assertThat(letters).hasSize(BAD);
    for (int i = 0; i < BAD; i++) {
      ConsumerRecord<byte[], byte[]> letter = letters.get(i);
      ProducerRecord<byte[], byte[]> sent = bad.get(i);
      assertThat(letter.value()).isEqualTo(sent.value());
      assertThat(letter.key()).isEqualTo(sent.key());
      assertThat(letter.timestamp()).isEqualTo(sent.timestamp());
      assertThat(header(letter, "source")).isEqualTo("sensor");
      assertThat(header(letter, "__millrace.errors.reason")).isEqualTo(header(sent, "expected"));
      assertThat(header(letter, "__millrace.errors.topic")).isEqualTo(dirty.input().topic());
    }
  }

  @Test
  void exactlyOnceDeliversTheSameMetricsInTransactions() throws Exception {
    Settings settings = pipeline("exactly", "exactly-once");
    JobTopics.create(settings);
    JobTopics.send(settings, JobTopics.examples(EXAMPLES, KEYS));

    run(settings);

    assertThat(lastMetrics(settings)).hasSize(KEYS);
    assertThat(read(settings.output().metrics()))
        .extracting(record -> JSON.readTree(record.value()))
        .extracting(metrics -> metrics.path("key").asText() + " " + metrics.path("seq").asInt())
        .doesNotHaveDuplicates();
  }

  @Test
  void transactionsLongerThanTheBrokersAllowAreRejectedBeforeTheJobStarts() throws Exception {
    Settings settings =
        PipelineFile.parse(
            "long",
            """
            pipeline: long
            kafka: { bootstrap.servers: "%s", transaction.timeout.ms: 1000000 }
            input: { label: class }
            output: { guarantee: exactly-once }
            """
                .formatted(kafka.bootstrapServers()),
            Path.of(""));

    assertThatThrownBy(() -> run(settings))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageStartingWith("kafka.transaction.timeout.ms is 1000000, but the brokers at ")
        .hasMessageContaining("end transactions after 900000 ms");
  }

  @Test
  void parallelismPartitionsAndStateBackendChangeNoModel() throws Exception {
    Settings one = pipeline("one", "at-least-once");
    Settings many = pipeline("many", "at-least-once");
    Settings rocks = pipeline("rocks", "at-least-once", "rocksdb");
    // Room for no model: each is written and read again all the time.
    Settings uncached = pipeline("uncached", "at-least-once", "rocksdb, cache-bytes: 0");
    JobTopics.create(one, 1);
    JobTopics.create(many, 3);
    JobTopics.create(rocks, 2);
    JobTopics.create(uncached, 2);
    for (Settings settings : List.of(one, many, rocks, uncached)) {
      JobTopics.send(settings, JobTopics.examples(EXAMPLES, KEYS));
    }

    run(one, 1);
    run(many, 3);
    run(rocks, 2);
    run(uncached, 2);

    assertThat(JobTopics.models(one)).hasSize(KEYS);
    assertThat(JobTopics.models(many)).isEqualTo(JobTopics.models(one));
    assertThat(JobTopics.models(rocks)).isEqualTo(JobTopics.models(one));
    assertThat(JobTopics.models(uncached)).isEqualTo(JobTopics.models(one));
    assertThat(scores(lastMetrics(many))).isEqualTo(scores(lastMetrics(one)));
    assertThat(scores(lastMetrics(rocks))).isEqualTo(scores(lastMetrics(one)));
  }

  @Test
  void modelsAfterAFailureEqualThoseOfAnUndisturbedRun(@TempDir Path dir) throws Exception {
    Settings calm = pipeline("calm", "at-least-once");
    Settings shaken = pipeline("shaken", "at-least-once");
    JobTopics.create(calm);
    JobTopics.create(shaken);
    List<ProducerRecord<byte[], byte[]>> good = JobTopics.examples(EXAMPLES, KEYS);
    JobTopics.send(calm, good);
    run(calm);

    FailingSink sink = new FailingSink();
    JobClient job = start(shaken, sink);
    JobTopics.send(shaken, good.subList(0, EXAMPLES / 2));
    await().until(() -> sink.examples() == EXAMPLES / 2 && sink.barriers() >= 4);
    sink.arm();
    JobTopics.send(shaken, good.subList(EXAMPLES / 2, EXAMPLES));
    await().until(() -> sink.failures() == 1 && sink.examples() == EXAMPLES);
    job.stopWithSavepoint(true, dir.toUri().toString(), SavepointFormatType.NATIVE).get();

    assertThat(JobTopics.models(shaken)).isEqualTo(JobTopics.models(calm)).hasSize(KEYS);
  }

  @Test
  void modelsOfManyIdsAfterAFailureEqualThoseOfAnUndisturbedRun(@TempDir Path dir)
      throws Exception {
    Settings calm = withTags("calm-tags", 0);
    Settings shaken = withTags("shaken-tags", 20);
    JobTopics.create(calm);
    JobTopics.create(shaken);
    List<ProducerRecord<byte[], byte[]>> good = tagged(140);
    JobTopics.send(calm, good);
    run(calm);

    FailingSink sink = new FailingSink();
    JobClient job = start(shaken, sink);
    JobTopics.send(shaken, good.subList(0, 80));
    await().until(() -> sink.examples() == 80 && sink.barriers() >= 4);
    sink.arm();
    JobTopics.send(shaken, good.subList(80, 140));
    await().until(() -> sink.failures() == 1 && sink.examples() == 140);
    job.stopWithSavepoint(true, dir.toUri().toString(), SavepointFormatType.NATIVE).get();

    assertThat(JobTopics.models(shaken)).isEqualTo(JobTopics.models(calm)).hasSize(1);
    List<Integer> segments =
        read(shaken.output().models()).stream()
            .filter(record -> record.value() != null && ModelParts.isSegment(record.key()))
            .map(record -> ModelParts.number(record.key()))
            .toList();
    int restart = segments.lastIndexOf(1);
    assertThat(segments.subList(0, restart)).startsWith(1).contains(2);
    assertThat(segments.subList(restart, segments.size())).contains(2);
    requireStartsFromTheNewestModel(shaken);
  }

  /** From all of its records, and from a complete one before a newer one that lost a segment. */
  private static void requireStartsFromTheNewestModel(Settings settings) throws Exception {
    byte[] newest = HexFormat.of().parseHex(JobTopics.models(settings).get("k"));
    assertThat(hashOfStart(settings)).isEqualTo(Sha256.hex(newest));

    String topic = settings.output().models();
    List<ConsumerRecord<byte[], byte[]>> records = read(topic);
    ConsumerRecord<byte[], byte[]> head = records.get(records.size() - 1);
    assertThat(head.key()).asString().isEqualTo("k");
    byte[] segment =
        records.stream()
            .map(ConsumerRecord::key)
            .filter(ModelParts::isSegment)
            .reduce((earlier, later) -> later)
            .orElseThrow();
    JobTopics.send(
        settings,
        topic,
        List.of(
            new ProducerRecord<>("", segment, null),
            new ProducerRecord<>("", null, head.key(), head.value(), head.headers())));
    assertThat(hashOfStart(settings)).isEqualTo(Sha256.hex(newest));
  }

  private static String hashOfStart(Settings settings) {
    AutoModelSpec model =
        (AutoModelSpec) PriorModel.resolve(settings.withWarmStartKey("k")).model();
    return model.start().hash();
  }

  /** Publishes after so many examples of a key, and at the end. */
  private static Settings withTags(String name, int every) {
    return PipelineFile.parse(
        name + ".yaml",
        """
        pipeline: %1$s
        kafka: { bootstrap.servers: "%2$s" }
        input:
          topic: %1$s-in
          format: json
          label: class
          classes: [a, b]
          features: [{ name: tags, type: set, max: 100 }]
        auto: { tier: fast }
        metrics: { every: 20 }
        output:
          snapshots: { every: %3$d }
          topics: { metrics: %1$s-metrics, dead-letters: %1$s-dlq, models: %1$s-models }
        state: { backend: rocksdb }
        """
            .formatted(name, kafka.bootstrapServers(), every),
        Path.of(""));
  }

  /** The first 40 examples have 100 new tags each, the others the same few. */
  private static List<ProducerRecord<byte[], byte[]>> tagged(int examples) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < examples; i++) {
      int first = i < 40 ? 100 * i : i % 7;
      String tags =
          IntStream.range(first, first + (i < 40 ? 100 : 3))
              .mapToObj(tag -> "\"t" + tag + "\"")
              .collect(Collectors.joining(","));
      String value = "{\"class\":\"%s\",\"tags\":[%s]}".formatted(i % 3 == 0 ? "a" : "b", tags);
      records.add(JobTopics.record("k", value.getBytes(StandardCharsets.UTF_8), i));
    }
    return records;
  }

  @Test
  void modelsAfterAFailureBetweenASavepointAndACheckpointEqualThoseOfAnUndisturbedRun(
      @TempDir Path dir) throws Exception {
    Settings calm = pipeline("behind-calm", "at-least-once");
    Settings shaken = pipeline("behind-shaken", "at-least-once");
    JobTopics.create(calm, 3);
    JobTopics.create(shaken, 3);
    List<ProducerRecord<byte[], byte[]>> good = JobTopics.examples(EXAMPLES, KEYS);
    JobTopics.send(calm, good);
    run(calm);
    FailingSink sink = new FailingSink();
    JobClient job = start(shaken, sink);
    JobTopics.send(shaken, good.subList(0, EXAMPLES / 2));
    await().until(() -> sink.examples() == EXAMPLES / 2);
    String savepoint =
        job.stopWithSavepoint(false, dir.toUri().toString(), SavepointFormatType.CANONICAL).get();

    sink.arm();
    job = start(shaken, sink, savepoint, 3, "1 h");
    JobTopics.send(shaken, good.subList(EXAMPLES / 2, EXAMPLES));
    await().until(() -> sink.failures() == 1 && sink.examples() >= EXAMPLES);
    job.stopWithSavepoint(true, dir.toUri().toString(), SavepointFormatType.CANONICAL).get();

    assertThat(sink.examples()).isEqualTo(EXAMPLES);
    assertThat(JobTopics.models(shaken)).isEqualTo(JobTopics.models(calm)).hasSize(KEYS);
  }

  @Test
  void aJobThatBeganAtTheEndBeginsThereAgainIfItFailsBeforeItsFirstCheckpoint() throws Exception {
    Settings settings = pipeline("ending", "at-least-once");
    JobTopics.create(settings);
    List<ProducerRecord<byte[], byte[]>> examples = JobTopics.examples(EXAMPLES, KEYS);
    JobTopics.send(settings, examples.subList(0, EXAMPLES / 3));
    FailingSink sink = new FailingSink();
    StreamExecutionEnvironment env = environment(1, settings);
    env.configure(
        Configuration.fromMap(
            Map.of("jobmanager.scheduler", "adaptive", "execution.checkpointing.interval", "1 h")));

    JobClient job =
        start(
            settings, sink, null, env, KafkaIo.latest(settings.kafka(), settings.input().topics()));
    JobTopics.send(settings, examples.subList(EXAMPLES / 3, EXAMPLES / 2));
    await().until(() -> sink.examples() == EXAMPLES / 2 - EXAMPLES / 3);
    sink.arm();
    JobTopics.send(settings, examples.subList(EXAMPLES / 2, EXAMPLES));

    await().until(() -> sink.failures() == 1 && sink.examples() == EXAMPLES - EXAMPLES / 3);
    job.cancel().get();
  }

  @Test
  void aSavepointOfOneBackendContinuesOnTheOther(@TempDir Path dir) throws Exception {
    Settings calm = pipeline("unmoved", "at-least-once");
    Settings heap = pipeline("moved", "at-least-once");
    // Room for no model: each is written and read again all the time.
    Settings rocks = pipeline("moved", "at-least-once", "rocksdb, cache-bytes: 0");
    JobTopics.create(calm);
    JobTopics.create(heap);
    List<ProducerRecord<byte[], byte[]>> good = JobTopics.examples(EXAMPLES, KEYS);
    JobTopics.send(calm, good);
    run(calm);

    String savepoint = null;
    List<Settings> moves = List.of(heap, rocks, heap);
    for (int move = 0; move < moves.size(); move++) {
      boolean last = move == moves.size() - 1;
      int learned = EXAMPLES * (move + 1) / moves.size();
      FailingSink sink = new FailingSink();
      JobClient job = start(moves.get(move), sink, savepoint);
      JobTopics.send(heap, good.subList(EXAMPLES * move / moves.size(), learned));
      await().until(() -> sink.examples() == learned);
      savepoint =
          job.stopWithSavepoint(last, dir.toUri().toString(), SavepointFormatType.CANONICAL).get();
    }

    assertThat(JobTopics.models(heap)).isEqualTo(JobTopics.models(calm)).hasSize(KEYS);
  }

  @Test
  void newKeysStartFromTheModelThatAnotherKeyHasOnTheModelsTopic(@TempDir Path dir)
      throws Exception {
    Settings first = withModel("prior", "prior-in", "");
    JobTopics.create(first);
    JobTopics.send(first, JobTopics.examples(EXAMPLES, KEYS));
    run(first);
    // The same pipeline, and new keys.
    Settings next = withModel("prior", "prior-next", ", warm-start: { key: key-3 }");
    createInput(next);
    JobTopics.send(next, ofNewKeys());
    run(next);

    // What the file of that model does is tested elsewhere.
    Files.write(dir.resolve("key-3.onnx"), onnx(first, "key-3"));
    Settings fromFile =
        withModel("from-file", "from-file-in", ", warm-start: { file: " + dir + "/key-3.onnx }");
    requireNewKeysStartAlike(next, fromFile);
  }

  @Test
  void newMixturesStartFromThePublishedModelOfAnotherKey(@TempDir Path dir) throws Exception {
    Settings first = withStart("auto", "auto-in", "auto: fast");
    JobTopics.create(first);
    JobTopics.send(first, JobTopics.examples(EXAMPLES, KEYS));
    run(first);
    Settings next =
        withStart("auto", "auto-next", "auto: { tier: fast, warm-start: { key: key-3 } }");
    createInput(next);
    JobTopics.send(next, ofNewKeys());
    run(next);

    String taught = JobTopics.models(first).get("key-3");
    Files.write(dir.resolve("key-3.millrace"), HexFormat.of().parseHex(taught));
    Settings fromFile =
        withStart(
            "auto-file",
            "auto-file-in",
            "auto: { tier: fast, warm-start: { file: " + dir + "/key-3.millrace } }");
    requireNewKeysStartAlike(next, fromFile);
    assertThat(next.configHash()).isEqualTo(first.configHash());
  }

  @Test
  void aPriorWithoutAModelIsRejectedBeforeTheJobStarts() throws Exception {
    Settings settings = withModel("no-prior", "no-prior-in", ", warm-start: { key: fleet }");
    JobTopics.create(settings);

    assertThatThrownBy(() -> run(settings))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessage(
            "model.warm-start.key is \"fleet\", but topic no-prior-models has no model of that key."
                + " A job publishes its models as configured by output.snapshots, and when it is"
                + " drained. List them with: ./millrace models list");
  }

  /** Runs the second; the first, whose models came from the topic, has learned. */
  private static void requireNewKeysStartAlike(Settings fromTopic, Settings fromFile)
      throws Exception {
    JobTopics.create(fromFile);
    JobTopics.send(fromFile, ofNewKeys());
    run(fromFile);
    assertThat(JobTopics.models(fromTopic))
        .hasSize(KEYS + 2)
        .containsAllEntriesOf(JobTopics.models(fromFile));
    assertThat(lastMetrics(fromTopic).get("new-0").path("config_hash"))
        .isNotEqualTo(lastMetrics(fromTopic).get("key-0").path("config_hash"));
  }

  /** For a pipeline whose other topics are there. */
  private static void createInput(Settings settings) throws Exception {
    try (Admin admin = Admin.create(Map.copyOf(new HashMap<String, Object>(settings.kafka())))) {
      String name = settings.input().topic();
      admin.createTopics(List.of(JobTopics.topic(name, 1))).all().get();
      BrokerCheck.awaitTopics(admin, List.of(name));
    }
  }

  private static Settings withModel(String name, String input, String start) {
    return withStart(
        name,
        input,
        "model: { layers: [{ units: 6, activation: tanh }], optimizer: adam" + start + " }");
  }

  private static Settings withStart(String name, String input, String model) {
    return PipelineFile.parse(
        name + ".yaml",
        """
        pipeline: %1$s
        kafka: { bootstrap.servers: "%2$s" }
        input: { topic: %3$s, label: class, classes: [a, b, c] }
        %4$s
        output:
          topics:
            metrics: %1$s-metrics
            predictions: %1$s-predictions
            events: %1$s-events
            dead-letters: %1$s-dlq
            models: %1$s-models
        """
            .formatted(name, kafka.bootstrapServers(), input, model),
        Path.of(""));
  }

  private static List<ProducerRecord<byte[], byte[]>> ofNewKeys() {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (ProducerRecord<byte[], byte[]> record : JobTopics.examples(300, 2)) {
      String key = new String(record.key(), StandardCharsets.UTF_8).replace("key", "new");
      records.add(JobTopics.record(key, record.value(), record.timestamp()));
    }
    return records;
  }

  private static byte[] onnx(Settings settings, String key) throws IOException {
    byte[] bytes = HexFormat.of().parseHex(JobTopics.models(settings).get(key));
    ModelSnapshot model =
        ModelSnapshot.decode(settings.pipeline(), settings.configHash(), key, bytes);
    return OnnxExport.encode(
        model.learner(settings.model()),
        new OnnxInfo(
            settings.pipeline(),
            key,
            settings.configHash(),
            model.task(),
            model.classes(),
            model.features(settings.input().spec())));
  }

  private static ConditionFactory await() {
    return Awaitility.await().atMost(Patience.MAX);
  }

  private static JobClient start(Settings settings, FailingSink metrics) throws Exception {
    return start(settings, metrics, null);
  }

  private static JobClient start(Settings settings, FailingSink metrics, String savepoint)
      throws Exception {
    return start(settings, metrics, savepoint, 2, "200 ms");
  }

  private static JobClient start(
      Settings settings, FailingSink metrics, String savepoint, int parallelism, String interval)
      throws Exception {
    StreamExecutionEnvironment env = environment(parallelism, settings);
    env.configure(Configuration.fromMap(Map.of("execution.checkpointing.interval", interval)));
    return start(settings, metrics, savepoint, env, OffsetsInitializer.earliest());
  }

  private static JobClient start(
      Settings settings,
      FailingSink metrics,
      String savepoint,
      StreamExecutionEnvironment env,
      OffsetsInitializer beginning)
      throws Exception {
    if (savepoint != null) {
      env.configure(Configuration.fromMap(Map.of("execution.state-recovery.path", savepoint)));
    }
    env.configure(
        Configuration.fromMap(
            Map.of(
                "restart-strategy.type",
                "fixed-delay",
                "restart-strategy.fixed-delay.delay",
                "100 ms")));
    MillraceJob.build(
        env,
        settings,
        KafkaIo.source(
            settings.kafka(), settings.input().topics(), settings.pipeline(), beginning, false),
        new MillraceJob.Sinks(
            metrics,
            sinkTo(settings, settings.output().predictions()),
            sinkTo(settings, settings.output().events()),
            sinkTo(settings, settings.output().deadLetters()),
            sinkTo(settings, settings.output().models()),
            sinkTo(settings, settings.output().summary())));
    return env.executeAsync(settings.pipeline());
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

  private static Settings pipeline(String name, String guarantee) {
    return pipeline(name, guarantee, "heap");
  }

  private static Settings pipeline(String name, String guarantee, String backend) {
    return PipelineFile.parse(
        name + ".yaml",
        """
        pipeline: %1$s
        kafka: { bootstrap.servers: "%2$s" }
        input: { topic: %1$s-in, label: class, classes: [a, b, c] }
        metrics: { every: 200 }
        output:
          guarantee: %3$s
          topics: { metrics: %1$s-metrics, dead-letters: %1$s-dlq, models: %1$s-models }
        state: { backend: %4$s }
        limits: { record-bytes: 10000 }
        """
            .formatted(name, kafka.bootstrapServers(), guarantee, backend),
        Path.of(""));
  }

  private static void run(Settings settings) throws Exception {
    run(settings, 2);
  }

  private static void run(Settings settings, int parallelism) throws Exception {
    StreamExecutionEnvironment env = environment(parallelism, settings);
    MillraceJob.buildOnKafka(env, settings, true);
    env.execute(settings.pipeline());
  }

  private static StreamExecutionEnvironment environment(int parallelism, Settings settings) {
    Map<String, String> options = new HashMap<>(MillraceJob.stateOptions(settings));
    options.put("restart-strategy.type", "none");
    // The next job of a pipeline does not wait until the lease of the former one expires.
    options.put(MillraceJob.LEASE_HOLDER.key(), settings.pipeline());
    options.put("pipeline.generic-types", "false");
    options.put("pipeline.auto-generate-uids", "false");
    options.put("pipeline.object-reuse", "true");
    options.put("execution.checkpointing.interval", "200 ms");
    return StreamExecutionEnvironment.createLocalEnvironment(
        parallelism, Configuration.fromMap(options));
  }

  private static List<ProducerRecord<byte[], byte[]>> bad() {
    Map<String, byte[]> kinds = BadRecords.byReason(AvroValues.classValue("k", "a", 1, 2, 3, 4), 4);
    List<String> reasons = List.copyOf(kinds.keySet());
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < BAD; i++) {
      boolean withoutKey = i % (reasons.size() + 1) == reasons.size();
      String reason =
          withoutKey ? "missing-key" : reasons.get(i % (reasons.size() + 1)).split(" ")[0];
      byte[] value =
          withoutKey
              ? AvroValues.classValue("k", "a", 1, 2, 3, 4)
              : kinds.get(reasons.get(i % (reasons.size() + 1)));
      ProducerRecord<byte[], byte[]> record =
          JobTopics.record(withoutKey ? null : "key-" + i % KEYS, value, 100_000 + i);
      record.headers().add("expected", reason.getBytes(StandardCharsets.UTF_8));
      records.add(record);
    }
    return records;
  }

  private static List<ProducerRecord<byte[], byte[]>> mixed(
      List<ProducerRecord<byte[], byte[]>> good, List<ProducerRecord<byte[], byte[]>> bad) {
    List<ProducerRecord<byte[], byte[]>> mixed = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < good.size(); i++) {
      mixed.add(good.get(i));
      // A key's first example comes before its bad ones: it says how many features there are.
      while (i >= KEYS && next < bad.size() && next <= i / 2) {
        mixed.add(bad.get(next++));
      }
    }
    assertThat(next).isEqualTo(bad.size());
    return mixed;
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    return CommittedRecords.read(kafka.bootstrapServers(), topic);
  }

  private static Map<String, JsonNode> lastMetrics(Settings settings) throws Exception {
    Map<String, JsonNode> last = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record : read(settings.output().metrics())) {
      JsonNode metrics = JSON.readTree(record.value());
      last.put(metrics.path("key").asText(), metrics);
    }
    return last;
  }

  /**
   * Everything that the data decide: not the names and offsets, which differ between two topics.
   */
  private static Map<String, String> scores(Map<String, JsonNode> metrics) {
    Map<String, String> scores = new TreeMap<>();
    metrics.forEach(
        (key, record) ->
            scores.put(
                key,
                Stream.of("examples", "window", "total", "baseline", "confusion_matrix")
                    .map(name -> record.path(name).toString())
                    .toList()
                    .toString()));
    return scores;
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return text(record.headers().lastHeader(name));
  }

  private static String header(ProducerRecord<byte[], byte[]> record, String name) {
    return text(record.headers().lastHeader(name));
  }

  private static String text(Header header) {
    return new String(header.value(), StandardCharsets.UTF_8);
  }
}
