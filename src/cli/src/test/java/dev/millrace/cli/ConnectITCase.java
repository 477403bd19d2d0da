package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.testing.CommittedRecords;
import dev.millrace.testing.MillraceProcess;
import dev.millrace.testing.Patience;
import dev.millrace.testing.Programs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.cli.ConnectStandalone;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.transforms.Transformation;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples for Kafka Connect, by Connect itself. */
class ConnectITCase {
  private static final Path EXAMPLES = Path.of("examples", "connect");
  private static final int PAYMENTS = 12_000;

  @TempDir private Path dir;

  @Test
  void theLinesOfAFileBecomeExamples() throws Exception {
    Path python = Programs.require("python3", "python3");
    Process generator =
        new ProcessBuilder(python.toString(), "-B", "examples/card-fraud/payments.py").start();
    String csv = new String(generator.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Files.writeString(dir.resolve("payments.txt"), csv.substring(csv.indexOf('\n') + 1));
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      Path pipeline = example("payments.yaml", kafka);
      assertThat(Cli.run("topics", "create", "-c", pipeline.toString()).exitCode()).isZero();
      List<String> files =
          List.of(
              example("standalone.properties", kafka).toString(),
              example("payments-file.json", kafka).toString());
      try (MillraceProcess connect =
          MillraceProcess.start(dir, "connect", ConnectStandalone.class, List.of(), files)) {
        Awaitility.await()
            .atMost(Patience.MAX)
            .until(
                () ->
                    !connect.isAlive()
                        || CommittedRecords.read(kafka.bootstrapServers(), "payments").size()
                            == PAYMENTS);
        assertThat(connect.isAlive()).as(() -> connect.out() + connect.err()).isTrue();
      }

      assertThat(Story.learn(pipeline, dir.resolve("state"))).isEqualTo(PAYMENTS);
    }
  }

  /** Behind Debezium's own transform, which makes a row of a change; a database is not here. */
  @Test
  void aRowOfATableBecomesTheRecordThatThePageShows() throws Exception {
    JsonNode config =
        new ObjectMapper()
            .readTree(EXAMPLES.resolve("payments-source.json").toFile())
            .path("config");
    SourceRecord record = row();

    for (String name : config.path("transforms").asText().replaceFirst("^row,", "").split(",")) {
      record = transformation(config, name).apply(record);
    }

    assertThat(record.topic()).isEqualTo("payments");
    byte[] key =
        converter(config, "key.converter", true)
            .fromConnectData(record.topic(), record.keySchema(), record.key());
    byte[] value =
        converter(config, "value.converter", false)
            .fromConnectData(record.topic(), record.valueSchema(), record.value());
    assertThat(Files.readString(Path.of("docs", "send-data.md")))
        .contains(text(key) + "  " + text(value));
  }

  private static SourceRecord row() {
    Schema schema =
        SchemaBuilder.struct()
            .field("id", Schema.INT64_SCHEMA)
            .field("shop", Schema.STRING_SCHEMA)
            .field("amount", Schema.FLOAT64_SCHEMA)
            .field("card", Schema.STRING_SCHEMA)
            .field("paid_at", Timestamp.SCHEMA)
            .field("verdict", Schema.STRING_SCHEMA)
            .build();
    Struct row =
        new Struct(schema)
            .put("id", 4711L)
            .put("shop", "shop-17")
            .put("amount", 12.5)
            .put("card", "visa")
            .put("paid_at", Timestamp.toLogical(Timestamp.SCHEMA, 1795598043120L))
            .put("verdict", "ok");
    return new SourceRecord(Map.of(), Map.of(), "shop.public.payments", 0, schema, row);
  }

  @SuppressWarnings("unchecked")
  private static Transformation<SourceRecord> transformation(JsonNode config, String name)
      throws ReflectiveOperationException {
    Map<String, String> options = options(config, "transforms." + name + ".");
    Transformation<SourceRecord> transformation =
        Class.forName(options.get("type"))
            .asSubclass(Transformation.class)
            .getDeclaredConstructor()
            .newInstance();
    transformation.configure(options);
    return transformation;
  }

  private static Converter converter(JsonNode config, String name, boolean isKey)
      throws ReflectiveOperationException {
    Converter converter =
        Class.forName(config.path(name).asText())
            .asSubclass(Converter.class)
            .getDeclaredConstructor()
            .newInstance();
    converter.configure(options(config, name + "."), isKey);
    return converter;
  }

  private static Map<String, String> options(JsonNode config, String prefix) {
    Map<String, String> options = new HashMap<>();
    config
        .properties()
        .forEach(
            option -> {
              if (option.getKey().startsWith(prefix)) {
                options.put(option.getKey().substring(prefix.length()), option.getValue().asText());
              }
            });
    return options;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** A file of the example with this test's broker, files, and a port of its own. */
  private Path example(String name, EmbeddedKafka kafka) throws IOException {
    String text =
        Files.readString(EXAMPLES.resolve(name))
            .replace("localhost:9092", kafka.bootstrapServers())
            .replace("127.0.0.1:8083", "127.0.0.1:0")
            .replace("=connect.offsets", "=" + dir.resolve("connect.offsets"))
            .replace("\"payments.txt\"", "\"" + dir.resolve("payments.txt") + "\"")
            // On the class path of the tests.
            .replaceFirst("(?m)^plugin.path=.*\\n", "");
    return Files.writeString(dir.resolve(name), text);
  }
}
