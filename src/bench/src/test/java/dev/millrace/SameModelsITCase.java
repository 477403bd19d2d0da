package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import dev.millrace.cli.evaluate.LocalSink;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.cli.run.LocalJob;
import dev.millrace.codec.OutputRecord;
import dev.millrace.codec.text.CsvText;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Sha256;
import dev.millrace.prequential.EngineListener;
import dev.millrace.prequential.PrequentialEngine;
import dev.millrace.prequential.TrainState;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.MetricsReport;
import dev.millrace.table.SqlModels;
import dev.millrace.testing.CommittedRecords;
import dev.millrace.testing.Patience;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.types.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same rows and the same pipeline end in the same models by every door. */
class SameModelsITCase {

  /** Data sets that ship. */
  private enum DataSet {
    STORMS(
        "status",
        "month",
        "name,category",
        "hour, lat, long, pressure, wind, { name: hurricane_force_diameter, nullable: true }"),
    LETTERS(
        "lettr", null, null, "width, onpix, xybar, { name: high, type: one-hot, values: [1, 2] }"),
    HOTEL_RATES(
        "avg_price_per_room",
        "market_segment",
        "arrival_date",
        "lead_time, { name: children, nullable: true }, { name: meal, type: hash, buckets: 8 },"
            + " { name: agent, type: id }, { name: customer_type, type: one-hot,"
            + " values: [transient, contract] }");

    final String label;
    final @Nullable String key;
    final @Nullable String dropped;
    final String features;

    DataSet(String label, @Nullable String key, @Nullable String dropped, String features) {
      this.label = label;
      this.key = key;
      this.dropped = dropped;
      this.features = features;
    }

    Path file() {
      return Path.of("examples", "data", name().toLowerCase(Locale.ROOT) + ".csv.gz");
    }

    /** Returns a pipeline with the features of a part of the columns. */
    String declared(String name, String format) {
      return """
      pipeline: %s
      kafka: { bootstrap.servers: "%s" }
      input:
        format: %s
        start: earliest
        key: %s
        label: %s
        task: %s
        features: [%s]
      """
          .formatted(
              name,
              kafka.bootstrapServers(),
              format,
              key == null ? "x2bar" : key,
              label,
              this == HOTEL_RATES ? "regression" : "multiclass",
              features);
    }

    String id() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private static EmbeddedKafka kafka;

  @TempDir private Path folder;

  @BeforeAll
  static void startBroker() {
    kafka = EmbeddedKafka.start(0, null);
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @ParameterizedTest
  @EnumSource(names = "LETTERS")
  void theSmallestPipelineFileEndsInTheModelsOfNoFile(DataSet data) throws Exception {
    assertModelsOfNoFile(data);
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(names = "LETTERS", mode = EnumSource.Mode.EXCLUDE)
  void theSmallestPipelineFileOfEachOtherDataSetEndsInTheModelsOfNoFile(DataSet data)
      throws Exception {
    assertModelsOfNoFile(data);
  }

  private void assertModelsOfNoFile(DataSet data) throws Exception {
    String smallest =
        """
        pipeline: %s
        kafka: { bootstrap.servers: "%s" }
        input: { label: %s, start: earliest }
        metrics: { window: 500, every: 100 }
        """
            .formatted(data.id(), kafka.bootstrapServers(), data.label);
    List<String> columns = new ArrayList<>();
    if (data.key != null) {
      columns.addAll(List.of("--key", data.key));
    }
    if (data.dropped != null) {
      columns.addAll(List.of("--drop", data.dropped));
    }
    Path file = Files.writeString(folder.resolve(data.id() + ".yaml"), smallest);

    String models = evaluated(data, columns, "--label", data.label);

    assertThat(evaluated(data, columns, "-c", file.toString())).as("evaluate -c").isEqualTo(models);
    assertThat(ofTopic(data, columns, file)).as("produce and run").isEqualTo(models);
    // Keys with their scores, and the members that lead the mixtures.
    List<String> table =
        evaluate(data, columns, "-c", file.toString())
            .lines()
            .filter(line -> line.matches("all .*|mixture led .*|\\S+ +[\\d,]+ .*"))
            .toList();
    String demo = run("demo", "--once", "--headless", "--dataset", data.id());
    assertThat(demo).as("demo").contains(table);
  }

  @ParameterizedTest
  @EnumSource(names = "HOTEL_RATES")
  void aPipelineFileWithFeaturesEndsInTheSameModelsByEveryDoor(DataSet data) throws Exception {
    assertSameModelsByEveryDoor(data);
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(names = "HOTEL_RATES", mode = EnumSource.Mode.EXCLUDE)
  void aPipelineFileWithFeaturesOfEachOtherDataSetEndsInTheSameModelsByEveryDoor(DataSet data)
      throws Exception {
    assertSameModelsByEveryDoor(data);
  }

  private void assertSameModelsByEveryDoor(DataSet data) throws Exception {
    String pipeline = data.declared(data.id() + "-json", "json");
    Path json = Files.writeString(folder.resolve("json.yaml"), pipeline);
    // The standard schema has a field of its own for the key.
    String ofSchema = data.declared(data.id() + "-avro", "avro").replaceFirst("key: .*", "");
    Path avro = Files.writeString(folder.resolve("avro.yaml"), ofSchema);
    String key = PipelineFile.read(json).input().spec().key();
    List<String> byKey = List.of("--key", key);

    String models = evaluated(data, List.of(), "-c", json.toString());

    assertThat(evaluated(data, byKey, "-c", avro.toString())).as("Avro").isEqualTo(models);
    assertThat(ofTopic(data, byKey, json)).as("JSON on a topic").isEqualTo(models);
    assertThat(ofTopic(data, byKey, avro)).as("Avro on a topic").isEqualTo(models);
    assertThat(ofDataStream(data, pipeline)).as("DataStream").isEqualTo(models);
    assertThat(ofSql(data, pipeline, key)).as("SQL").isEqualTo(models);
  }

  @Test
  void aLoopOverTheCoreEndsInTheModelsOfThePipelineFile() throws Exception {
    String pipeline = DataSet.STORMS.declared("storms", "json");
    Path file = Files.writeString(folder.resolve("storms.yaml"), pipeline);

    assertThat(ofCore(pipeline))
        .isEqualTo(evaluated(DataSet.STORMS, List.of(), "-c", file.toString()));
  }

  private static String run(String... arguments) {
    Cli run = Cli.run(arguments);
    assertThat(run.exitCode()).as(run.err()).isZero();
    return run.out();
  }

  private static String evaluate(DataSet data, List<String> columns, String... options) {
    List<String> arguments = new ArrayList<>(List.of("evaluate", "--input", "" + data.file()));
    arguments.addAll(columns);
    arguments.addAll(List.of(options));
    return run(arguments.toArray(String[]::new));
  }

  private static String evaluated(DataSet data, List<String> columns, String option, String value)
      throws IOException {
    JsonNode result = new ObjectMapper().readTree(evaluate(data, columns, option, value, "--json"));
    assertThat(result.path("dead_letters").asInt()).isZero();
    return result.path("models_sha256").asText();
  }

  /** What {@code produce} sends and {@code run} learns. */
  private String ofTopic(DataSet data, List<String> columns, Path pipeline) throws Exception {
    run("topics", "create", "-c", pipeline.toString(), "--partitions", "1");
    List<String> produce =
        new ArrayList<>(List.of("produce", "-c", pipeline.toString(), "--input", "" + data.file()));
    produce.addAll(columns);
    run(produce.toArray(String[]::new));
    Settings settings = PipelineFile.read(pipeline);
    LocalJob job =
        LocalJob.start(settings, 1, folder.resolve("state-" + settings.pipeline()), null, true);
    assertThat(job.awaitEnd(Patience.MAX)).isTrue();
    return CommittedRecords.modelsSha256(kafka.bootstrapServers(), settings.output().models());
  }

  /** A job with Flink's own defaults. */
  private static String ofDataStream(DataSet data, String pipeline) throws Exception {
    SortedMap<String, byte[]> models = new ConcurrentSkipListMap<>();
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(1, new Configuration());
    List<FeatureSpec> features = PipelineFile.parse("", pipeline, null).input().spec().features();
    String key = PipelineFile.parse("", pipeline, null).input().spec().key();
    List<String> header = header(data);
    boolean isClass = data != DataSet.HOTEL_RATES;
    try (LocalSink sink = new LocalSink(record -> put(record, models))) {
      Millrace.pipeline(pipeline)
          .learn(
              env.fromData(rows(data)),
              (row, fields) -> {
                fields.set(key, row[header.indexOf(key)]);
                String label = row[header.indexOf(data.label)];
                fields.set(data.label, isClass ? label : (Object) Double.valueOf(label));
                for (FeatureSpec feature : features) {
                  fields.set(feature.name(), value(row[header.indexOf(feature.name())], feature));
                }
              })
          .models()
          .sinkTo(sink);
      env.execute();
    }
    return Sha256.ofModels(models);
  }

  private static void put(OutputRecord model, SortedMap<String, byte[]> models) {
    models.put(model.keyText(), model.value());
  }

  private static @Nullable Object value(String cell, FeatureSpec feature) {
    if (CsvText.isMissing(cell)) {
      return null;
    }
    return feature.type().isNumber() ? (Object) Double.valueOf(cell) : cell;
  }

  /** The function of Flink SQL. */
  private static String ofSql(DataSet data, String pipeline, String key) throws Exception {
    List<FeatureSpec> features = PipelineFile.parse("", pipeline, null).input().spec().features();
    List<String> header = header(data);
    boolean isClass = data != DataSet.HOTEL_RATES;
    List<DataTypes.Field> columns = new ArrayList<>();
    columns.add(DataTypes.FIELD(key, DataTypes.STRING()));
    columns.add(DataTypes.FIELD(data.label, isClass ? DataTypes.STRING() : DataTypes.DOUBLE()));
    for (FeatureSpec feature : features) {
      columns.add(
          DataTypes.FIELD(
              feature.name(), feature.type().isNumber() ? DataTypes.DOUBLE() : DataTypes.STRING()));
    }
    List<Row> table = new ArrayList<>();
    for (String[] cells : rows(data)) {
      Row row = new Row(columns.size());
      row.setField(0, cells[header.indexOf(key)]);
      String label = cells[header.indexOf(data.label)];
      row.setField(1, isClass ? label : (Object) Double.valueOf(label));
      for (int f = 0; f < features.size(); f++) {
        FeatureSpec feature = features.get(f);
        row.setField(2 + f, value(cells[header.indexOf(feature.name())], feature));
      }
      table.add(row);
    }
    // A table has neither formats nor topics.
    String inSql =
        pipeline
            .lines()
            .filter(line -> !line.contains("kafka:") && !line.contains("start:"))
            .collect(Collectors.joining("\n"));
    return Sha256.ofModels(
        SqlModels.of(
            DataTypes.ROW(columns.toArray(DataTypes.Field[]::new)), 0, data.label, inSql, table));
  }

  /** A loop over the file: no Flink, no Kafka, no codec. */
  private static String ofCore(String pipeline) throws IOException {
    Settings settings = PipelineFile.parse("storms", pipeline, null);
    List<FeatureSpec> features = settings.input().spec().features();
    List<String> header = header(DataSet.STORMS);
    TrainSpec spec =
        TrainSpec.of("storms", "storms", settings.input().spec(), settings.model())
            .with(to -> to.metrics = settings.metrics());
    PrequentialEngine engine = new PrequentialEngine(spec, 64 << 20, ShapeChange.FAIL);
    Map<String, TrainState> states = new TreeMap<>();
    Chunk chunk = new Chunk();
    Example example = new Example();
    for (String[] row : rows(DataSet.STORMS)) {
      example.key = row[header.indexOf("month")];
      example.label = row[header.indexOf("status")];
      example.weight = 1;
      fill(example, features, row, header);
      chunk.clear();
      chunk.add(example);
      states.put(example.key, engine.learn(states.get(example.key), chunk, new Silent()));
    }
    SortedMap<String, byte[]> models = new TreeMap<>();
    for (Map.Entry<String, TrainState> state : states.entrySet()) {
      models.put(state.getKey(), state.getValue().modelBytes());
    }
    return Sha256.ofModels(models);
  }

  /** A number each, and behind a nullable one whether it is missing. */
  private static void fill(
      Example example, List<FeatureSpec> features, String[] row, List<String> header) {
    example.resize(features.stream().mapToInt(FeatureSpec::width).sum());
    int next = 0;
    for (FeatureSpec feature : features) {
      Object number = value(row[header.indexOf(feature.name())], feature);
      example.features[next++] = number == null ? Float.NaN : ((Double) number).floatValue();
      if (feature.nullable()) {
        example.features[next++] = number == null ? 1 : 0;
      }
    }
  }

  private static List<String> header(DataSet data) throws IOException {
    return Arrays.asList(lines(data).get(0));
  }

  private static List<String[]> rows(DataSet data) throws IOException {
    List<String[]> lines = lines(data);
    return lines.subList(1, lines.size());
  }

  private static List<String[]> lines(DataSet data) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(data.file())), StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .map(line -> line.replace("\"", "").split(",", -1))
          .collect(Collectors.toList());
    }
  }

  /** Listens to what must not happen. */
  private static final class Silent implements EngineListener {
    @Override
    public void report(MetricsReport report, long time, long drifts, boolean isDriftSuspected) {}

    @Override
    public void rejected(DeadLetter letter) {
      throw new AssertionError(letter.message());
    }

    @Override
    public void warning(String key, String message) {
      throw new AssertionError(message);
    }
  }
}
