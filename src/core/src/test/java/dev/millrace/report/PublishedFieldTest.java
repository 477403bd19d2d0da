package dev.millrace.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.report.Prediction.OfValue;
import dev.millrace.testing.GeneratedPage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Generates what docs/asyncapi.yaml says of the published components of predictions. */
class PublishedFieldTest {
  private static final Path ASYNC_API = Path.of("docs", "asyncapi.yaml");
  private static final List<PublishedField> FIELDS = PublishedField.of(Prediction.class);

  @Test
  void theSchemaOfPredictionsHasEachField() throws IOException {
    String lines = FIELDS.stream().map(PublishedFieldTest::property).collect(Collectors.joining());

    GeneratedPage.requireLines(
        ASYNC_API,
        "        # Published components of Prediction, which PublishedFieldTest writes.",
        "        # End.",
        lines,
        PublishedFieldTest.class);
  }

  @Test
  void theSchemaOfPredictionsRequiresEachFieldThatIsNeverLeftOut() throws IOException {
    String required =
        Stream.concat(
                Stream.of("pipeline", "key", "event_time"),
                FIELDS.stream()
                    .filter(field -> !field.declaration().optional())
                    .map(PublishedField::name))
            .collect(Collectors.joining(", "));

    GeneratedPage.requireLines(
        ASYNC_API,
        "    prediction:\n      type: object",
        "      additionalProperties: false",
        "      required: [" + required + "]\n",
        PublishedFieldTest.class);
  }

  @Test
  void aFieldHasTheValueOfItsComponentUnlessItIsLeftOut() {
    ModelVersion version = new ModelVersion(41, 369, "b1");
    Prediction prediction =
        new Prediction(
            "p", "k", null, 1, 0, 0, 0, new OfValue(1, 2), null, false, version, null, null, null);

    assertThat(FIELDS)
        .extracting(PublishedField::name)
        .startsWith("model", "held_out", "model_version", "examples")
        .endsWith("config_hash");
    assertThat(FIELDS)
        .extracting(field -> field.valueOf(prediction))
        .startsWith(null, null, 41L, 369L)
        .endsWith("b1");
  }

  @Test
  void columnsThatAreNeverEmptyComeFirst() {
    assertThat(PublishedField.columns(Prediction.class))
        .extracting(PublishedField::name)
        .startsWith("model_version", "examples")
        .endsWith("held_out");
  }

  private static String property(PublishedField field) {
    Published declaration = field.declaration();
    String type =
        !declaration.schema().isEmpty()
            ? "$ref: \"#/components/schemas/%s\"".formatted(declaration.schema())
            : "type: %s, description: \"%s\"".formatted(type(field.type()), declaration.doc());
    return "        %s: { %s }\n".formatted(field.name(), type);
  }

  private static String type(Class<?> type) {
    return type == long.class ? "integer" : type == boolean.class ? "boolean" : "string";
  }
}
