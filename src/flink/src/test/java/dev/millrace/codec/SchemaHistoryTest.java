package dev.millrace.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.codec.fields.ExampleSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.junit.jupiter.api.Test;

/** Every released version of the example schema can be read as every other one. */
class SchemaHistoryTest {
  private static final Path HISTORY = Path.of("schemas", "history");

  @Test
  void theHistoryIsFullTransitiveCompatible() throws IOException {
    List<Schema> versions = versions();
    versions.add(ExampleSchema.SCHEMA);

    for (Schema writer : versions) {
      for (Schema reader : versions) {
        assertThat(compatibility(reader, writer)).isEqualTo(SchemaCompatibilityType.COMPATIBLE);
        assertThat(SchemaComparison.of(writer, reader).isCompatible()).isTrue();
      }
    }
  }

  @Test
  void theNewestVersionIsTheSchema() throws IOException {
    List<Schema> versions = versions();

    assertThat(versions.get(versions.size() - 1))
        .as("add the changed schema to schemas/history as its next version")
        .isEqualTo(ExampleSchema.SCHEMA);
  }

  @Test
  void aFieldWithoutADefaultWouldBreakTheHistory() {
    String text = ExampleSchema.SCHEMA.toString();
    Schema changed =
        new Schema.Parser()
            .parse(text.replace("\"fields\":[", "\"fields\":[{\"name\":\"n\",\"type\":\"int\"},"));

    assertThat(compatibility(changed, ExampleSchema.SCHEMA))
        .isEqualTo(SchemaCompatibilityType.INCOMPATIBLE);
    assertThat(SchemaComparison.of(ExampleSchema.SCHEMA, changed).difference())
        .isEqualTo("n (int) is not written and has no default");
  }

  private static SchemaCompatibilityType compatibility(Schema reader, Schema writer) {
    return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getType();
  }

  private static List<Schema> versions() throws IOException {
    List<Schema> versions = new ArrayList<>();
    for (int version = 1; ; version++) {
      Path file = HISTORY.resolve("training_example.v" + version + ".avsc");
      if (!Files.exists(file)) {
        assertThat(versions).isNotEmpty();
        return versions;
      }
      versions.add(new Schema.Parser().parse(Files.readString(file)));
    }
  }
}
