package dev.millrace.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.report.Reasons;
import dev.millrace.report.Reasons.Contribution;
import dev.millrace.testing.Specs;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExplainerTest {
  private static final int INPUTS = 6;
  private static final List<String> NAMES = List.of("a", "b", "c");
  private static final ModelSpec LINEAR =
      NetworkSpec.of(new Optimizer.Sgd(0.05f, 0f, false))
          .with(
              to -> {
                to.normalization = new Normalization(Normalization.Kind.STANDARD, 0.001f, 4f);
                to.seed = 3;
              });

  private final SplittableRandom random = new SplittableRandom(5);
  private final float[] row = new float[INPUTS];

  @ParameterizedTest
  @EnumSource(AutoSpec.Tier.class)
  void contributionsAndBaseAddUpToTheLogOdds(AutoSpec.Tier tier) {
    addUpToTheLogOdds(auto(tier), 2);
    addUpToTheLogOdds(auto(tier), 3);
  }

  @Test
  void contributionsOfANetworkAddUpToTheLogOdds() {
    addUpToTheLogOdds(Specs.small(5), 2);
    addUpToTheLogOdds(Specs.small(1), 3);
  }

  private void addUpToTheLogOdds(ModelSpec spec, int classes) {
    OnlineModel model = create(spec, Task.MULTICLASS, classes, INPUTS);
    Explainer explainer = new Explainer(RowColumns.of(InputSpec.DEFAULT, INPUTS));
    float[] out = new float[classes];
    int explained = 0;
    for (int i = 0; i < 400; i++) {
      int label = nextRow(classes);
      explainer.predict(model, row, 0);
      model.learnClass(row, 0, label, 1, out);
      int predicted = i % classes;
      Reasons reasons = explainer.explainClass(NAMES, out, classes, predicted, true, INPUTS);
      double others = 0; // 1 - p cancels the digits of a float
      for (int c = 0; c < classes; c++) {
        others += c == predicted ? 0 : out[c];
      }
      assertThat(sum(reasons)).isCloseTo(Math.log(out[predicted] / others), within(1e-5));
      assertThat(reasons.className()).isEqualTo(NAMES.get(predicted));
      explained += reasons.columns().size();
    }
    assertThat(explained).isGreaterThan(300 * INPUTS / 2);
  }

  @ParameterizedTest
  @EnumSource(AutoSpec.Tier.class)
  void contributionsAndBaseAddUpToTheValue(AutoSpec.Tier tier) {
    OnlineModel model = create(auto(tier), Task.REGRESSION, 0, INPUTS);
    Explainer explainer = new Explainer(RowColumns.of(InputSpec.DEFAULT, INPUTS));
    float[] out = new float[PredictedValue.FLOATS];
    for (int i = 0; i < 400; i++) {
      nextRow(2);
      explainer.predict(model, row, 0);
      model.learnValue(row, 0, 5 * row[0] - 3 * row[1] + 100, 1, out);
      double value = PredictedValue.read(out, 0);
      Reasons reasons = explainer.explainValue(value, 3);
      if (i == 0) {
        assertThat(reasons).isNull();
      } else {
        assertThat(sum(reasons)).isCloseTo(value, within(1e-5));
        assertThat(reasons.columns()).hasSizeLessThanOrEqualTo(3);
      }
    }
  }

  @Test
  void aLinearModelIsExplainedByItsWeights() {
    OnlineModel model = create(LINEAR, Task.BINARY, 2, INPUTS);
    float[] out = new float[2];
    for (int i = 0; i < 500; i++) {
      int label = nextRow(2);
      model.learnClass(row, 0, label, 1, out);
    }
    Explainer explainer = new Explainer(RowColumns.of(InputSpec.DEFAULT, INPUTS));
    for (int f = 0; f < INPUTS; f++) {
      row[f] = f - 2.5f;
    }
    explainer.predict(model, row, 0);
    model.predictNext(row, 0, out);
    Reasons reasons = explainer.explainClass(NAMES, out, 2, 1, true, INPUTS);

    // What one column alone adds to the base is what it adds to all others.
    for (Contribution column : reasons.columns()) {
      int feature = Integer.parseInt(column.column().substring("input ".length()));
      float[] alone = new float[2];
      float[] known = unknownBut(feature);
      model.predictVariants(row, 0, 1, index -> known, alone);
      double odds = Math.log(alone[1] / (1 - (double) alone[1]));
      assertThat(column.value()).isCloseTo(odds - reasons.base(), within(1e-4));
    }
    assertThat(reasons.columns()).hasSize(INPUTS);
  }

  private float[] unknownBut(int feature) {
    float[] known = new float[INPUTS];
    for (int f = 0; f < INPUTS; f++) {
      known[f] = f == feature ? row[f] : Float.NaN;
    }
    return known;
  }

  @Test
  void explainingChangesNoBitOfTheModel() throws IOException {
    // Ferns and scales of heavy tails start after 100 records.
    for (ModelSpec spec : List.of(auto(AutoSpec.Tier.ACCURATE), Specs.small(5))) {
      OnlineModel model = create(spec, Task.MULTICLASS, 3, INPUTS);
      float[] out = new float[3];
      for (int i = 0; i < 150; i++) {
        int label = nextRow(3);
        row[0] = (float) Math.exp(3 * row[0]);
        model.learnClass(row, 0, label, 1, out);
      }
      byte[] before = bytes(model);

      new Explainer(RowColumns.of(InputSpec.DEFAULT, INPUTS)).predict(model, row, 0);

      assertThat(bytes(model)).isEqualTo(before);
    }
  }

  @Test
  void columnsThatAreNotKnownContributeNothing() {
    FeatureSpec amount = new FeatureSpec("amount", FeatureSpec.Type.NUMERIC, true, List.of(), 0);
    FeatureSpec country =
        new FeatureSpec("country", FeatureSpec.Type.ONE_HOT, false, List.of("x", "y", "z"), 0);
    InputSpec input = InputSpec.DEFAULT.withFeatures(List.of(amount, country));
    OnlineModel model =
        create(
            ModelSpec.auto(1).withIndicators(Indicators.of(input)), Task.BINARY, 2, input.width());
    Explainer explainer = new Explainer(RowColumns.of(input, input.width()));
    float[] out = new float[2];
    for (int i = 0; i < 200; i++) {
      float[] known = {random.nextInt(3), 0, 0, 0, 0};
      known[2 + i % 3] = 1;
      model.learnClass(known, 0, i % 3 == 0 ? 1 : 0, 1, out);
    }

    float[] unknown = {Float.NaN, 0, Float.NaN, Float.NaN, Float.NaN};
    explainer.predict(model, unknown, 0);
    model.predictNext(unknown, 0, out);
    Reasons none = explainer.explainClass(NAMES, out, 2, 1, true, 5);
    assertThat(none.columns()).isEmpty();
    assertThat(none.base()).isEqualTo(none.total());

    // A missing value is information of its own.
    float[] missing = {Float.NaN, 1, 1, 0, 0};
    explainer.predict(model, missing, 0);
    model.predictNext(missing, 0, out);
    Reasons some = explainer.explainClass(NAMES, out, 2, 1, true, 5);
    assertThat(some.columns()).extracting(Contribution::column).first().isEqualTo("country");
    assertThat(sum(some)).isCloseTo(some.total(), within(1e-9));
  }

  @Test
  void columnsBeyondTheLimitAreExplainedTogether() {
    int inputs = RowColumns.MAX + 3;
    OnlineModel model = create(LINEAR, Task.BINARY, 2, inputs);
    Explainer explainer = new Explainer(RowColumns.of(InputSpec.DEFAULT, inputs));
    float[] wide = new float[inputs];
    float[] out = new float[2];
    for (int i = 0; i < 100; i++) {
      IntStream.range(0, inputs).forEach(f -> wide[f] = random.nextInt(5));
      model.learnClass(wide, 0, wide[inputs - 1] > 2 ? 1 : 0, 1, out);
    }
    explainer.predict(model, wide, 0);
    model.predictNext(wide, 0, out);
    Reasons reasons = explainer.explainClass(NAMES, out, 2, 1, true, RowColumns.MAX);

    assertThat(reasons.columns())
        .extracting(Contribution::column)
        .doesNotContain("input " + (inputs - 1));
    assertThat(reasons.others()).isNotZero();
    assertThat(sum(reasons)).isCloseTo(reasons.total(), within(1e-9));
  }

  private static ModelSpec auto(AutoSpec.Tier tier) {
    return ModelSpec.auto(7, AutoSpec.of(tier), ClassWeights.NONE);
  }

  private OnlineModel create(ModelSpec spec, Task task, int classes, int inputs) {
    return Models.create(spec, task, inputs, classes, 1, new Workspace());
  }

  private int nextRow(int classes) {
    for (int f = 0; f < INPUTS; f++) {
      row[f] = (float) (random.nextDouble() * 4 - 2);
    }
    double sum = row[0] + row[1] * row[2];
    return classes == 2 ? (sum > 0 ? 1 : 0) : sum < -1 ? 0 : sum < 1 ? 1 : 2;
  }

  private static double sum(Reasons reasons) {
    return reasons.base()
        + reasons.columns().stream().mapToDouble(Contribution::value).sum()
        + reasons.others();
  }

  private static byte[] bytes(OnlineModel model) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    model.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }
}
