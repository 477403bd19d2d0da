package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import dev.millrace.codec.DeadLetterEncoder;
import dev.millrace.codec.OutputRecord;
import dev.millrace.codec.json.CommandJson;
import dev.millrace.codec.json.EventJson;
import dev.millrace.codec.json.MetricsJson;
import dev.millrace.codec.json.PredictionJson;
import dev.millrace.codec.json.SummaryJson;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.ModelCommand;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.ModelEvent;
import dev.millrace.report.Prediction;
import dev.millrace.report.SummaryReport;
import dev.millrace.testing.Records;
import dev.millrace.testing.SamplePredictions;
import dev.millrace.testing.SampleRecords;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** docs/asyncapi.yaml is valid, and describes what the code writes: no field more, none less. */
class AsyncApiTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final Path DOCUMENT = Path.of("docs", "asyncapi.yaml");

  private static JsonNode document;

  @BeforeAll
  static void read() throws IOException {
    document = YAML.readTree(Files.readString(DOCUMENT));
  }

  @Test
  void theDocumentIsValidAsyncApi() throws IOException {
    try (InputStream in =
        new GZIPInputStream(AsyncApiTest.class.getResourceAsStream("/asyncapi/3.0.0.json.gz"))) {
      JsonSchema schema = JsonSchemaFactory.getInstance(VersionFlag.V7).getSchema(in);

      assertThat(schema.validate(document)).isEmpty();
    }
  }

  @Test
  void theDocumentHasTheTopicsOfAPipeline() {
    Settings settings =
        PipelineFile.parse(
            "p.yaml",
            """
            pipeline: p
            kafka: { bootstrap.servers: a:1 }
            input: { label: y, task: regression, labels: { topic: p.labels } }
            models: { a: auto, b: { layers: [] } }
            output: { predictions: true, summary: true }
            """,
            null);
    Set<String> topics = new TreeSet<>(settings.output().topics());
    topics.addAll(settings.input().topics());

    Set<String> described = new TreeSet<>();
    document
        .path("channels")
        .forEach(
            channel -> described.add(channel.path("address").asText().replace("{pipeline}", "p")));

    assertThat(described).isEqualTo(topics);
    assertThat(document.path("operations")).hasSameSizeAs(document.path("channels"));
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    assertThat(document.findValuesAsText("$ref"))
        .isNotEmpty()
        .allSatisfy(
            reference -> {
              if (reference.startsWith("#")) {
                assertThat(document.at(reference.substring(1)).isMissingNode()).isFalse();
              } else {
                assertThat(DOCUMENT.resolveSibling(reference)).exists();
              }
            });
  }

  @Test
  void metricsAreDescribed() throws IOException {
    MetricsJson json = new MetricsJson();
    List<JsonNode> records = new ArrayList<>();
    for (MetricsReport report : SampleRecords.of(MetricsReport.class)) {
      records.add(JSON.readTree(json.encode(report)));
    }

    assertDescribed("metrics", records);
  }

  @Test
  void predictionsAreDescribed() throws IOException {
    PredictionJson json = new PredictionJson();
    List<JsonNode> records = new ArrayList<>();
    for (Prediction prediction : SamplePredictions.all()) {
      records.add(JSON.readTree(json.encode(prediction)));
    }

    assertDescribed("prediction", records);
  }

  @Test
  void eventsAreDescribed() throws IOException {
    EventJson json = new EventJson();
    List<JsonNode> records = new ArrayList<>();
    for (ModelEvent event : SampleRecords.of(ModelEvent.class)) {
      records.add(JSON.readTree(json.encode(event)));
    }

    assertDescribed("event", records);
    Set<String> told = new TreeSet<>();
    records.forEach(record -> told.add(record.path("event").asText()));
    assertThat(texts(document.at("/components/schemas/event/properties/event/enum")))
        .isEqualTo(told);
  }

  @Test
  void commandsAreDescribed() throws IOException {
    List<JsonNode> records = new ArrayList<>();
    for (ModelCommand command : SampleRecords.of(ModelCommand.class)) {
      records.add(JSON.readTree(CommandJson.encode(command)));
    }

    assertDescribed("command", records);
  }

  @Test
  void theSummaryIsDescribed() throws IOException {
    List<JsonNode> records = new ArrayList<>();
    for (SummaryReport report : SampleRecords.of(SummaryReport.class)) {
      records.add(JSON.readTree(SummaryJson.encode(report)));
    }

    assertDescribed("summary", records);
  }

  @Test
  void theHeadersOfDeadLettersAreDescribed() {
    JsonNode headers = document.at("/components/schemas/deadLetterHeaders");
    Set<String> written = new TreeSet<>();
    for (int maxBytes : new int[] {1_000_000, 0}) {
      DeadLetter letter =
          new DeadLetter(
              Records.record("k", new byte[9], 1),
              DeadLetterReason.MALFORMED_RECORD,
              "why",
              "java.io.IOException");
      OutputRecord record = DeadLetterEncoder.encode(letter, "p", maxBytes);
      Arrays.stream(record.headerNames())
          .filter(name -> name.startsWith(DeadLetterEncoder.PREFIX))
          .forEach(written::add);
    }

    assertThat(names(headers.path("properties"))).isEqualTo(written);
    assertThat(texts(headers.at("/properties/__millrace.errors.reason/enum")))
        .isEqualTo(
            new TreeSet<>(Stream.of(DeadLetterReason.values()).map(DeadLetterReason::id).toList()));
  }

  /** Each record is valid, and each property that the schema describes is in one of them. */
  private static void assertDescribed(String name, List<JsonNode> records) {
    ObjectNode schema = JSON.createObjectNode();
    schema.putArray("allOf").addObject().put("$ref", "#/components/schemas/" + name);
    schema.set("components", document.path("components"));
    JsonSchema payload = JsonSchemaFactory.getInstance(VersionFlag.V7).getSchema(schema);
    Set<String> met = new LinkedHashSet<>();
    for (JsonNode record : records) {
      assertThat(payload.validate(record)).as("%s", record).isEmpty();
      collect(record, met);
    }
    Set<String> described = new TreeSet<>();
    describe(document.at("/components/schemas/" + name), described);

    assertThat(met).as("names in the records").containsAll(described);
  }

  private static void collect(JsonNode value, Set<String> met) {
    if (value.isObject()) {
      for (Map.Entry<String, JsonNode> property : value.properties()) {
        met.add(property.getKey());
        collect(property.getValue(), met);
      }
    } else if (value.isArray()) {
      value.forEach(item -> collect(item, met));
    }
  }

  private static void describe(JsonNode schema, Set<String> described) {
    JsonNode reference = schema.path("$ref");
    if (reference.isTextual()) {
      describe(document.at(reference.textValue().substring(1)), described);
      return;
    }
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      described.add(property.getKey());
      describe(property.getValue(), described);
    }
    schema.path("oneOf").forEach(each -> describe(each, described));
    if (schema.path("additionalProperties").isObject()) {
      describe(schema.path("additionalProperties"), described);
    }
    if (schema.has("items")) {
      describe(schema.path("items"), described);
    }
  }

  private static Set<String> names(JsonNode properties) {
    Set<String> names = new TreeSet<>();
    properties.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static Set<String> texts(JsonNode array) {
    Set<String> texts = new TreeSet<>();
    array.forEach(item -> texts.add(item.asText()));
    return texts;
  }
}
