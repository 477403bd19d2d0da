package dev.millrace.input;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.FeatureSpec;
import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.data.Task;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.testing.Records;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputSpecTest {

  private static final FeatureSpec AGE =
      new FeatureSpec("age", FeatureSpec.Type.NUMERIC, true, List.of(), 0);
  private static final FeatureSpec PLAN =
      new FeatureSpec("plan", FeatureSpec.Type.ONE_HOT, false, List.of("a", "b", "c"), 0);

  @Test
  void theWidthIsTheCountOfNumbersOfAllFeatures() {
    InputSpec spec = Records.spec(Task.BINARY, List.of(), List.of(AGE, PLAN));

    assertThat(spec.width()).as("a number, whether it is missing, and three classes").isEqualTo(5);
    InputSpec first = spec.with(to -> to.features = List.of(AGE));
    assertThat(first.width()).isEqualTo(2);
    assertThat(first).isEqualTo(Records.spec(Task.BINARY, List.of(), List.of(AGE)));
    assertThat(spec.with(to -> to.task = Task.MULTICLASS))
        .isEqualTo(Records.spec(Task.MULTICLASS, List.of(), List.of(AGE, PLAN)));
  }

  @Test
  void indicatorsAreOneHotHashedAndBooleanFeaturesAndMarksOfMissingValues() {
    FeatureSpec user = new FeatureSpec("user", FeatureSpec.Type.HASH, true, List.of(), 2);
    FeatureSpec time = new FeatureSpec("time", FeatureSpec.Type.TIME, false, List.of(), 0);
    FeatureSpec open = new FeatureSpec("open", FeatureSpec.Type.BOOLEAN, false, List.of(), 0);
    InputSpec spec = Records.spec(Task.BINARY, List.of(), List.of(AGE, PLAN, user, time, open));

    int clock = 8;
    int last = clock + time.width();
    assertThat(Indicators.of(spec)).isEqualTo(Indicators.of(1, 2, 3, 4, 5, 6, 7, last));
    assertThat(Indicators.of(Records.spec(Task.BINARY, List.of(), List.of(time))))
        .isEqualTo(Indicators.NONE);
    Indicators hashed = Indicators.last(2, 5);
    assertThat(hashed).isEqualTo(Indicators.of(3, 4));
    assertThat(Indicators.of(spec).orElse(hashed)).isEqualTo(Indicators.of(spec));
    assertThat(Indicators.of(Records.undeclared()).orElse(hashed)).isEqualTo(hashed);
  }

  @Test
  void aCopyWithFewerFeaturesHasTheCrossesOfThese() {
    FeatureSpec user = FeatureSpec.ofIds("user", FeatureSpec.Type.ID, false, IdOptions.ONE);
    FeatureSpec ad = FeatureSpec.ofIds("ad", FeatureSpec.Type.ID, false, IdOptions.ONE);
    FeatureSpec site = FeatureSpec.ofIds("site", FeatureSpec.Type.ID, false, IdOptions.ONE);
    InputSpec spec =
        Records.spec(Task.BINARY, List.of(), List.of(user, ad, site))
            .with(to -> to.crosses = List.of(List.of("user", "ad"), List.of("site", "ad")));

    InputSpec fewer = spec.withFeatures(List.of(user, ad));

    assertThat(fewer.features()).containsExactly(user, ad);
    assertThat(fewer.crosses()).containsExactly(List.of("user", "ad"));
    assertThat(IdColumns.of(fewer).crosses()).containsExactly(new IdColumns.Cross(0, 1));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 2097152",
    "1048576, 2097152",
    "1048577, 2097154",
    "1500000000, 1073741823",
  })
  void twiceTheLargestRecordFitsTheOutput(int recordBytes, int expected) {
    assertThat(new InputSpec.Limits(recordBytes, 64, 10, 100).outputBytes()).isEqualTo(expected);
  }

  @Test
  void formatsAreSpeltAsInPipelineFiles() {
    assertThat(InputSpec.Format.CSV.id()).isEqualTo("csv");
    assertThat(InputSpec.Format.JSON.id()).isEqualTo("json");
  }

  @Test
  void aCopyWithOtherRecordBytesHasOutputBytesOfItsOwn() {
    InputSpec.Limits large = new InputSpec.Limits(10 << 20, 64, 10, 100).withIds(7);

    InputSpec.Limits small =
        new InputSpec.Limits(
            1 << 10, 64, 10, 100, large.ids(), large.groups(), 1, large.outputLimit());

    assertThat(large.outputBytes()).isEqualTo(20 << 20);
    assertThat(small.outputBytes()).isEqualTo(2 << 20);
    assertThat(small.withOutputBytes(500).outputBytes()).isEqualTo(500);
  }
}
