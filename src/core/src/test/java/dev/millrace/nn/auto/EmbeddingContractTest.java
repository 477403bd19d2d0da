package dev.millrace.nn.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.FeatureSpec;
import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.data.IdWords;
import dev.millrace.data.Task;
import dev.millrace.input.IdColumns;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.Learner;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.IdNetworks.Case;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.ModelStart;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.stored.ModelMismatchException;
import dev.millrace.nn.stored.PagedPart;
import dev.millrace.testing.Summaries;
import java.io.IOException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every network that learns vectors of ids. */
class EmbeddingContractTest {

  private static final int EXAMPLES = 63;

  static List<Case> cases() {
    return IdNetworks.cases();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theSameExamplesEndInTheSameBytesHoweverTheyFallIntoCalls(Case one) {
    OnlineModel whole = one.model();
    AutoModels.learn(whole, 0, EXAMPLES);
    byte[] expected = AutoModels.bytes(whole);

    assertThat(whole.examples()).isEqualTo(EXAMPLES);
    assertThat(whole.steps()).isEqualTo(EXAMPLES / one.spec().batchSize());
    assertThat(whole.skippedSteps()).isZero();
    for (int together : new int[] {1, 2, 10, EXAMPLES}) {
      OnlineModel many = one.model();
      AutoModels.learnTogether(many, 0, EXAMPLES, together);
      assertThat(AutoModels.bytes(many)).as("%d together", together).isEqualTo(expected);
    }
  }

  /** In this JVM; {@link AutoEverywhereTest} starts others. */
  @Test
  void theSameExamplesEndInTheBytesOfEveryRelease() throws NoSuchAlgorithmException {
    assertThat("embeddings=" + AutoHash.hashOfEmbeddings())
        .isEqualTo(AutoEverywhereTest.GOLDEN_OF_EMBEDDINGS);
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
  void itsPagesMayBeStoredApart(Case one) throws IOException {
    OnlineModel model = one.model();
    AutoModels.learn(model, 0, EXAMPLES);
    byte[] whole = AutoModels.bytes(model);
    PagedPart pages = model.pagedParts().get(0);
    pages.setNumber(4);
    pages.writePages(false);
    byte[] withoutPages = AutoModels.bytes(model);

    OnlineModel restored = AutoModels.read(withoutPages, one.spec(), one.task());
    PagedPart missing = restored.pagedParts().get(0);
    assertThat(missing.needsPages()).isTrue();
    for (int page = 0; page < pages.pages(); page++) {
      missing.readPage(page, pages.store(page));
    }

    assertThat(withoutPages.length).isLessThan(whole.length);
    missing.setNumber(PagedPart.NONE);
    assertThat(AutoModels.bytes(restored)).isEqualTo(whole);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void predictingEqualsThePredictionOfLearning(Case one) {
    OnlineModel model = one.model();
    AutoModels.learn(model, 0, EXAMPLES);
    byte[] before = AutoModels.bytes(model);
    float[] row = AutoModels.row(model, 99);
    float[] predicted = new float[model.outputs()];
    float[] learned = new float[model.outputs()];

    model.predict(row, 0, predicted);
    model.predictNext(row, 0, predicted);

    assertThat(AutoModels.bytes(model)).isEqualTo(before);
    if (model.classes() > 0) {
      model.learnClass(row, 0, 1, 1f, learned);
    } else {
      model.learnValue(row, 0, 3, 1f, learned);
    }
    assertThat(predicted).isEqualTo(learned).doesNotContain(Float.NaN);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void networksThatShareAWorkspaceDoNotDisturbEachOther(Case one) {
    Workspace shared = new Workspace();
    OnlineModel first = one.model();
    OnlineModel other = IdNetworks.cases().get(0).model();
    OnlineModel alone = one.model();
    AutoModels.learn(alone, 0, EXAMPLES);
    for (int e = 0; e < EXAMPLES; e++) {
      first.use(shared);
      AutoModels.learn(first, e, e + 1);
      other.use(shared);
      AutoModels.learn(other, e + 1, e + 2);
    }

    assertThat(AutoModels.bytes(first)).isEqualTo(AutoModels.bytes(alone));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void classesMayComeOneAfterTheOther(Case one) throws IOException {
    if (!one.task().isClassification()) {
      return;
    }
    OnlineModel model = Models.create(one.spec(), one.task(), one.inputs(), 0, 7);
    OnlineModel restored = model;
    for (int known = 0; known < one.classes(); known++) {
      model.addClass();
      restored = AutoModels.read(AutoModels.bytes(restored), one.spec(), one.task());
      if (restored.classes() == known) {
        restored.addClass();
      }
      AutoModels.learn(model, known * 10, known * 10 + 10);
      if (restored != model) {
        AutoModels.learn(restored, known * 10, known * 10 + 10);
      }
    }

    assertThat(model.classes()).isEqualTo(one.classes());
    assertThat(AutoModels.bytes(restored)).isEqualTo(AutoModels.bytes(model));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aNetworkThatStartsFromAnotherGoesOnFromIt(Case one) throws IOException {
    OnlineModel taught = one.model();
    AutoModels.learn(taught, 0, EXAMPLES + 1);
    byte[] stored = AutoModels.bytes(taught);
    NetworkSpec spec =
        one.spec()
            .withStart(
                new ModelStart.StoredStart(stored, one.inputs(), one.task(), List.of(), "h"));
    Workspace shared = new Workspace();

    OnlineModel other = Models.create(spec, one.task(), one.inputs(), one.classes(), 8, shared);

    assertThat(other.keySeed()).isEqualTo(8);
    assertThat(other.examples()).isZero();
    assertThat(prediction(other)).isEqualTo(prediction(taught)).doesNotContain(Float.NaN);
    OnlineModel restored = AutoModels.read(AutoModels.bytes(other), one.spec(), one.task());
    AutoModels.learn(other, EXAMPLES, 2 * EXAMPLES);
    AutoModels.learn(restored, EXAMPLES, 2 * EXAMPLES);
    assertThat(AutoModels.bytes(restored)).isEqualTo(AutoModels.bytes(other));
    OnlineModel next = Models.create(spec, one.task(), one.inputs(), one.classes(), 9, shared);
    assertThat(prediction(next)).isEqualTo(prediction(taught));
  }

  private static float[] prediction(OnlineModel model) {
    float[] out = new float[model.outputs()];
    model.predict(AutoModels.row(model, 99), 0, out);
    return out;
  }

  @Test
  void itsHiddenLayersGrowAndItStillPredictsTheSame() throws IOException {
    Case one = IdNetworks.cases().get(0);
    OnlineModel model = one.model();
    AutoModels.learn(model, 0, EXAMPLES);
    NetworkSpec wider =
        one.spec().with(to -> to.hidden = List.of(new LayerSpec(24, Activation.TANH)));

    OnlineModel grown = ((Learner) model).expanded(wider, one.inputs(), new Workspace());

    assertThat(prediction(grown)).isEqualTo(prediction(model));
    AutoModels.learn(grown, EXAMPLES, 2 * EXAMPLES);
    assertThat(grown.examples()).isEqualTo(2 * EXAMPLES);
    assertThatThrownBy(
            () -> ((Learner) one.model()).expanded(wider, one.inputs() + 1, new Workspace()))
        .isInstanceOf(ModelMismatchException.class)
        .hasMessageContaining("it learns ids, and then takes no other features");
  }

  @Test
  void storedBytesSayWhatIsInThemAndFitNoOtherSettings() throws IOException {
    Case one = IdNetworks.cases().get(0);
    OnlineModel model = one.model();
    AutoModels.learn(model, 0, EXAMPLES);
    byte[] bytes = AutoModels.bytes(model);

    assertThat(Summaries.of(model).shape())
        .startsWith("binary, embeddings of 8, 20 tanh, softmax categorical_crossentropy, sgd");
    assertThat(Summaries.of(model).examples()).isEqualTo(EXAMPLES);
    assertThatThrownBy(
            () -> AutoModels.read(bytes, one.spec().with(to -> to.dimension = 4), one.task()))
        .isInstanceOf(ModelMismatchException.class)
        .hasMessageContaining("embeddings of 8")
        .hasMessageContaining("embeddings of 4");
    assertThatThrownBy(() -> ((Learner) model).weights()).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void itsMemoryIsBoundedByWhatTheLimitsCount(Case one) {
    OnlineModel model = one.model();
    AutoModels.learn(model, 0, EXAMPLES);

    long limit = AutoModels.WITH_IDS.limits().ids();
    long counted =
        Models.modelBytes(one.spec(), one.task(), one.inputs(), Math.max(1, one.classes()))
            + limit * Models.bytesOfId(one.spec(), one.task(), one.classes());
    // Pages are whole, and arrays grow by doubling.
    assertThat(model.memoryBytes()).isLessThan(counted + 64 * counted / limit + 1000);
  }

  @Test
  void ratingsAreLearnedFromWhoRatesWhat() {
    InputSpec withIds =
        InputSpec.DEFAULT.with(
            to ->
                to.features =
                    List.of(
                        FeatureSpec.ofIds("user", FeatureSpec.Type.ID, false, IdOptions.ONE),
                        FeatureSpec.ofIds("item", FeatureSpec.Type.ID, false, IdOptions.ONE),
                        new FeatureSpec("noise", FeatureSpec.Type.NUMERIC, false, List.of(), 0)));

    double withVectors = errorOfRatings(Indicators.of(withIds), withIds.width());
    double withoutVectors = errorOfRatings(Indicators.NONE, 1);

    assertThat(withoutVectors).isGreaterThan(0.8); // that of the mean
    assertThat(withVectors).isLessThan(0.2);
  }

  private static double errorOfRatings(Indicators indicators, int width) {
    ModelSpec spec = ModelSpec.single(1).withIndicators(indicators);
    OnlineModel model = Models.create(spec, Task.REGRESSION, width, 0, 1);
    Random random = new Random(5);
    int[][] tastes = new int[2][40];
    for (int[] some : tastes) {
      Arrays.setAll(some, i -> random.nextBoolean() ? 1 : -1);
    }
    float[] row = new float[width];
    float[] out = new float[PredictedValue.FLOATS];
    double error = 0;
    for (int i = 0; i < 20_000; i++) {
      int user = random.nextInt(40);
      int item = random.nextInt(40);
      if (width > 1) {
        IdWords.write(user, row, 0);
        IdWords.write(1000 + item, row, IdWords.ID_WIDTH);
      }
      row[width - 1] = (float) random.nextGaussian();
      double rating = tastes[0][user] + tastes[1][item] + 0.1 * random.nextGaussian();
      model.learnValue(row, 0, rating, 1f, out);
      error += i < 10_000 ? 0 : Math.abs(PredictedValue.read(out, 0) - rating);
    }
    return error / 10_000;
  }

  @Test
  void anUnknownIdPredictsAsNoId() {
    Case one = IdNetworks.cases().get(0);
    OnlineModel model = one.model();
    AutoModels.learn(model, 0, EXAMPLES);
    IdColumns.Column user = model.indicators().ids().columns().get(0);
    float[] row = AutoModels.row(model, 99);
    float[] ofUnknown = new float[2];
    float[] ofNone = new float[2];
    IdWords.write(123_456_789, row, user.start());
    model.predict(row, 0, ofUnknown);
    Arrays.fill(row, user.start(), user.end(), Float.NaN);
    model.predict(row, 0, ofNone);

    assertThat(ofUnknown).isEqualTo(ofNone);
  }
}
