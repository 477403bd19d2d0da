package dev.millrace.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.kafka.KafkaClients;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Intervals and sets of classes of one learned model: ML_PREDICT answers with the columns that
 * {@code predict} writes.
 */
class PredictedIntervalsITCase {
  private static EmbeddedKafka kafka;

  @TempDir private Path dir;
  private Path rows;

  @BeforeAll
  static void start() {
    kafka = EmbeddedKafka.start(0, null);
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  @BeforeEach
  void writeRows() throws Exception {
    StringBuilder csv = new StringBuilder("x,size,color\n");
    Random random = new Random(4);
    for (int i = 0; i < 500; i++) {
      double x = random.nextGaussian();
      double size = 3 * x + random.nextGaussian();
      String color = size > 2 ? "red" : size < -2 ? "blue" : "green";
      csv.append("%.4f,%.4f,%s%n".formatted(x, size, color));
    }
    rows = Files.writeString(dir.resolve("rows.csv"), csv);
  }

  @Test
  void anIntervalHasTheEndsThatPredictWrites() throws Exception {
    List<Row> answers =
        answers("size", "regression", "interval: 0.8", "`value` DOUBLE, low DOUBLE, high DOUBLE");

    List<String[]> predicted = predicted("size");
    for (int i = 0; i < answers.size(); i++) {
      String[] line = predicted.get(i);
      // row,key,prediction,probability,low,high,model_version
      assertThat(answers.get(i).<Double>getFieldAs(1).floatValue())
          .isEqualTo(Float.parseFloat(line[2]));
      assertThat(answers.get(i).getField(2)).isEqualTo(Double.parseDouble(line[4]));
      assertThat(answers.get(i).getField(3)).isEqualTo(Double.parseDouble(line[5]));
      assertThat(answers.get(i).<Double>getFieldAs(2))
          .isLessThan(answers.get(i).<Double>getFieldAs(3));
    }
  }

  @Test
  void aSetHasTheClassesThatPredictWrites() throws Exception {
    List<Row> answers = answers("color", "multiclass", "interval: 0.99", "class_set ARRAY<STRING>");

    List<String[]> predicted = predicted("color");
    int larger = 0;
    for (int i = 0; i < answers.size(); i++) {
      String[] set = answers.get(i).getFieldAs(1);
      String[] line = predicted.get(i);
      assertThat(String.join("|", set)).isEqualTo(line[line.length - 2]);
      larger += set.length > 1 ? 1 : 0;
    }
    assertThat(larger).isPositive();
  }

  @Test
  void aModelWithoutIntervalsHasNulls() throws Exception {
    List<Row> answers =
        answers("size", "regression", "interval: 0", "`value` DOUBLE, low DOUBLE, high DOUBLE");

    for (Row answer : answers) {
      assertThat(answer.getField(1)).isNotNull();
      assertThat(answer.getField(2)).isNull();
      assertThat(answer.getField(3)).isNull();
    }
  }

  private Path pipeline(String label, String task, String output) throws Exception {
    return Files.writeString(
        dir.resolve("pipeline.yaml"),
        """
        pipeline: %s
        kafka: { bootstrap.servers: "none:1" }
        input: { format: json, label: %s, task: %s, features: [x] }
        output: { %s }
        """
            .formatted(label, label, task, output));
  }

  /** Learns the rows, publishes the model, and returns what SQL answers for ten of them. */
  private List<Row> answers(String label, String task, String output, String columns)
      throws Exception {
    Path config = pipeline(label, task, output);
    Path models = Files.createDirectory(dir.resolve("models"));
    Cli learned =
        Cli.run("evaluate", "-c", config + "", "--input", rows + "", "--models", models + "");
    assertThat(learned.exitCode()).as(learned.err()).isZero();
    String topic = label + "." + output.replaceAll("\\D", "") + ".models";
    publish(topic, Files.readAllBytes(models.resolve("all.millrace")));

    TableEnvironment tables = TableEnvironment.create(EnvironmentSettings.inStreamingMode());
    tables.getConfig().set("parallelism.default", "1");
    tables.executeSql(
        """
        CREATE TEMPORARY MODEL m INPUT (k STRING, x DOUBLE) OUTPUT (%s)
        WITH ('provider' = 'millrace', 'topic' = '%s',
          'properties.bootstrap.servers' = '%s', 'pipeline' = '%s')
        """
            .formatted(columns, topic, kafka.bootstrapServers(), Files.readString(config)));
    List<String> values = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      values.add("(%d, 'all', CAST(%s AS DOUBLE))".formatted(i, x(i)));
    }
    tables.executeSql(
        "CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES %s) AS t(i, k, x)"
            .formatted(String.join(",", values)));
    String names = columns.replaceAll(" [A-Z<>]+", "");
    List<Row> answers = new ArrayList<>();
    try (CloseableIterator<Row> each =
        tables
            .executeSql(
                "SELECT i, " + names + " FROM ML_PREDICT(TABLE v, MODEL m, DESCRIPTOR(k, x))")
            .collect()) {
      each.forEachRemaining(answers::add);
    }
    answers.sort((one, other) -> one.<Integer>getFieldAs(0) - other.<Integer>getFieldAs(0));
    assertThat(answers).hasSize(10);
    return answers;
  }

  private static String x(int row) {
    return "%.1f".formatted(row * 0.4 - 2);
  }

  /** Returns the lines of {@code predict} for the same rows. */
  private List<String[]> predicted(String label) throws Exception {
    StringBuilder csv = new StringBuilder("x\n");
    for (int i = 0; i < 10; i++) {
      csv.append(x(i)).append('\n');
    }
    Path file = Files.writeString(dir.resolve("new.csv"), csv);
    Cli run =
        Cli.run(
            "predict",
            "-c",
            dir.resolve("pipeline.yaml") + "",
            "--input",
            file + "",
            "--model",
            dir.resolve("models/all.millrace") + "");
    assertThat(run.exitCode()).as(run.err()).isZero();
    List<String> lines = run.out().lines().toList();
    assertThat(lines.get(0))
        .endsWith(label.equals("size") ? ",low,high,model_version" : ",set,model_version");
    return lines.stream().skip(1).map(line -> line.split(",")).toList();
  }

  private static void publish(String topic, byte[] model) throws Exception {
    Map<String, String> client = Map.of("bootstrap.servers", kafka.bootstrapServers());
    try (Admin admin = KafkaClients.admin(client, Duration.ofSeconds(30));
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
      byte[] name = "all".getBytes(StandardCharsets.UTF_8);
      producer.send(new ProducerRecord<>(topic, name, model)).get();
    }
  }
}
