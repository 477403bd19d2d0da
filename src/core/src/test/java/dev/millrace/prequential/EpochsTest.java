package dev.millrace.prequential;

import static dev.millrace.prequential.Learning.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.OutputLabels;
import dev.millrace.data.Task;
import dev.millrace.input.DerivedFeature;
import dev.millrace.input.DerivedFeature.Lags;
import dev.millrace.input.ForecastSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.LateStreams;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Records that name the pass over a bounded data set that they are of. */
class EpochsTest {
  private static final int ROWS = 60;
  private static final int FORGED = 999_999_999;
  private static final int MAX_FIRST = 1_000;
  private static final ForecastSpec FORECAST = SeriesFixtures.inHours(2);

  private final RecordingListener published = new RecordingListener();

  /** A pipeline, and the records of a pass over its data. */
  record Pipeline(String name, TrainSpec spec) {
    List<Example> pass(int epoch) {
      List<Example> examples =
          switch (name) {
            case "forecast" -> series();
            case "delayed labels" -> LateStreams.apart(Chunks.classes("k", ROWS, 1), 5);
            default -> Chunks.classes("k", ROWS, 1);
          };
      for (Example example : examples) {
        example.epoch = epoch;
        if (name.equals("set of labels")) {
          example.label = OutputLabels.ofSet(List.of(example.label, "any"));
        } else if (name.equals("derived features")) {
          example.resize(example.width + 1);
          example.features[example.width - 1] = Float.NaN;
          example.carry(1);
          example.carried[0] = Double.doubleToRawLongBits(example.features[0]);
        }
      }
      return examples;
    }

    private static List<Example> series() {
      double[] values = SeriesFixtures.demand(ROWS);
      List<Example> examples = new ArrayList<>();
      for (int i = 0; i < ROWS; i++) {
        examples.add(SeriesFixtures.example(FORECAST, i, i * SeriesFixtures.HOUR, values[i]));
      }
      return examples;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  @SuppressWarnings("unused") // @FieldSource names it
  static final List<Pipeline> PIPELINES =
      List.of(
          new Pipeline("examples", Specs.train(Specs.small(5))),
          new Pipeline("delayed labels", train(LateStreams.input(Task.MULTICLASS, null, 20, 50))),
          new Pipeline("forecast", SeriesFixtures.train(FORECAST)),
          new Pipeline(
              "derived features",
              train(
                  Records.undeclared()
                      .with(
                          to ->
                              to.derived =
                                  List.of(
                                      new DerivedFeature(
                                          "x", List.of(), new Lags(List.of(3L), true, false)))))),
          new Pipeline(
              "set of labels", train(Records.undeclared().with(to -> to.task = Task.MULTILABEL))));

  private static TrainSpec train(InputSpec input) {
    return Specs.train(input, Specs.small(5), Specs.METRICS);
  }

  private TrainState learn(Pipeline pipeline, List<Example> examples) throws IOException {
    return Learning.inChunks(pipeline.spec(), examples, 1, false, published);
  }

  private static List<Example> concat(List<Example> first, List<Example> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  @ParameterizedTest
  @FieldSource("PIPELINES")
  void aRecordOfAPassAfterTheNextIsRejectedAndChangesNothing(Pipeline pipeline) throws IOException {
    for (int current : new int[] {0, 1, 2}) {
      published.rejected.clear();
      List<Example> before =
          concat(
              current == 2 ? pipeline.pass(1) : List.of(),
              pipeline.pass(current).subList(0, ROWS / 2));
      List<Example> after = pipeline.pass(current).subList(ROWS / 2, ROWS);
      List<Example> strangers =
          concat(
              pipeline.pass(FORGED).subList(7, 9),
              pipeline.pass(current == 0 ? MAX_FIRST + 1 : current + 2).subList(7, 8));

      byte[] expected = bytes(learn(pipeline, concat(before, after)));
      assertThat(published.rejected).isEmpty();
      byte[] actual = bytes(learn(pipeline, concat(before, concat(strangers, after))));

      assertThat(actual).isEqualTo(expected);
      assertThat(published.rejected)
          .hasSize(3)
          .extracting(DeadLetter::reason)
          .containsOnly(DeadLetterReason.INVALID_EPOCH);
    }
  }

  @ParameterizedTest
  @FieldSource("PIPELINES")
  void aNewKeyDoesNotBeginWithAFarPass(Pipeline pipeline) throws IOException {
    List<Example> stranger = pipeline.pass(FORGED).subList(0, 1);

    byte[] expected = bytes(learn(pipeline, pipeline.pass(1)));
    byte[] actual = bytes(learn(pipeline, concat(stranger, pipeline.pass(1))));

    assertThat(actual).isEqualTo(expected);
    assertThat(published.rejected)
        .singleElement()
        .satisfies(
            letter ->
                assertThat(letter.message())
                    .isEqualTo(
                        "the record is of pass 999999999, but its key begins with pass 1000 or an"
                            + " earlier one"));
  }

  @ParameterizedTest
  @FieldSource("PIPELINES")
  void aKeyThatRestartsInALaterPassLearnsFromThereOn(Pipeline pipeline) throws IOException {
    List<Example> restarted = concat(pipeline.pass(3).subList(0, ROWS / 2), pipeline.pass(4));

    TrainState state = learn(pipeline, restarted);

    assertThat(published.rejected).isEmpty();
    assertThat(epoch(pipeline, state)).isEqualTo(4);
  }

  @ParameterizedTest
  @FieldSource("PIPELINES")
  void aRecordOfAnEarlierPassIsOfTheCurrentOne(Pipeline pipeline) throws IOException {
    List<Example> late = concat(pipeline.pass(1), pipeline.pass(2));
    for (int i = late.size() / 2 + 1; i < late.size(); i += 2) {
      late.get(i).epoch = 1;
    }

    byte[] expected = bytes(learn(pipeline, concat(pipeline.pass(1), pipeline.pass(2))));

    assertThat(bytes(learn(pipeline, late))).isEqualTo(expected);
    assertThat(published.rejected).isEmpty();
  }

  @ParameterizedTest
  @FieldSource("PIPELINES")
  void aForgedFirstPassDoesNotLockItsKeyOut(Pipeline pipeline) throws IOException {
    List<Example> forged = pipeline.pass(MAX_FIRST).subList(0, 1);

    learn(pipeline, concat(forged, concat(pipeline.pass(1), pipeline.pass(2))));

    assertThat(published.rejected).isEmpty();
  }

  private static int epoch(Pipeline pipeline, TrainState state) {
    return pipeline.spec().input().hasOutputs()
        ? OutputsState.of(state).counters.epoch
        : state.model().counters.epoch;
  }

  @ParameterizedTest
  @FieldSource("PIPELINES")
  void aRecordWithoutAnEpochIsOfThePassThatItsKeyIsIn(Pipeline pipeline) throws IOException {
    List<Example> numbered = concat(pipeline.pass(1), pipeline.pass(2));
    List<Example> mixed = concat(pipeline.pass(1), pipeline.pass(2));
    for (int i = mixed.size() / 2 + 1; i < mixed.size(); i += 2) {
      mixed.get(i).epoch = 0;
    }

    byte[] expected = bytes(learn(pipeline, numbered));

    assertThat(bytes(learn(pipeline, mixed))).isEqualTo(expected);
    assertThat(published.rejected).isEmpty();
  }

  @Test
  void theDeadLetterOfAnotherPassNamesThePassesThatMayCome() throws IOException {
    Pipeline pipeline = PIPELINES.get(0);

    learn(pipeline, concat(pipeline.pass(2), pipeline.pass(4).subList(0, 1)));

    assertThat(published.rejected)
        .singleElement()
        .satisfies(
            letter ->
                assertThat(letter.message())
                    .isEqualTo(
                        "the record is of pass 4, but its key is in pass 2, which only pass 3 may"
                            + " follow"));
  }
}
