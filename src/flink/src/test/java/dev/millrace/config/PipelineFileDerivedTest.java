package dev.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.input.DerivedFeature;
import dev.millrace.input.DerivedFeature.Aggregate;
import dev.millrace.input.DerivedFeature.Lags;
import dev.millrace.input.DerivedFeature.Since;
import dev.millrace.input.DerivedFeature.Smoothed;
import dev.millrace.input.DerivedFeature.Unit;
import dev.millrace.input.DerivedFeature.Window;
import dev.millrace.input.InputSpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code input.derived} in the pipeline file. */
class PipelineFileDerivedTest {
  private static final String HEAD =
      """
      pipeline: demand
      kafka: { bootstrap.servers: localhost:9092 }
      input:
        format: json
        label: sold
        task: regression
      """;

  private static InputSpec input(String more) {
    return PipelineFile.parse("demand.yaml", HEAD + more, null).input().spec();
  }

  private static DerivedFeature feature(String options) {
    return input("  derived: [{ " + options + " }]").derived().get(0);
  }

  private static String error(String more) {
    return errorOf(HEAD + more);
  }

  private static String errorOf(String yaml) {
    try {
      PipelineFile.parse("demand.yaml", yaml, null);
    } catch (InvalidPipelineException e) {
      return e.getMessage();
    }
    throw new AssertionError("the file is valid");
  }

  @Test
  void eachComputationHasItsOptions() {
    assertThat(feature("lag: sold, steps: [1, 24]"))
        .isEqualTo(derived("sold", new Lags(List.of(1L, 24L), false, false)));
    assertThat(feature("lag: price"))
        .isEqualTo(derived("price", new Lags(List.of(1L), false, false)));
    assertThat(feature("lag: price, ago: 1d"))
        .isEqualTo(derived("price", new Lags(List.of(86_400_000L), true, false)));
    assertThat(feature("change: price, steps: 2"))
        .isEqualTo(derived("price", new Lags(List.of(2L), false, true)));
    assertThat(feature("window: price, of: 1h, by: shop, do: [count, max]"))
        .isEqualTo(
            derived(
                "price",
                new Window(3_600_000, Unit.MILLIS, List.of(Aggregate.COUNT, Aggregate.MAX), 0),
                "shop"));
    assertThat(feature("window: sold, of: 20"))
        .isEqualTo(derived("sold", new Window(20, Unit.RECORDS, List.of(Aggregate.MEAN), 0)));
    assertThat(feature("window: sold, of: all, by: [shop, hour-of-day], smoothing: 5"))
        .isEqualTo(
            derived(
                "sold",
                new Window(0, Unit.ALL, List.of(Aggregate.MEAN), 5),
                "shop",
                "hour-of-day"));
    assertThat(feature("ewm: price, half-life: 10, do: [mean, std]"))
        .isEqualTo(
            derived("price", new Smoothed(10, false, List.of(Aggregate.MEAN, Aggregate.STD))));
    assertThat(feature("since: last, by: shop"))
        .isEqualTo(new DerivedFeature(null, List.of("shop"), new Since()));
  }

  private static DerivedFeature derived(
      String column, DerivedFeature.Computation computation, String... by) {
    return new DerivedFeature(column, List.of(by), computation);
  }

  @Test
  void theyAreInputsBehindTheDeclaredFeatures() {
    InputSpec input =
        input("  features: [price]\n  derived: [{ lag: sold, steps: [1, 7] }, { lag: price }]");

    assertThat(input.width()).isEqualTo(4);
    assertThat(input.slotNames()).containsExactly("sold_lag_1", "sold_lag_7", "price_lag_1");
    assertThat(input.expertInputs()).as("those of the label").containsExactly(1, 2);
    assertThat(input.carried()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          steps: 1                                 | must have one of lag, change, window, ewm, since, but has none
          lag: a, ewm: b                           | must have one of lag, change, window, ewm, since, but has lag, ewm
          lag: a, steps: [0]                       | steps must be whole numbers from 1 to 10000, but one is "0"
          lag: a, ago: soon                        | ago must be times from 1s to 3650d, such as [1h, 1d], but one is "soon"
          lag: a, ago: 1h, steps: 1                | ago excludes steps. Remove one of them
          window: a                                | of must be a number of values up to 1000, a time such as 1h, or all, but was ""
          window: a, of: 1h, do: [median]          | do has "median"; allowed are count, sum, mean, min, max, std, distinct, rate
          window: sold, of: 1h, do: [distinct]     | do has distinct, which does not apply to labels. Remove it
          window: a, of: 5, do: [max], smoothing: 3 | smoothing applies only to mean, which do does not have
          ewm: a, half-life: 10, do: [rate]        | do has rate, which needs a half-life in time, such as 1h
          ewm: a, half-life: 10, of: 5             | of applies only to window. Remove it
          lag: a, by: sold                         | by has the label, which is not known when the record comes. Name another field
          since: first                             | since must be last, but was "first"
          lag: a, step: 1                          | step is not an option. Did you mean "steps"?
          """)
  void anErrorNamesTheOptionAndTheRemedy(String options, String message) {
    assertThat(error("  derived: [{ " + options + " }]"))
        .contains("demand.yaml:7")
        .contains("input.derived[0]")
        .contains(message);
  }

  @Test
  void aFeatureThatIsThereTwiceIsRejected() {
    assertThat(error("  derived:\n    - { lag: a, steps: [1, 2] }\n    - { lag: a, steps: 2 }"))
        .contains("demand.yaml:9  input.derived[1] is a_lag_2 a second time. Remove it");
  }

  @Test
  void labelsThatAreClassesNeedOneThatCounts() {
    String derived = "  derived: [{ window: sold, of: all }]\n";
    String classes = HEAD.replace("regression", "binary");

    assertThat(errorOf(classes + derived))
        .contains("input.derived use the label, whose values count as numbers");
    PipelineFile.parse("demand.yaml", classes + "  positive-class: \"yes\"\n" + derived, null);
  }

  @Test
  void columnsThatTheLinesDoNotHaveAreNamed() {
    assertThat(
            errorOf(
                HEAD.replace("json", "csv")
                    + "  columns: [sold, shop]\n  derived: [{ lag: price, by: shp }]"))
        .contains("\"price\" is not one of input.columns")
        .contains("\"shp\" is not one of input.columns. Did you mean \"shop\"?");
  }
}
