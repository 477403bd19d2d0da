package dev.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.data.Task;
import dev.millrace.input.ForecastSpec;
import dev.millrace.input.ForecastSpec.Step;
import dev.millrace.input.InputSpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Forecasts in the pipeline file. */
class PipelineFileForecastTest {

  private static InputSpec input(String input, String forecast) {
    String yaml =
        """
        pipeline: demand
        kafka: { bootstrap.servers: localhost:9092 }
        input: { format: json%s }
        forecast: { %s }
        """
            .formatted(input, forecast);
    return PipelineFile.parse("demand.yaml", yaml, null).input().spec();
  }

  @Test
  void theColumnIsTheLabelAndFeaturesMayBeMissing() {
    InputSpec input = input(", key: shop", "column: sold, horizons: [24, 1], season: [168, 24]");

    assertThat(input.label()).isEqualTo("sold");
    assertThat(input.task()).isEqualTo(Task.REGRESSION);
    assertThat(input.forecast())
        .isEqualTo(
            new ForecastSpec(
                "sold",
                false,
                List.of(new Step("1", 1), new Step("24", 24)),
                List.of(new Step("24", 24), new Step("168", 168))));
    assertThat(input.width()).isEqualTo(input.forecast().inputs().size()).isPositive();
  }

  @Test
  void stepsMayBeTimes() {
    InputSpec input = input("", "column: sold, horizons: 90m, season: [1d, 7d]");

    assertThat(input.forecast().ofTime()).isTrue();
    assertThat(input.forecast().horizons()).containsExactly(new Step("90m", 90 * 60_000));
    assertThat(input.forecast().horizon("shop@17@90m")).isEqualTo(new Step("90m", 90 * 60_000));
    assertThat(ForecastSpec.series("shop@17@90m")).isEqualTo("shop@17");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          , label: sold    | column: sold, horizons: 1       | demand.yaml:3  input.label has no place next to forecast: the label is the value of forecast.column that comes later. Remove it
          , task: binary   | column: sold, horizons: 1       | demand.yaml:3  input.task must be regression to forecast numbers. Remove it
          , task: regression | horizons: 1                   | demand.yaml:4  forecast.column is missing. Add it, for example: column: sold
          , task: regression | column: sold                  | demand.yaml:4  forecast.horizons is missing. Add it, for example: horizons: [1, 24]
          , task: regression | column: sold, horizons: [1, 0] | demand.yaml:4  forecast.horizons must be a list of 1 to 16 different numbers of records (1 to 16000) or times (such as 1h, 7d), but one of them is 0
          , task: regression | column: sold, horizons: [1, 1] | demand.yaml:4  forecast.horizons must be a list of 1 to 16 different numbers of records (1 to 16000) or times (such as 1h, 7d), but has one twice
          , task: regression | column: sold, horizons: [1, 1d] | demand.yaml:4  forecast.horizons must be all numbers of records, or all times
          , task: regression | column: sold, horizons: 1h, season: 24 | demand.yaml:4  forecast.season must be times, such as 1d, as forecast.horizons are
          """)
  void errorsNameTheOptionAndTheWayOut(String input, String forecast, String error) {
    assertThatThrownBy(() -> input(input == null ? "" : input, forecast))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining(error);
  }

  @Test
  void rowsOfSqlHaveTheirLabel() {
    assertThatThrownBy(
            () ->
                PipelineFile.parseEmbedded(
                    "model", "forecast: { column: sold, horizons: 1 }", "demand", "sold"))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining("forecast is not supported in SQL");
  }

  @Test
  void otherHorizonsAndSeasonsAreAnotherConfiguration() {
    String hash = hash("column: sold, horizons: 1");

    assertThat(hash("column: sold, horizons: 1")).isEqualTo(hash);
    assertThat(hash("column: sold, horizons: 2")).isNotEqualTo(hash);
    assertThat(hash("column: sold, horizons: 1, season: 24")).isNotEqualTo(hash);
  }

  private static String hash(String forecast) {
    return PipelineFile.parseMapped(
            "pipeline: demand\ninput: { key: shop }\nforecast: { %s }".formatted(forecast))
        .configHash();
  }
}
