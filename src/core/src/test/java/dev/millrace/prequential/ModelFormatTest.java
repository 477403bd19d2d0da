package dev.millrace.prequential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.FeatureSpec;
import dev.millrace.data.InputSpec;
import dev.millrace.nn.Workspace;
import dev.millrace.testing.Records;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelFormatTest {

  @Test
  void theColumnsOfTwoInputsAreToldApartInOneWorkspace() {
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

  private static InputSpec of(String feature) {
    FeatureSpec column = new FeatureSpec(feature, FeatureSpec.Type.NUMERIC, false, List.of(), 0);
    return Records.spec(null, List.of(), List.of(column));
  }
}
