package dev.millrace.nn.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.IdWords;
import dev.millrace.data.Task;
import dev.millrace.input.IdColumns;
import dev.millrace.nn.LearnerSummary;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.AutoModels.Case;
import dev.millrace.nn.auto.members.PreviousLabel;
import dev.millrace.nn.auto.rows.MixtureKind;
import dev.millrace.nn.spec.AutoModelSpec;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.AutoSpec.Extra;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.ModelStart;
import dev.millrace.nn.stored.ModelMismatchException;
import dev.millrace.nn.trees.HoeffdingTree;
import dev.millrace.report.MetricsReport;
import dev.millrace.testing.Summaries;
import java.io.IOException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every mixture. */
class AutoContractTest {

  private static final int EXAMPLES = 60;

  /** What {@link AutoHash} makes of mixtures that grow, as {@link AutoEverywhereTest} has it. */
  private static final String GROWING =
      "5e3f434260e4403dc547168a4ce25e26078a5c903f61eabd640093d3b2e77bea";

  static List<Case> cases() {
    return AutoModels.cases();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theSameSeedLearnsTheSameHoweverExamplesFallIntoCalls(Case one) {
    OnlineModel whole = one.model();
    AutoModels.learn(whole, 0, EXAMPLES);
    byte[] expected = AutoModels.bytes(whole);

    assertThat(whole.examples()).isEqualTo(EXAMPLES);
    assertThat(whole.steps()).isEqualTo(EXAMPLES);
    assertThat(whole.skippedSteps()).isZero();
    for (int together : new int[] {1, 7, EXAMPLES}) {
      OnlineModel many = one.model();
      AutoModels.learnTogether(many, 0, EXAMPLES, together);
      assertThat(AutoModels.bytes(many)).as("%d together", together).isEqualTo(expected);
    }
  }

  /** In this JVM; {@link AutoEverywhereTest} starts others. */
  @Test
  void theSameExamplesEndInTheBytesOfEveryRelease() throws NoSuchAlgorithmException {
    assertThat("sha256=" + AutoHash.hash()).isEqualTo(AutoEverywhereTest.GOLDEN);
    assertThat("ids=" + AutoHash.hashOfIds()).isEqualTo(AutoEverywhereTest.GOLDEN_OF_IDS);
    assertThat("experts=" + AutoHash.hashOfExperts())
        .isEqualTo(AutoEverywhereTest.GOLDEN_OF_EXPERTS);
    assertThat("embeddings=" + AutoHash.hashOfEmbeddings())
        .isEqualTo(AutoEverywhereTest.GOLDEN_OF_EMBEDDINGS);
    assertThat(AutoHash.hashOfGrowing()).isEqualTo(GROWING);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void storedOrCopiedAfterAnyExampleItGoesOnAsIfNeverStopped(Case one) throws IOException {
    OnlineModel whole = one.model();
    OnlineModel restored = one.model();
    OnlineModel copied = one.model();
    for (int cut = 0; cut < EXAMPLES; cut++) {
      restored = AutoModels.read(AutoModels.bytes(restored), one.spec(), one.task());
      OnlineModel original = copied;
      copied = original.copy();
      AutoModels.learn(original, cut + 1, cut + 2); // must not reach the copy

      AutoModels.learn(whole, cut, cut + 1);
      AutoModels.learn(restored, cut, cut + 1);
      AutoModels.learn(copied, cut, cut + 1);

      byte[] expected = AutoModels.bytes(whole);
      assertThat(AutoModels.bytes(restored)).as("restored at %d", cut).isEqualTo(expected);
      assertThat(AutoModels.bytes(copied)).as("copied at %d", cut).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void storedOrCopiedOnceItEndsAsIfNeverStopped(Case one) throws IOException {
    OnlineModel whole = one.model();
    AutoModels.learn(whole, 0, EXAMPLES);
    byte[] expected = AutoModels.bytes(whole);

    OnlineModel first = one.model();
    for (int cut = 0; cut < EXAMPLES; cut += 9) {
      byte[] atCut = AutoModels.bytes(first);
      OnlineModel restored = AutoModels.read(atCut, one.spec(), one.task());
      OnlineModel copy = first.copy();
      AutoModels.learn(restored, cut, EXAMPLES);
      AutoModels.learn(copy, cut, EXAMPLES);

      assertThat(AutoModels.bytes(restored)).as("restored at %d", cut).isEqualTo(expected);
      assertThat(AutoModels.bytes(copy)).as("copied at %d", cut).isEqualTo(expected);
      assertThat(AutoModels.bytes(first)).as("the copied one").isEqualTo(atCut);
      AutoModels.learn(first, cut, cut + 9);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aModelThatStartsFromAnotherGoesOnFromIt(Case one) throws IOException {
    OnlineModel taught = one.model();
    AutoModels.learn(taught, 0, EXAMPLES);
    byte[] stored = AutoModels.bytes(taught);
    ModelSpec spec =
        one.spec()
            .withStart(
                new ModelStart.StoredStart(stored, one.inputs(), one.task(), List.of(), "h"));

    OnlineModel sameKey = Models.create(spec, one.task(), one.inputs(), one.classes(), 7);
    assertThat(AutoModels.bytes(sameKey)).isEqualTo(stored);
    OnlineModel other = Models.create(spec, one.task(), one.inputs(), one.classes(), 8);
    assertThat(other.keySeed()).isEqualTo(8);
    assertThat(prediction(other)).isEqualTo(prediction(taught)).doesNotContain(Float.NaN);

    // Its draws are its own, and the one that it started from stays as it was.
    OnlineModel restored = AutoModels.read(AutoModels.bytes(other), one.spec(), one.task());
    AutoModels.learn(taught, EXAMPLES, 2 * EXAMPLES);
    AutoModels.learn(other, EXAMPLES, 2 * EXAMPLES);
    AutoModels.learn(restored, EXAMPLES, 2 * EXAMPLES);
    assertThat(AutoModels.bytes(restored)).isEqualTo(AutoModels.bytes(other));
    assertThat(prediction(other)).isNotEqualTo(prediction(taught));
    assertThat(AutoModels.bytes(Models.create(spec, one.task(), one.inputs(), 0, 7)))
        .isEqualTo(stored);
  }

  @Test
  void theMixtureToStartFromIsReadOnceForAllThatShareScratch() {
    Case one = AutoModels.cases().get(0);
    OnlineModel taught = one.model();
    AutoModels.learn(taught, 0, EXAMPLES);
    byte[] stored = AutoModels.bytes(taught);
    ModelStart.StoredStart start =
        new ModelStart.StoredStart(stored.clone(), AutoModels.INPUTS, one.task(), List.of(), "h");
    ModelSpec spec = one.spec().withStart(start);
    Workspace shared = new Workspace();
    OnlineModel first = Models.create(spec, one.task(), AutoModels.INPUTS, 0, 7, shared);
    AutoModels.learn(first, EXAMPLES, 2 * EXAMPLES);

    Arrays.fill(start.stored(), (byte) 0); // which is not read any more
    OnlineModel second = Models.create(spec, one.task(), AutoModels.INPUTS, 0, 7, shared);

    assertThat(AutoModels.bytes(second)).isEqualTo(stored);
  }

  private static float[] prediction(OnlineModel model) {
    float[] out = new float[model.outputs()];
    model.predict(AutoModels.row(model, 99), 0, out);
    return out;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void predictingChangesNothingAndEqualsWhatLearningPredicts(Case one) {
    OnlineModel model = one.model();
    AutoModels.learn(model, 0, EXAMPLES);
    byte[] before = AutoModels.bytes(model);
    float[] predicted = new float[model.outputs()];

    model.predict(AutoModels.row(model, 99), 0, predicted);

    assertThat(AutoModels.bytes(model)).isEqualTo(before);
    if (one.task().isClassification()) {
      float sum = 0f;
      for (float p : predicted) {
        assertThat(p).isBetween(0f, 1f);
        sum += p;
      }
      assertThat(sum).isCloseTo(1f, within(1e-5f));
    } else {
      assertThat(predicted[0]).isFinite();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void modelsThatShareAWorkspaceDoNotDisturbEachOther(Case one) {
    Workspace shared = new Workspace();
    OnlineModel first = one.model();
    OnlineModel other =
        Models.create(
            ModelSpec.auto(5, AutoSpec.of(AutoSpec.Tier.ACCURATE), ClassWeights.NONE),
            Task.MULTICLASS,
            AutoModels.INPUTS,
            40,
            1);
    OnlineModel alone = one.model();
    AutoModels.learn(alone, 0, EXAMPLES);
    for (int e = 0; e < EXAMPLES; e++) {
      first.use(shared);
      AutoModels.learn(first, e, e + 1);
      other.use(shared);
      AutoModels.learn(other, e, e + 1);
    }

    assertThat(AutoModels.bytes(first)).isEqualTo(AutoModels.bytes(alone));
  }

  @ParameterizedTest
  @EnumSource(AutoSpec.Tier.class)
  void aMixtureLearns(AutoSpec.Tier tier) {
    for (int classes : new int[] {2, 5}) {
      Task task = classes == 2 ? Task.BINARY : Task.MULTICLASS;
      OnlineModel model = new Case(AutoSpec.of(tier), task, classes).model();
      float early = AutoModels.learn(model, 0, 200);
      float late = AutoModels.learn(model, 200, 3000);
      assertThat(late).as("%d classes", classes).isLessThan(0.8f * early);
    }
    OnlineModel model = new Case(AutoSpec.of(tier), Task.REGRESSION, 0).model();
    float early = AutoModels.learn(model, 0, 50);
    float late = AutoModels.learn(model, 50, 1000);
    assertThat(late).isLessThan(0.3f * early);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void classesMayComeOneAfterTheOther(Case one) throws IOException {
    if (!one.task().isClassification()) {
      return;
    }
    OnlineModel model = Models.create(one.spec(), one.task(), one.inputs(), 0, 7);
    OnlineModel restored = model;
    float[] x = new float[one.inputs()];
    for (int known = 0; known < one.classes(); known++) {
      AutoModels.row(model, known, x, 0);
      float[] out = new float[known + 1];
      for (OnlineModel each : model == restored ? List.of(model) : List.of(model, restored)) {
        each.addClass();
        each.learnClass(x, 0, known, 1f, out);
        AutoModels.learn(each, known * 20, known * 20 + 20);
      }
      restored = AutoModels.read(AutoModels.bytes(restored), one.spec(), one.task());
    }

    assertThat(model.classes()).isEqualTo(one.classes());
    assertThat(AutoModels.bytes(restored)).isEqualTo(AutoModels.bytes(model));
    float[] out = new float[one.classes()];
    model.predict(x, 0, out);
    assertThat(out).doesNotContain(Float.NaN);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void absurdNumbersAndWeightsNeverMakeItUseless(Case one) {
    OnlineModel model = one.model();
    AutoModels.learn(model, 0, 500);
    float[] x = AutoModels.row(model, 500);
    float[] out = new float[model.outputs()];
    for (float absurd : new float[] {Float.MAX_VALUE, -Float.MAX_VALUE, 1e20f, Float.NaN}) {
      fillNumbers(model, x, absurd);
      for (float weight : new float[] {0f, 1f, 1e6f, Float.MAX_VALUE}) {
        if (model.classes() > 0) {
          model.learnClass(x, 0, 1, weight, out);
        } else {
          model.learnValue(x, 0, Float.isNaN(absurd) ? 1 : absurd * 1e200, weight, out);
        }
      }
    }
    AutoModels.learn(model, 500, 1500);

    model.predict(x, 0, out);
    for (float value : out) {
      assertThat(value).isFinite();
    }
  }

  /** Writes a number to all places of a row that are no ids, and as that of ids with a number. */
  private static void fillNumbers(OnlineModel model, float[] x, float value) {
    IdColumns ids = model.indicators().ids();
    for (int place : ids.numbers(x.length)) {
      x[place] = value;
    }
    for (IdColumns.Column column : ids.columns()) {
      if (column.isWeighted()) {
        IdWords.write(7, x, column.start());
        x[column.start() + IdWords.ID_WIDTH] = Float.isNaN(value) ? 1f : value;
      }
    }
  }

  @Test
  void anExampleOfWeightZeroTeachesTheNetworksNothing() {
    Case one = new Case(AutoSpec.of(AutoSpec.Tier.ACCURATE), Task.BINARY, 2);
    OnlineModel model = one.model();
    float[] out = new float[2];
    float[] before = new float[2];
    float[] x = {1f, 2f, 3f, 4f, 5f};
    model.predict(x, 0, before);
    for (int e = 0; e < 50; e++) {
      model.learnClass(x, 0, 1, 0f, out);
    }

    model.predict(x, 0, out);
    assertThat(out).isEqualTo(before);
  }

  @Test
  void aValueThatPersistsIsPredictedAsWellAsByTheLastOne() throws IOException {
    Case one = new Case(AutoSpec.of(AutoSpec.Tier.FAST), Task.REGRESSION, 0);
    OnlineModel model = one.model();
    Random random = new Random(5);
    float[] x = new float[AutoModels.INPUTS];
    float[] out = new float[PredictedValue.FLOATS];
    double value = 0;
    double error = 0;
    double ofLast = 0;
    for (int e = 0; e < 3_000; e++) {
      AutoModels.features(e, x, 0);
      double last = value;
      value += random.nextGaussian();
      model.learnValue(x, 0, value, 1f, out);
      error += e < 1_000 ? 0 : Math.abs(value - PredictedValue.read(out, 0));
      ofLast += e < 1_000 ? 0 : Math.abs(value - last);
    }
    assertThat(error).isLessThan(1.02 * ofLast);

    // What is known when the features come is remembered until a late label comes.
    float[] memory = new float[1 + model.remembered()];
    model.predictPending(x, 0, out, memory, 1);
    assertThat(PredictedValue.read(memory, 1)).isEqualTo(value, within(1e-9));
    OnlineModel other = model.copy();
    model.recall(memory, 1);
    model.learnValue(x, 0, value + 1, 1f, out);
    double prediction = PredictedValue.read(out, 0);
    other.learnValue(x, 0, value + 1, 1f, out);
    assertThat(PredictedValue.read(out, 0)).as("the same").isEqualTo(prediction, within(1e-6));
    model.recall(memory, 1);
    model.learnValue(x, 0, value + 2, 1f, out);
    prediction = PredictedValue.read(out, 0);
    other.learnValue(x, 0, value + 2, 1f, out);
    assertThat(PredictedValue.read(out, 0)).as("newer known").isGreaterThan(prediction + 0.1);
  }

  /** The features say nothing. */
  @ParameterizedTest
  @EnumSource(AutoSpec.Tier.class)
  void aClassThatPersistsIsPredictedAsWellAsByThePreviousOne(AutoSpec.Tier tier) {
    OnlineModel model = new Case(AutoSpec.of(tier), Task.BINARY, 2).model();
    Random random = new Random(5);
    float[] x = new float[AutoModels.INPUTS];
    float[] out = new float[2];
    int label = 0;
    int right = 0;
    int ofPrevious = 0;
    for (int e = 0; e < 2_000; e++) {
      AutoModels.features(e, x, 0);
      int previous = label;
      label = random.nextInt(10) == 0 ? 1 - label : label;
      model.learnClass(x, 0, label, 1f, out);
      right += out[label] > 0.5f ? 1 : 0;
      ofPrevious += label == previous ? 1 : 0;
    }

    assertThat(right).isGreaterThan(ofPrevious - 20);
  }

  /** Or it would learn from labels that were not known when the features came. */
  @ParameterizedTest
  @EnumSource(AutoSpec.Tier.class)
  void thePreviousLabelIsRememberedWithWaitingFeaturesWhereverItPredicts(AutoSpec.Tier tier) {
    AutoSpec auto = new AutoSpec(tier, Set.of(AutoSpec.Extra.values()), 20);
    int classes = PreviousLabel.MAX_CLASSES;
    for (boolean hasIds : new boolean[] {false, true}) {
      Case one = new Case(auto, Task.MULTICLASS, classes, hasIds, false);
      assertThat(one.model().remembered()).as(one.toString()).isPositive();
    }
  }

  @ParameterizedTest
  @EnumSource(AutoSpec.Tier.class)
  void valuesArePredictedOnTheirOwnScale(AutoSpec.Tier tier) {
    OnlineModel model = new Case(AutoSpec.of(tier), Task.REGRESSION, 0).model();
    AutoModels.learn(model, 0, 1000);
    float[] x = new float[AutoModels.INPUTS];
    float[] out = new float[PredictedValue.FLOATS];
    double error = 0;
    for (int e = 1000; e < 1100; e++) {
      AutoModels.features(e, x, 0);
      model.predict(x, 0, out);
      error += Math.abs(out[0] - AutoModels.value(x, 0)) / 100;
    }
    assertThat(error).as("of values around 100, whose deviation is 28").isLessThan(9);
  }

  @Test
  void theUnitOfTheValuesDecidesAboutNoLoss() {
    OnlineModel small = new Case(AutoSpec.of(AutoSpec.Tier.BALANCED), Task.REGRESSION, 0).model();
    OnlineModel large = new Case(AutoSpec.of(AutoSpec.Tier.BALANCED), Task.REGRESSION, 0).model();
    float[] x = new float[AutoModels.INPUTS];
    float[] out = new float[PredictedValue.FLOATS];
    double ofSmall = 0;
    double ofLarge = 0;
    for (int e = 0; e < 300; e++) {
      AutoModels.features(e, x, 0);
      double value = AutoModels.value(x, 0);
      ofSmall += small.learnValue(x, 0, value, 1f, out);
      ofLarge += large.learnValue(x, 0, 1e9 * value, 1f, out);
    }

    assertThat(ofLarge).isCloseTo(ofSmall, within(0.05 * ofSmall));
    assertThat(large.members().leader()).isEqualTo(small.members().leader());
    assertThat(large.members().members())
        .allSatisfy(member -> assertThat(member.loss()).isLessThan(2));
  }

  @Test
  void aMixtureReportsWhichMemberLeads() {
    Case one = new Case(AutoSpec.of(AutoSpec.Tier.BALANCED), Task.BINARY, 2);
    OnlineModel model = one.model();
    assertThat(model.members().leader()).isNull();

    AutoModels.learn(model, 0, 500);

    MetricsReport.Members members = model.members();
    assertThat(members.members())
        .extracting(MetricsReport.Member::name)
        .containsExactly(
            "replay", "replay-ema", "recent", "linear", "ferns", "previous-label", "frequencies");
    double least =
        members.members().stream().mapToDouble(MetricsReport.Member::loss).min().orElseThrow();
    assertThat(members.members())
        .filteredOn(member -> member.loss() == least)
        .extracting(MetricsReport.Member::name)
        .contains(members.leader());
    assertThat(members.members()).allSatisfy(member -> assertThat(member.weight()).isFinite());
  }

  @Test
  void storedBytesTellWhatIsInThemAndFitNoOtherSettings() throws IOException {
    Case one = new Case(AutoSpec.of(AutoSpec.Tier.FAST), Task.MULTICLASS, 4);
    OnlineModel model = one.model();
    AutoModels.learn(model, 0, 30);
    byte[] bytes = AutoModels.bytes(model);

    assertThat(Summaries.of(model))
        .isEqualTo(
            new LearnerSummary(
                "multiclass, auto fast, buffer 2048",
                AutoModels.INPUTS,
                IdColumns.NONE,
                4,
                30,
                30,
                0,
                0,
                0));
    assertThatThrownBy(() -> AutoModels.read(bytes, ModelSpec.auto(1), Task.MULTICLASS))
        .isInstanceOf(ModelMismatchException.class)
        .hasMessageContaining("auto fast")
        .hasMessageContaining("auto balanced");
    assertThatThrownBy(() -> AutoModels.read(bytes, ModelSpec.single(1), Task.MULTICLASS))
        .isInstanceOf(ModelMismatchException.class);
  }

  static List<Case> withoutIds() {
    return AutoModels.withoutIds();
  }

  @ParameterizedTest
  @MethodSource("withoutIds")
  void theMemoryOfAMixtureIsBoundedByWhatTheLimitCounts(Case one) {
    OnlineModel model = one.model();
    AutoModels.learn(model, 0, EXAMPLES);

    long counted =
        Models.modelBytes(one.spec(), one.task(), one.inputs(), Math.max(1, one.classes()));
    // The limit counts the largest tree.
    boolean hasTree = one.auto().has(Extra.TREE) && one.task().isClassification();
    long growth = hasTree ? HoeffdingTree.maxBytes(one.inputs(), one.classes()) : 0;
    // Also target, mixer and class count, some hundred bytes.
    assertThat(model.memoryBytes()).isBetween((counted - growth) * 9 / 10, counted + 1000);
  }

  @ParameterizedTest
  @MethodSource("withoutIds")
  void aStoredOneHasTheBytesThatAreAskedForBeforeItIsRead(Case one) {
    AutoModelSpec spec = one.spec();
    MixtureKind kind =
        AutoLearner.kind(spec, 3, one.task(), AutoModels.INPUTS, one.classes(), spec.indicators());

    // Also settings, target, mixer and counts, some hundred bytes.
    int bytes = AutoModels.bytes(one.model()).length;
    assertThat(bytes - AutoShape.storedBytes(kind)).isBetween(0L, 500L);
  }
}
