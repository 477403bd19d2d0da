package dev.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.config.yaml.InvalidPipelineException;
import org.junit.jupiter.api.Test;

class EmbeddedPipelineTest {
  @Test
  void anEmptyTextIsAPipelineWithAllDefaults() {
    Settings settings = PipelineFile.parseEmbedded("pipeline", "", "cards", "verdict");

    assertThat(settings.pipeline()).isEqualTo("cards");
    assertThat(settings.input().spec().label()).isEqualTo("verdict");
    assertThat(settings.kafka()).isEmpty();
  }

  @Test
  void namesInThePipelineAreKept() {
    Settings settings =
        PipelineFile.parseEmbedded(
            "pipeline",
            """
            pipeline: fraud
            kafka: { bootstrap.servers: localhost:9092 }
            input: { label: fraud, task: binary }
            """,
            "cards",
            null);

    assertThat(settings.pipeline()).isEqualTo("fraud");
    assertThat(settings.input().spec().label()).isEqualTo("fraud");
    assertThat(settings.kafka()).containsEntry("bootstrap.servers", "localhost:9092");
  }

  @Test
  void fieldsHaveAnyName() {
    Settings settings =
        PipelineFile.parseEmbedded(
            "pipeline", "input: { key: card, id: order, event-time: at }", "cards", "verdict");

    assertThat(settings.input().spec().key()).isEqualTo("card");
    assertThat(settings.input().spec().eventTime()).isEqualTo("at");
  }

  @Test
  void errorsHaveTheNameOfTheTextAndItsLines() {
    assertThatThrownBy(
            () -> PipelineFile.parseEmbedded("pipeline", "\nmodel: atuo\n", "cards", "verdict"))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining("pipeline:2")
        .hasMessageContaining("auto");
    assertThatThrownBy(() -> PipelineFile.parseEmbedded("pipeline", "- a", "cards", "verdict"))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessage("pipeline must be a map of options, but this is a list");
  }

  @Test
  void aLabelThatNothingNamesIsAnError() {
    assertThatThrownBy(() -> PipelineFile.parseEmbedded("pipeline", "", "cards", null))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining("input.label");
  }
}
