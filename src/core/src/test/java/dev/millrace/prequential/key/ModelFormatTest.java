package dev.millrace.prequential.key;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.FeatureSpec;
import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.Workspace;
import dev.millrace.testing.Records;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ModelFormatTest {

  @Test
  void oneWorkspaceDistinguishesTheColumnsOfTwoInputs() {
    InputSpec amount = of("amount");
    InputSpec country = of("country");
    Workspace workspace = new Workspace();

    for (InputSpec input : List.of(amount, amount, country, of("amount"), country)) {
      assertThat(ModelFormat.columns(input, workspace)).isEqualTo(ModelFormat.columns(input));
    }
    assertThat(ModelFormat.columns(amount)).isNotEqualTo(ModelFormat.columns(country));
    assertThat(ModelFormat.columns(Records.undeclared(), workspace))
        .isEqualTo(ModelFormat.NO_COLUMNS);
  }

  @Test
  void theColumnsCoverTheOptionsOfIdsAndTheCrosses() {
    InputSpec once = ofIds(new IdOptions(1, 1, 0, 1), "|");
    InputSpec crossed = once.with(to -> to.crosses = List.of(List.of("a", "b")));
    InputSpec reversed = once.with(to -> to.crosses = List.of(List.of("b", "a")));

    assertThat(
            Stream.of(once, crossed, reversed, ofIds(new IdOptions(1, 2, 0, 1), "|"))
                .map(ModelFormat::columns))
        .doesNotHaveDuplicates();
    assertThat(ModelFormat.columns(ofIds(new IdOptions(1, 1, 0, 1), ",")))
        .as("a separator is how records are written")
        .isEqualTo(ModelFormat.columns(once));
  }

  private static InputSpec ofIds(IdOptions options, String separator) {
    return Records.spec(
        null,
        List.of(),
        Stream.of("a", "b")
            .map(
                name ->
                    new FeatureSpec(
                        name, FeatureSpec.Type.SET, false, List.of(), 0, options, separator))
            .toList());
  }

  private static InputSpec of(String feature) {
    FeatureSpec column = new FeatureSpec(feature, FeatureSpec.Type.NUMERIC, false, List.of(), 0);
    return Records.spec(null, List.of(), List.of(column));
  }
}
