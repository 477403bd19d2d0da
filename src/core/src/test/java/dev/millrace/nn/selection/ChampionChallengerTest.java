package dev.millrace.nn.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.Task;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.nn.spec.SelectionSpec.NamedModel;
import dev.millrace.nn.spec.SelectionSpec.OnChange;
import dev.millrace.nn.spec.SelectionSpec.Promotion;
import dev.millrace.nn.stored.ModelMismatchException;
import dev.millrace.testing.Specs;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a selection says of its models, and does to them. */
class ChampionChallengerTest {

  private static final int INPUTS = 4;
  private static final ModelSpec MIXTURE =
      ModelSpec.auto(3, new AutoSpec(AutoSpec.Tier.FAST, Set.of(), 20), ClassWeights.NONE);
  private static final ModelSpec SPEC =
      new SelectionSpec(
          List.of(new NamedModel("small", Specs.small(1)), new NamedModel("mixed", MIXTURE)),
          "small",
          false,
          Promotion.DEFAULT,
          OnChange.REJECT);

  private final ChampionChallenger selection =
      (ChampionChallenger) Models.create(SPEC, Task.BINARY, INPUTS, 2, 7);
  private final OnlineModel small = Models.create(Specs.small(1), Task.BINARY, INPUTS, 2, 7);
  private final OnlineModel mixed = Models.create(MIXTURE, Task.BINARY, INPUTS, 2, 7);

  /** All learn the same; returns the loss that the selection gives and that of the small model. */
  private float[] learn(int from, int to) {
    float[] out = new float[2];
    float[] losses = new float[2];
    for (int e = from; e < to; e++) {
      float[] x = {e % 2, e % 3, e % 5, 1};
      losses[0] = selection.learnClass(x, 0, e % 2, 1f, out);
      losses[1] = small.learnClass(x, 0, e % 2, 1f, out);
      mixed.learnClass(x, 0, e % 2, 1f, out);
    }
    return losses;
  }

  @Test
  void theChampionSpeaksForAll() {
    float[] losses = learn(0, 10);

    assertThat(losses[0]).isEqualTo(losses[1]).isNotZero();
    assertThat(selection.steps()).isEqualTo(small.steps());
    assertThat(selection.learningRate()).isEqualTo(small.learningRate()).isPositive();
    assertThat(selection.keySeed()).isEqualTo(7);
    assertThat(selection.members()).isNull();
    selection.promote("mixed");
    assertThat(selection.members()).isEqualTo(mixed.members()).isNotNull();
  }

  @Test
  void theLossOfAValueIsThatOfTheChampion() {
    ChampionChallenger values =
        (ChampionChallenger) Models.create(SPEC, Task.REGRESSION, INPUTS, 0, 7);
    OnlineModel alone = Models.create(Specs.small(1), Task.REGRESSION, INPUTS, 0, 7);
    float[] out = new float[PredictedValue.FLOATS];
    for (int e = 0; e < 5; e++) {
      float[] x = {e % 2, e % 3, e % 5, 1};
      assertThat(values.learnValue(x, 0, 3 * e, 1f, out))
          .as("example %d", e)
          .isEqualTo(alone.learnValue(x, 0, 3 * e, 1f, out));
    }
  }

  @Test
  void memoryAndSkippedStepsAreThoseOfAllModels() {
    learn(0, 10);
    assertThat(selection.memoryBytes())
        .isEqualTo(small.memoryBytes() + mixed.memoryBytes() + 2 * 128);
    assertThat(selection.skippedSteps()).isZero();

    float[] out = new float[2];
    float[] x = {1, 2, 3, 1};
    for (int e = 0; e < 3; e++) {
      selection.learnClass(x, 0, 1, Float.MAX_VALUE, out);
      small.learnClass(x, 0, 1, Float.MAX_VALUE, out);
      mixed.learnClass(x, 0, 1, Float.MAX_VALUE, out);
    }
    assertThat(selection.skippedSteps())
        .isEqualTo(small.skippedSteps() + mixed.skippedSteps())
        .isPositive();
  }

  @Test
  void aModelThatIsResetIsAsItWasAtFirst() {
    byte[] smallAtFirst = ChampionChallengerContractTest.bytes(small);
    byte[] mixedAtFirst = ChampionChallengerContractTest.bytes(mixed);
    learn(0, 10);

    selection.reset();

    assertThat(ChampionChallengerContractTest.bytes(selection.model("small")))
        .isEqualTo(smallAtFirst);
    assertThat(ChampionChallengerContractTest.bytes(selection.model("mixed")))
        .isEqualTo(mixedAtFirst);
    assertThat(selection.champion()).isEqualTo("small");
    assertThat(selection.examples()).isEqualTo(10);
    assertThat(selection.candidates()).extracting("loss").containsOnly(Double.NaN);
  }

  @Test
  void predictionsNeedNoExampleBefore() {
    float[] x = {1, 2, 3, 1};
    float[] expected = new float[2];
    float[] said = new float[2];
    small.predict(x, 0, expected);

    selection.predict(x, 0, said);
    assertThat(said).isEqualTo(expected);
    small.predictNext(x, 0, expected);
    selection.copy().predictNext(x, 0, said);
    assertThat(said).isEqualTo(expected);
  }

  @Test
  void modelsThatHaveLearnedGrowAndOthersAreCreatedAgain() throws ModelMismatchException {
    float[] out = new float[2];
    List<OnlineModel> grown = new ArrayList<>();
    selection.model("small").learnClass(new float[] {1, 2, 3, 1}, 0, 1, 1f, out);
    OnlineModel larger = Models.create(Specs.small(1), Task.BINARY, INPUTS + 2, 2, 9);

    selection.grow(
        INPUTS + 2,
        (model, spec) -> {
          grown.add(model);
          assertThat(spec).isEqualTo(Specs.small(1));
          return larger;
        });

    assertThat(grown).singleElement().extracting(OnlineModel::examples).isEqualTo(1L);
    assertThat(selection.model("small")).isSameAs(larger);
    assertThat(ChampionChallengerContractTest.bytes(selection.model("mixed")))
        .isEqualTo(
            ChampionChallengerContractTest.bytes(
                Models.create(MIXTURE, Task.BINARY, INPUTS + 2, 2, 7)));
    selection.learnClass(new float[] {1, 2, 3, 1, 4, 5}, 0, 1, 1f, out);
    assertThat(selection.inputs()).isEqualTo(INPUTS + 2);
  }

  @Test
  void aModelThatDoesNotGrowIsNamed() {
    learn(0, 1);

    assertThatThrownBy(
            () ->
                selection.grow(
                    INPUTS,
                    (model, spec) -> {
                      throw new ModelMismatchException("it cannot");
                    }))
        .isInstanceOf(ModelMismatchException.class)
        .hasMessage("model \"small\": it cannot");
  }
}
