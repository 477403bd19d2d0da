package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.Task;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.selection.ChampionChallenger;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.ModelStart;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.nn.spec.SelectionSpec.NamedModel;
import dev.millrace.nn.stored.ModelHeader;
import dev.millrace.nn.stored.ModelMismatchException;
import dev.millrace.testing.Summaries;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Stored models know which of their features are indicators. */
class StoredIndicatorsTest {
  private static final int INPUTS = 70;
  private static final Indicators STORED = Indicators.of(3, 4, 5, 69);

  private static final NetworkSpec NETWORK = ModelSpec.single(1);
  private static final ModelSpec MIXTURE =
      ModelSpec.auto(1, AutoSpec.of(AutoSpec.Tier.FAST), ClassWeights.NONE);
  private static final ModelSpec CONTEST =
      selection(new NamedModel("a", NETWORK), new NamedModel("b", MIXTURE));

  static List<ModelSpec> specs() {
    return List.of(NETWORK, MIXTURE, CONTEST);
  }

  @ParameterizedTest
  @MethodSource("specs")
  void aModelOfTheSameIndicatorsContinues(ModelSpec spec) throws IOException {
    byte[] stored = stored(spec.withIndicators(STORED));

    OnlineModel restored = read(stored, spec.withIndicators(STORED));

    assertThat(bytes(restored)).isEqualTo(stored);
    // Features behind those of the model are ones that it has yet to grow.
    Indicators more = Indicators.of(3, 4, 5, 69, INPUTS, 200);
    assertThat(bytes(read(stored, spec.withIndicators(more)))).isEqualTo(stored);
    assertThat(Summaries.of(restored)).isEqualTo(Summaries.of(read(stored(spec), spec)));
  }

  @ParameterizedTest
  @MethodSource("specs")
  void aModelOfOtherIndicatorsIsRejectedWithTheDifference(ModelSpec spec) throws IOException {
    byte[] stored = stored(spec.withIndicators(STORED));

    assertThatThrownBy(() -> read(stored, spec.withIndicators(Indicators.of(1, 2, 3, 4, 5, 9, 69))))
        .isInstanceOf(ModelMismatchException.class)
        .hasMessageContaining(
            "trained on other input.features: it scales inputs 1 to 2, 9 (counted from 0), which"
                + " are indicators and not scaled now; restore the stored settings");
    assertThatThrownBy(() -> read(stored, spec.withIndicators(Indicators.of(3, 4, 5, 8))))
        .isInstanceOf(ModelMismatchException.class)
        .hasMessageContaining("it scales inputs 8 (counted from 0)")
        .hasMessageContaining("and it does not scale inputs 69 (counted from 0), which are no");
    assertThatThrownBy(() -> read(stored, spec))
        .isInstanceOf(ModelMismatchException.class)
        .hasMessageContaining("it does not scale inputs 3 to 5, 69 (counted from 0)");
  }

  @ParameterizedTest
  @MethodSource("specs")
  void aModelOfTheSameExpertsContinuesAndOneOfOthersIsRejected(ModelSpec spec) throws IOException {
    Indicators experts = STORED.withExperts(7, 68);
    byte[] stored = stored(spec.withIndicators(experts));

    assertThat(read(stored, spec.withIndicators(experts)).indicators().expertColumns())
        .containsExactly(7, 68);
    assertThat(bytes(read(stored, spec.withIndicators(experts)))).isEqualTo(stored);
    assertThatThrownBy(() -> read(stored, spec.withIndicators(STORED)))
        .isInstanceOf(ModelMismatchException.class)
        .hasMessageContaining(
            "it takes inputs 7, 68 (counted from 0) for predictions of the target, but no inputs"
                + " are those now");
  }

  @ParameterizedTest
  @MethodSource("specs")
  void withoutDeclaredFeaturesAModelKeepsItsIndicators(ModelSpec spec) throws IOException {
    ModelSpec undeclared = spec.withIndicators(Indicators.UNDECLARED);

    for (Indicators indicators : List.of(STORED, Indicators.NONE)) {
      byte[] stored = stored(spec.withIndicators(indicators));

      OnlineModel restored = read(stored, undeclared);

      assertThat(restored.indicators()).isEqualTo(indicators);
      assertThat(bytes(restored)).isEqualTo(stored);
      assertThat(stored(undeclared.withUndeclared(indicators))).isEqualTo(stored);
    }
  }

  @Test
  void aModelThatIsAddedLaterHasTheIndicatorsOfTheOthers() throws IOException {
    NamedModel added = new NamedModel("c", NETWORK);
    ModelSpec three = selection(new NamedModel("a", NETWORK), new NamedModel("b", MIXTURE), added);

    for (ModelSpec before : List.of(NETWORK, CONTEST)) {
      byte[] stored = stored(before.withIndicators(STORED));

      ChampionChallenger grown =
          (ChampionChallenger) read(stored, three.withIndicators(Indicators.UNDECLARED));

      assertThat(grown.model("c").indicators()).isEqualTo(STORED);
      assertThat(bytes(grown)).isEqualTo(bytes(read(stored, three.withIndicators(STORED))));
    }
  }

  @Test
  void withoutDeclaredFeaturesAModelStartsWithTheIndicatorsOfTheStart() {
    Learner taught = new Learner(network(STORED), Task.BINARY, INPUTS, 2, 1);
    ModelStart.NetworkStart start =
        new ModelStart.NetworkStart(taught.weights(), Task.BINARY, List.of("no", "yes"), "");
    NetworkSpec undeclared = NETWORK.withIndicators(Indicators.UNDECLARED).withStart(start);

    assertThat(Models.create(undeclared, Task.BINARY, INPUTS, 2, 2).indicators()).isEqualTo(STORED);
  }

  @Test
  void withoutDeclaredFeaturesANetworkExpandsWithItsIndicators() throws ModelMismatchException {
    Learner learner = new Learner(network(STORED), Task.BINARY, INPUTS, 2, 1);

    Learner grown = learner.expanded(network(Indicators.UNDECLARED), INPUTS, new Workspace());

    assertThat(grown.indicators()).isEqualTo(STORED);
  }

  @Test
  void aModelWithoutIndicatorsStoresNone() throws IOException {
    ModelHeader header = new ModelHeader("binary", 3, 2, Indicators.NONE);

    assertThat(bytes(header)).hasSize(Integer.BYTES + 2 + "binary".length() + 2 * Integer.BYTES);
    assertThat(header(bytes(header))).isEqualTo(header);
  }

  @Test
  void impossibleIndicatorsAreRejectedAsDamage() throws IOException {
    byte[] bytes = bytes(new ModelHeader("binary", 3, 2, Indicators.of(2)));
    assertThat(header(bytes).indicators()).isEqualTo(Indicators.of(2));

    ByteBuffer.wrap(bytes).putLong(bytes.length - Long.BYTES, 1 << 3);
    assertThatThrownBy(() -> header(bytes))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("columns with indicators: 4, where 0 to 3 are possible");
    ByteBuffer.wrap(bytes).putInt(bytes.length - Long.BYTES - Integer.BYTES, 2);
    assertThatThrownBy(() -> header(bytes))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("words of indicators: 2");
  }

  @Test
  void manyDifferencesAreTruncated() {
    int[] columns = new int[40];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = 2 * i;
    }

    assertThat(Indicators.NONE.difference(Indicators.of(columns)))
        .isEqualTo(
            "it scales inputs 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, … (counted from 0), which are"
                + " indicators and not scaled now");
    assertThat(Indicators.of(columns).difference(Indicators.of(columns))).isNull();
  }

  @Test
  void weightsOfOtherIndicatorsAreRejectedAsAStart() {
    Learner taught = new Learner(network(STORED), Task.BINARY, INPUTS, 2, 1);
    Learner same = new Learner(network(STORED), Task.BINARY, INPUTS, 2, 2);
    Learner other = new Learner(network(Indicators.NONE), Task.BINARY, INPUTS, 2, 2);

    same.startFrom(taught.weights());
    assertThatThrownBy(() -> other.startFrom(taught.weights()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("it does not scale inputs 3 to 5, 69 (counted from 0)");
  }

  @Test
  void aNetworkDoesNotExpandToOneOfOtherIndicators() throws ModelMismatchException {
    Learner learner = new Learner(network(STORED), Task.BINARY, INPUTS, 2, 1);
    Indicators more = Indicators.of(3, 4, 5, 69, 70);

    assertThat(learner.expanded(network(more), 71, new Workspace()).inputs()).isEqualTo(71);
    assertThatThrownBy(() -> learner.expanded(network(Indicators.NONE), 71, new Workspace()))
        .isInstanceOf(ModelMismatchException.class)
        .hasMessageContaining("it does not scale inputs 3 to 5, 69");
  }

  private static ModelSpec selection(NamedModel... models) {
    return new SelectionSpec(
        List.of(models),
        "a",
        false,
        SelectionSpec.Promotion.DEFAULT,
        SelectionSpec.OnChange.REJECT);
  }

  private static NetworkSpec network(Indicators indicators) {
    return ModelSpec.single(1).withIndicators(indicators);
  }

  private static byte[] stored(ModelSpec spec) throws IOException {
    OnlineModel model = Models.create(spec, Task.BINARY, INPUTS, 2, 5);
    Random random = new Random(1);
    float[] features = new float[INPUTS];
    float[] out = new float[model.outputs()];
    for (int e = 0; e < 20; e++) {
      for (int i = 0; i < INPUTS; i++) {
        features[i] = random.nextInt(3);
      }
      model.learnClass(features, 0, e % 2, 1f, out);
    }
    return bytes(model);
  }

  private static OnlineModel read(byte[] bytes, ModelSpec spec) throws IOException {
    return Models.read(new BoundedDataInput(bytes), spec, Task.BINARY, new Workspace());
  }

  private static byte[] bytes(OnlineModel model) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    model.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static byte[] bytes(ModelHeader header) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    header.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static ModelHeader header(byte[] bytes) throws IOException {
    return ModelHeader.read(new DataInputStream(new ByteArrayInputStream(bytes)));
  }
}
