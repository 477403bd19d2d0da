package dev.millrace.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.data.Example;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.nn.Workspace;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.report.ModelAnswer;
import dev.millrace.serving.LoadedModel;
import dev.millrace.serving.ModelSamples;
import dev.millrace.testing.Patience;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ML_PREDICT over the models of a real topic, in jobs of two subtasks. */
class MlPredictITCase {
  private static final String MODEL =
      """
      CREATE TEMPORARY MODEL m INPUT (k STRING, a DOUBLE, b DOUBLE, c STRING)
      OUTPUT (model_version BIGINT, `class` STRING, probability DOUBLE,
        probabilities MAP<STRING, DOUBLE>, `value` DOUBLE)
      WITH ('provider' = 'millrace', 'topic' = '%s', 'cache.size' = '%s', 'async' = '%s',
        'properties.bootstrap.servers' = '%s', 'pipeline' = '
          pipeline: samples
          input:
            label: class
            format: json
            features: [a, { name: b, nullable: true }, { name: c, type: one-hot, values: [x, y] }]
          model: { layers: [{ units: %d }] }
      ')
      """;

  private static EmbeddedKafka kafka;

  private final TableEnvironment tables =
      TableEnvironment.create(EnvironmentSettings.inStreamingMode());

  @BeforeAll
  static void start() {
    kafka = EmbeddedKafka.start(0, null);
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  @AfterEach
  void nothingReadsTheTopicAnyMore() {
    Awaitility.await().atMost(Patience.MAX).until(() -> readers() == 0);
  }

  private static long readers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().endsWith(".models-follower"))
        .count();
  }

  private void model(String topic, String cache, boolean async, int units) throws Exception {
    Map<String, String> client = Map.of("bootstrap.servers", kafka.bootstrapServers());
    try (Admin admin = KafkaClients.admin(client, Duration.ofSeconds(30))) {
      admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1))).all().get();
    }
    tables.getConfig().set("parallelism.default", "2");
    tables.executeSql(MODEL.formatted(topic, cache, async, kafka.bootstrapServers(), units));
  }

  private static void publish(String topic, String key, byte[] model) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      byte[] name = key.getBytes(StandardCharsets.UTF_8);
      producer.send(new ProducerRecord<>(topic, name, model)).get();
    }
  }

  private List<Row> predict(String rows) throws Exception {
    tables.executeSql(
        "CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES %s) AS t(i, k, a, b, c)".formatted(rows));
    List<Row> answers = new ArrayList<>();
    try (CloseableIterator<Row> each =
        tables
            .executeSql(
                "SELECT i, model_version, `class`, probability, probabilities, `value` FROM"
                    + " ML_PREDICT(TABLE v, MODEL m, DESCRIPTOR(k, a, b, c))")
            .collect()) {
      each.forEachRemaining(answers::add);
    }
    answers.sort((one, other) -> one.<Integer>getFieldAs(0) - other.<Integer>getFieldAs(0));
    return answers;
  }

  private static ModelAnswer expected(byte[] model, float... features) throws Exception {
    Example example = new Example();
    example.resize(features.length);
    System.arraycopy(features, 0, example.features, 0, features.length);
    Workspace workspace = new Workspace();
    ModelSnapshot snapshot = ModelSnapshot.decode(null, null, "k", model);
    return new LoadedModel(snapshot, ModelSamples.SETTINGS, workspace).predict(example, workspace);
  }

  @ParameterizedTest
  @CsvSource({"sync.models, 1 mb, false", "cold.models, 0 b, false", "async.models, 0 b, true"})
  void eachRowHasTheAnswerOfTheNewestModelOfItsKeyOrNullsAndIsCounted(
      String topic, String cache, boolean async) throws Exception {
    model(topic, cache, async, 4);
    KeptMetrics.clear();
    tables.getConfig().set("metrics.reporter.kept.factory.class", KeptMetrics.class.getName());
    byte[] newest = ModelSamples.bytes(40);
    publish(topic, "k", ModelSamples.bytes(20));
    publish(topic, "k", newest);
    publish(topic, "other", ModelSamples.bytes(30));
    publish(topic, "forgotten", ModelSamples.bytes(30));
    publish(topic, "forgotten", null);
    publish(topic, "damaged", Arrays.copyOf(newest, newest.length - 8));

    List<Row> answers =
        predict(
            "(0, 'k', CAST(1 AS DOUBLE), CAST(2 AS DOUBLE), 'x'),"
                + "(1, 'k', CAST(1 AS DOUBLE), CAST(NULL AS DOUBLE), 'y'),"
                + "(2, 'unknown', CAST(1 AS DOUBLE), CAST(2 AS DOUBLE), 'x'),"
                + "(3, 'forgotten', CAST(1 AS DOUBLE), CAST(2 AS DOUBLE), 'x'),"
                + "(4, CAST(NULL AS STRING), CAST(1 AS DOUBLE), CAST(2 AS DOUBLE), 'x'),"
                + "(5, 'k', CAST(NULL AS DOUBLE), CAST(2 AS DOUBLE), 'x'),"
                + "(6, 'k', 1e300, CAST(2 AS DOUBLE), 'x'),"
                + "(7, 'damaged', CAST(1 AS DOUBLE), CAST(2 AS DOUBLE), 'x'),"
                + "(8, 'other', CAST(1 AS DOUBLE), CAST(2 AS DOUBLE), 'x')");

    assertThat(answers).hasSize(9);
    assertAnswer(answers.get(0), expected(newest, 1, 2, 0, 1, 0));
    assertAnswer(answers.get(1), expected(newest, 1, Float.NaN, 1, 0, 1));
    for (int i = 2; i < 8; i++) {
      assertThat(answers.get(i)).isEqualTo(Row.of(i, null, null, null, null, null));
    }
    assertAnswer(answers.get(8), expected(ModelSamples.bytes(30), 1, 2, 0, 1, 0));

    assertThat(metric("unknown_keys_total").sum()).isEqualTo(2);
    assertThat(metric("rejected_rows_total").sum()).isEqualTo(3);
    assertThat(metric("unusable_models_total").sum()).isEqualTo(1);
    assertThat(metric("models")).containsOnly(3.0);
    boolean isCold = cache.equals("0 b"); // each key reads its model again
    assertThat(metric("cache_misses_total")).allMatch(n -> isCold ? n >= 2 : n == 0);
    assertThat(metric("cache_bytes")).allMatch(n -> n > 0 && n < 1e6);
    assertThat(metric("last_model_seconds")).allMatch(n -> n > 0 && n < 600);
  }

  private static DoubleStream metric(String name) {
    double[] values = KeptMetrics.values(".millrace." + name);
    assertThat(values).as(name).isNotEmpty();
    return DoubleStream.of(values);
  }

  private static void assertAnswer(Row row, ModelAnswer answer) {
    int best = answer.scores()[0] >= answer.scores()[1] ? 0 : 1;
    assertThat(row.getField(1)).isEqualTo(answer.modelVersion());
    assertThat(row.getField(2)).isEqualTo(answer.classes().get(best));
    assertThat(row.getField(3)).isEqualTo((double) answer.scores()[best]);
    assertThat(row.getField(4))
        .isEqualTo(Map.of("no", (double) answer.scores()[0], "yes", (double) answer.scores()[1]));
    assertThat(row.getField(5)).isNull();
  }

  @Test
  void aNewerModelAnswersWhileTheQueryRunsAndSubtasksShareOneReader() throws Exception {
    model("live.models", "1 mb", false, 4);
    publish("live.models", "k", ModelSamples.bytes(20));
    tables.executeSql(
        "CREATE TEMPORARY TABLE n (a DOUBLE) WITH ('connector' = 'datagen', 'rows-per-second' ="
            + " '20', 'fields.a.min' = '0', 'fields.a.max' = '1')");
    tables.executeSql("CREATE TEMPORARY VIEW v AS SELECT 'k' AS k, a, a AS b, 'x' AS c FROM n");

    try (CloseableIterator<Row> rows =
        tables
            .executeSql(
                "SELECT model_version FROM ML_PREDICT(TABLE v, MODEL m, DESCRIPTOR(k, a, b, c))")
            .collect()) {
      long first = rows.next().<Long>getFieldAs(0);
      assertThat(readers()).isEqualTo(1);
      publish("live.models", "k", ModelSamples.bytes(50));
      long last = first;
      while (last == first) {
        last = rows.next().<Long>getFieldAs(0);
      }
      assertThat(last).isGreaterThan(first);
    }
  }

  @Test
  void aQueryWithModelsOfAnotherPipelineFailsWithOneLine() throws Exception {
    model("mismatch.models", "1 mb", false, 8);
    publish("mismatch.models", "k", ModelSamples.bytes(20));

    assertThatThrownBy(() -> predict("(0, 'k', CAST(1 AS DOUBLE), CAST(2 AS DOUBLE), 'x')"))
        .satisfies(
            failure ->
                assertThat(causes(failure))
                    .anySatisfy(
                        message ->
                            assertThat(message)
                                .startsWith(
                                    "The models on topic mismatch.models are not of the pipeline"
                                        + " that the model names: ")));
  }

  private static List<String> causes(Throwable failure) {
    List<String> messages = new ArrayList<>();
    for (Throwable t = failure; t != null; t = t.getCause()) {
      Optional.ofNullable(t.getMessage()).ifPresent(messages::add);
    }
    return messages;
  }
}
