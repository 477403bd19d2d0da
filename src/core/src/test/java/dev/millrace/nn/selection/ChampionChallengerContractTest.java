package dev.millrace.nn.selection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.Task;
import dev.millrace.nn.LearnerSummary;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.nn.spec.SelectionSpec.NamedModel;
import dev.millrace.nn.spec.SelectionSpec.OnChange;
import dev.millrace.nn.spec.SelectionSpec.Promotion;
import dev.millrace.report.MetricsReport.CandidateReport;
import dev.millrace.testing.Specs;
import dev.millrace.testing.Summaries;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for several models as for one. */
class ChampionChallengerContractTest {

  private static final int INPUTS = 4;
  private static final int CLASSES = 3;
  private static final int EXAMPLES = 120;

  /** A champion that learns slowly, in mini-batches, one that is better, and a mixture. */
  private static final SelectionSpec SPEC =
      new SelectionSpec(
          List.of(
              new NamedModel("slow", Specs.small(7)),
              new NamedModel("quick", ModelSpec.single(2)),
              new NamedModel(
                  "mixed",
                  ModelSpec.auto(
                      3, new AutoSpec(AutoSpec.Tier.FAST, Set.of(), 20), ClassWeights.NONE))),
          "slow",
          false,
          new Promotion(true, 20, 6, 0.5),
          OnChange.REJECT);

  private static ChampionChallenger selection(Task task) {
    return (ChampionChallenger) Models.create(SPEC, task, INPUTS, classes(task), 7);
  }

  private static int classes(Task task) {
    return task == Task.BINARY ? 2 : CLASSES;
  }

  private static float weight(int example) {
    return 1 + example % 3;
  }

  private static void features(int example, float[] x, int offset) {
    Random random = new Random(example);
    for (int i = 0; i < INPUTS; i++) {
      x[offset + i] = (float) random.nextGaussian();
    }
  }

  private static int label(float[] x, int offset, int classes) {
    return x[offset] + x[offset + 1] > 0.5 ? classes - 1 : x[offset] > -0.5 ? 1 : 0;
  }

  private static double value(float[] x, int offset) {
    return 20 + 5 * x[offset] - x[offset + 2];
  }

  /** Learns the examples in calls of so many; returns what was predicted for the last. */
  private static float[] learn(OnlineModel model, int from, int to, int together) {
    float[] x = new float[together * INPUTS];
    int[] labels = new int[together];
    double[] values = new double[together];
    float[] weights = new float[together];
    float[] out = new float[together * model.outputs()];
    float[] losses = new float[together];
    for (int e = from; e < to; e += together) {
      int rows = Math.min(together, to - e);
      for (int r = 0; r < rows; r++) {
        features(e + r, x, r * INPUTS);
        weights[r] = weight(e + r);
        labels[r] = label(x, r * INPUTS, Math.max(1, model.classes()));
        values[r] = value(x, r * INPUTS);
      }
      if (model.classes() > 0) {
        model.learnClasses(x, 0, rows, labels, weights, out, losses);
      } else {
        model.learnValues(x, 0, rows, values, weights, out, losses);
      }
    }
    return out;
  }

  static byte[] bytes(OnlineModel model) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      model.write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static ChampionChallenger read(byte[] bytes, Task task) throws IOException {
    return (ChampionChallenger)
        Models.read(new BoundedDataInput(bytes), SPEC, task, new Workspace());
  }

  @ParameterizedTest
  @EnumSource(Task.class)
  void callsOfAnySizeLearnTheSame(Task task) {
    ChampionChallenger whole = selection(task);
    learn(whole, 0, EXAMPLES, 1);
    byte[] expected = bytes(whole);

    assertThat(whole.examples()).isEqualTo(EXAMPLES);
    assertThat(whole.champion()).as("one that was promoted").isNotEqualTo("slow");
    for (int together : new int[] {7, EXAMPLES}) {
      ChampionChallenger many = selection(task);
      learn(many, 0, EXAMPLES, together);
      assertThat(bytes(many)).as("%d together", together).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @EnumSource(Task.class)
  void storedOrCopiedAfterAnyExampleItEndsAsIfNeverStopped(Task task) throws IOException {
    ChampionChallenger whole = selection(task);
    learn(whole, 0, EXAMPLES, 1);
    byte[] expected = bytes(whole);

    ChampionChallenger first = selection(task);
    for (int cut = 0; cut < EXAMPLES; cut++) {
      byte[] atCut = bytes(first);
      ChampionChallenger restored = read(atCut, task);
      OnlineModel copy = first.copy();
      assertThat(bytes(restored)).as("read at %d", cut).isEqualTo(atCut);
      learn(restored, cut, EXAMPLES, 1);
      learn(copy, cut, EXAMPLES, 1);

      assertThat(bytes(restored)).as("restored at %d", cut).isEqualTo(expected);
      assertThat(bytes(copy)).as("copied at %d", cut).isEqualTo(expected);
      assertThat(bytes(first)).as("the copied one").isEqualTo(atCut);
      learn(first, cut, cut + 1, 1);
    }
  }

  @ParameterizedTest
  @EnumSource(Task.class)
  void eachModelLearnsWhatItWouldLearnAlone(Task task) {
    ChampionChallenger selection = selection(task);
    learn(selection, 0, EXAMPLES, 1);

    for (NamedModel entrant : SPEC.models()) {
      OnlineModel alone = Models.create(entrant.model(), task, INPUTS, classes(task), 7);
      learn(alone, 0, EXAMPLES, 1);
      assertThat(bytes(selection.model(entrant.name()))).isEqualTo(bytes(alone));
    }
  }

  @ParameterizedTest
  @EnumSource(Task.class)
  void theChampionAnswers(Task task) {
    ChampionChallenger selection = selection(task);
    learn(selection, 0, EXAMPLES, 1);
    OnlineModel champion = selection.model(selection.champion());
    byte[] before = bytes(selection);
    float[] x = new float[INPUTS];
    features(EXAMPLES, x, 0);
    float[] expected = new float[selection.outputs()];
    float[] said = new float[selection.outputs()];

    champion.predict(x, 0, expected);
    selection.predict(x, 0, said);
    assertThat(said).isEqualTo(expected);
    selection.predictNext(x, 0, said);
    assertThat(bytes(selection)).as("predicting changes nothing").isEqualTo(before);
    assertThat(learn(selection, EXAMPLES, EXAMPLES + 1, 1)).isEqualTo(said);
  }

  @ParameterizedTest
  @EnumSource(Task.class)
  void storedBytesTellWhatIsInThem(Task task) throws IOException {
    ChampionChallenger selection = selection(task);
    learn(selection, 0, EXAMPLES, 1);

    LearnerSummary summary = Summaries.of(selection);

    assertThat(summary.shape())
        .isEqualTo(task.id() + ", champion " + selection.champion() + " of slow, quick, mixed");
    assertThat(summary.examples()).isEqualTo(EXAMPLES);
    assertThat(summary.steps()).isEqualTo(selection.model(selection.champion()).steps());
    assertThat(selection.candidates())
        .filteredOn(CandidateReport::isChampion)
        .extracting(CandidateReport::name)
        .containsExactly(selection.champion());
  }

  @ParameterizedTest
  @EnumSource(value = Task.class, names = "MULTICLASS")
  void classesMayComeOneAfterTheOther(Task task) throws IOException {
    ChampionChallenger selection = (ChampionChallenger) Models.create(SPEC, task, INPUTS, 0, 7);
    ChampionChallenger restored = selection;
    for (int known = 0; known < CLASSES; known++) {
      float[] out = new float[known + 1];
      float[] x = new float[INPUTS];
      features(known, x, 0);
      for (ChampionChallenger each :
          selection == restored ? List.of(selection) : List.of(selection, restored)) {
        each.addClass();
        each.learnClass(x, 0, known, 1f, out);
      }
      restored = read(bytes(restored), task);
    }
    learn(selection, 0, EXAMPLES, 1);
    learn(restored, 0, EXAMPLES, 1);

    assertThat(bytes(restored)).isEqualTo(bytes(selection));
  }
}
