package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import dev.millrace.cli.evaluate.LocalSink;
import dev.millrace.codec.OutputRecord;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.MetricsReport;
import dev.millrace.data.Sha256;
import dev.millrace.prequential.EngineListener;
import dev.millrace.prequential.PrequentialEngine;
import dev.millrace.prequential.ShapeChange;
import dev.millrace.prequential.TrainSpec;
import dev.millrace.prequential.TrainState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.zip.GZIPInputStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same stream ends in the same models, whether a file, a Flink job or a program runs it. */
class SameModelsITCase {
  private static final Path STORMS = Path.of("examples", "data", "storms.csv.gz");
  private static final int MONTH = 2;
  private static final int STATUS = 7;
  private static final String PIPELINE =
      """
      pipeline: storms
      kafka: { bootstrap.servers: none.invalid:9092 }
      input:
        format: json
        key: month
        label: status
        task: multiclass
        features: [hour, lat, long, pressure, wind, { name: hurricane_force_diameter, nullable: true }]
      model: auto
      """;

  private static final Map<String, Integer> NUMBERS =
      Map.of(
          "hour",
          4,
          "lat",
          5,
          "long",
          6,
          "pressure",
          10,
          "wind",
          9,
          "hurricane_force_diameter",
          12);

  @TempDir private Path folder;

  @Test
  void aPipelineFileTheDataStreamApiAndTheCoreAloneEndInTheSameModels() throws Exception {
    String ofFile = ofPipelineFile();

    assertThat(ofDataStream()).isEqualTo(ofFile);
    assertThat(ofCore()).isEqualTo(ofFile);
  }

  private String ofPipelineFile() throws IOException {
    Path file = folder.resolve("storms.yaml");
    Files.writeString(file, PIPELINE);
    Cli run = Cli.run("evaluate", "-c", file.toString(), "--input", STORMS.toString(), "--json");
    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonNode result = new ObjectMapper().readTree(run.out());
    assertThat(result.path("dead_letters").asInt()).isZero();
    return result.path("models_sha256").asText();
  }

  /** A job with Flink's own defaults. */
  private static String ofDataStream() throws Exception {
    SortedMap<String, byte[]> models = new ConcurrentSkipListMap<>();
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(1, new Configuration());
    try (LocalSink sink = new LocalSink(record -> put(record, models))) {
      Millrace.pipeline(PIPELINE)
          .learn(
              env.fromData(rows()),
              (row, fields) -> {
                fields.set("month", row[MONTH]).set("status", row[STATUS]);
                NUMBERS.forEach((name, column) -> fields.set(name, number(row[column])));
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

  private static Double number(String cell) {
    return cell.equals("NA") ? null : Double.valueOf(cell);
  }

  /** A loop over the file: no Flink, no Kafka, no codec. */
  private static String ofCore() throws IOException {
    Settings settings = PipelineFile.parse("storms", PIPELINE, null);
    List<FeatureSpec> features = settings.input().spec().features();
    TrainSpec spec =
        TrainSpec.of("storms", "storms", settings.input().spec(), settings.model())
            .with(to -> to.metrics = settings.metrics());
    PrequentialEngine engine = new PrequentialEngine(spec, 64 << 20, ShapeChange.FAIL);
    Map<String, TrainState> states = new TreeMap<>();
    Chunk chunk = new Chunk();
    Example example = new Example();
    for (String[] row : rows()) {
      example.key = row[MONTH];
      example.label = row[STATUS];
      example.weight = 1;
      fill(example, features, row);
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
  private static void fill(Example example, List<FeatureSpec> features, String[] row) {
    example.resize(features.stream().mapToInt(FeatureSpec::width).sum());
    int next = 0;
    for (FeatureSpec feature : features) {
      Double number = number(row[NUMBERS.get(feature.name())]);
      example.features[next++] = number == null ? Float.NaN : number.floatValue();
      if (feature.nullable()) {
        example.features[next++] = number == null ? 1 : 0;
      }
    }
  }

  private static List<String[]> rows() throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(STORMS)), StandardCharsets.UTF_8))) {
      return lines.lines().skip(1).map(line -> line.replace("\"", "").split(",")).toList();
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
