package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.LearnerSummary;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.Initializer;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.nn.spec.Regularizer;
import dev.millrace.nn.spec.Schedule;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A pipeline whose file was changed between two runs: its models go on, or the job says why not.
 */
class SettingsChangeTest {
  private static final NetworkSpec MODEL = Specs.small(5);
  private static final String RESET = "state.on-shape-change: reset does so";
  private static final int BEFORE = 62;
  private static final int AFTER = 60;
  private static final long MINUTE = 60_000;

  private static final MetricsSpec EVERY_40 =
      MetricsSpec.DEFAULT.with(
          to -> {
            to.every = 40;
            to.maxIntervalMillis = 0;
          });

  @SuppressWarnings("unused") // @FieldSource names it
  private static final List<Arguments> HARMLESS =
      List.of(
          Arguments.of("a smaller window", metrics(EVERY_40.with(to -> to.window = 10))),
          Arguments.of("a larger window", metrics(EVERY_40.with(to -> to.window = 900))),
          Arguments.of(
              "other reports",
              metrics(
                  MetricsSpec.DEFAULT.with(
                      to -> {
                        to.window = 50;
                        to.every = 7;
                        to.maxIntervalMillis = 0;
                        to.perClass = false;
                        to.confusionMatrix = false;
                      }))),
          Arguments.of("another topic", topic("other-examples")),
          Arguments.of(
              "a learning rate", model(optimizer(new Optimizer.Adam(0.1f, .8f, .9f, 1e-7f)))),
          Arguments.of("a schedule, penalties, clipping", model(howItLearns())),
          Arguments.of("dropout", model(layers(new LayerSpec(8, Activation.RELU, 0.5f, false)))),
          Arguments.of("another clip and decay", model(scaled(Normalization.Kind.STANDARD, 0.1f))),
          Arguments.of("declared classes", input(classes("low", "mid", "high", "new"))));

  @ParameterizedTest(name = "{0}")
  @FieldSource("HARMLESS")
  void aHarmlessChangeGoesOnWithWhatWasLearned(String name, TrainSpec after) throws Exception {
    try (TrainHarness harness = new TrainHarness(after, snapshot())) {
      harness.send(Chunks.classes("k", AFTER, 3), 10);
      harness.end();

      LearnerSummary learner =
          ModelSnapshot.decode("p", "c", "k", HexFormat.of().parseHex(harness.model("k")))
              .learner();
      assertThat(learner.examples()).isEqualTo(BEFORE + AFTER);
      assertThat(learner.steps()).isEqualTo((BEFORE + AFTER) / 5);
      assertThat(harness.metrics())
          .last()
          .extracting(m -> m.path("seq").asInt())
          .isEqualTo(BEFORE + AFTER);
      assertThat(harness.deadLetters()).isEmpty();
    }
  }

  @SuppressWarnings("unused") // @FieldSource names it
  private static final List<Arguments> REJECTED =
      List.of(
          Arguments.of(model(batchSize(6)), "batch size 5", "batch size 6"),
          Arguments.of(
              model(optimizer(new Optimizer.AdamW(0.01f, .9f, .999f, 1e-8f, 0f))),
              "adam,",
              "adamw,"),
          Arguments.of(model(loss(Loss.MSE)), "softmax categorical_crossentropy", "softmax mse"),
          Arguments.of(
              model(scaled(Normalization.Kind.MINMAX, 0f)),
              "normalization standard",
              "normalization minmax"),
          Arguments.of(model(layers(new LayerSpec(8, Activation.TANH))), "8 relu", "8 tanh"),
          Arguments.of(model(layers(new LayerSpec(9, Activation.RELU))), "8 relu", "9 relu"));

  @ParameterizedTest(name = "{2}")
  @FieldSource("REJECTED")
  void aChangeThatDoesNotFitIsRejectedWithBothSettingsAndTheRemedy(
      TrainSpec after, String stored, String configured) throws Exception {
    try (TrainHarness harness = new TrainHarness(after, snapshot())) {
      assertThatThrownBy(() -> harness.send(Chunks.classes("k", AFTER, 3), 10))
          .rootCause()
          .hasMessageStartingWith("key \"k\": ")
          .hasMessageContaining(stored)
          .hasMessageContaining(configured)
          .hasMessageContaining("; restore the stored settings, or reset the key: " + RESET);
    }
  }

  @Test
  void otherFeaturesAreRejectedWithTheirNamesAndTheRemedy() throws Exception {
    try (TrainHarness harness = new TrainHarness(input(features("a", "b", "c")), snapshot())) {
      assertThatThrownBy(() -> harness.send(Chunks.classes("k", AFTER, 3), 10))
          .rootCause()
          .hasMessageStartingWith("key \"k\": ")
          .hasMessageContaining("other input.features")
          .hasMessageContaining(
              ": a, b, c; restore the stored input.features, or reset the key: " + RESET);
    }
  }

  @SuppressWarnings("unused") // @FieldSource names it
  private static final List<Arguments> OTHER_TASKS =
      List.of(
          Arguments.of(null, Chunks.numbers("k", BEFORE, 2), "regression", Task.BINARY),
          Arguments.of(Task.BINARY, twoClasses(BEFORE, 2), "binary", Task.MULTICLASS),
          Arguments.of(null, Chunks.classes("k", BEFORE, 2), "multiclass", Task.BINARY),
          Arguments.of(null, Chunks.classes("k", BEFORE, 2), "multiclass", Task.REGRESSION));

  @ParameterizedTest(name = "{2} becomes {3}")
  @FieldSource("OTHER_TASKS")
  void aChangeOfTaskIsRejectedOrRestartsTheKey(
      Task before, List<Example> learned, String stored, Task declared) throws Exception {
    OperatorSubtaskState snapshot = snapshot(task(before), learned);
    List<Example> next =
        declared.isClassification() ? twoClasses(AFTER, 3) : Chunks.numbers("k", AFTER, 3);

    for (ShapeChange onChange : List.of(ShapeChange.FAIL, ShapeChange.GROW)) {
      try (TrainHarness harness = changed(task(declared), onChange, snapshot)) {
        assertThatThrownBy(() -> harness.send(next, 10))
            .rootCause()
            .hasMessageStartingWith(
                "key \"k\": the stored model is of another task: stored (%s), configured (%s);"
                    + " restore the stored settings, or reset the key:"
                    + " state.on-shape-change: reset does so",
                stored, declared.id());
      }
    }
    try (TrainHarness reset = changed(task(declared), ShapeChange.RESET, snapshot);
        TrainHarness fresh = new TrainHarness(task(declared))) {
      reset.send(next, 10);
      reset.end();
      fresh.send(next, 10);
      fresh.end();

      assertThat(reset.deadLetters()).isEmpty();
      assertThat(reset.model("k")).isEqualTo(fresh.model("k"));
    }
  }

  @Test
  void featuresThatBecameIndicatorsAreNamedOrRestartTheKey() throws Exception {
    TrainSpec numbers = ofInput(features("a", "b", "c"));
    TrainSpec oneHot =
        ofInput(
            Records.spec(
                null,
                List.of(),
                List.of(
                    new FeatureSpec("a", FeatureSpec.Type.NUMERIC, false, List.of(), 0),
                    new FeatureSpec("b", FeatureSpec.Type.ONE_HOT, false, List.of("x", "y"), 0))));
    OperatorSubtaskState snapshot = snapshot(numbers, Chunks.classes("k", BEFORE, 2));
    List<Example> next = Chunks.classes("k", AFTER, 3);

    for (ShapeChange onChange : List.of(ShapeChange.FAIL, ShapeChange.GROW)) {
      try (TrainHarness harness = changed(oneHot, onChange, snapshot)) {
        assertThatThrownBy(() -> harness.send(next, 10))
            .rootCause()
            .hasMessageStartingWith(
                "key \"k\": the stored model was trained on other input.features: it scales inputs"
                    + " 1 to 2 (counted from 0), which are indicators and not scaled now; restore"
                    + " the stored settings, or reset the key: state.on-shape-change: reset");
      }
    }
    try (TrainHarness reset = changed(oneHot, ShapeChange.RESET, snapshot);
        TrainHarness fresh = new TrainHarness(oneHot)) {
      for (TrainHarness one : List.of(reset, fresh)) {
        one.send(next, 10);
        one.end();
      }
      assertThat(reset.model("k")).isEqualTo(fresh.model("k"));
    }
    OperatorSubtaskState ofIndicators = snapshot(oneHot, Chunks.classes("k", BEFORE, 2));
    try (TrainHarness same = changed(oneHot, ShapeChange.FAIL, ofIndicators)) {
      same.send(next, 10);
      assertThat(same.deadLetters()).isEmpty();
    }
  }

  @Test
  void aGuessedTaskOfTwoClassesIsTheBinaryOneThatIsDeclaredLater() throws Exception {
    OperatorSubtaskState snapshot = snapshot(task(null), twoClasses(BEFORE, 2));
    try (TrainHarness harness = changed(task(Task.BINARY), ShapeChange.FAIL, snapshot);
        TrainHarness undeclared = changed(task(null), ShapeChange.FAIL, snapshot)) {
      for (TrainHarness one : List.of(harness, undeclared)) {
        one.send(twoClasses(AFTER, 3), 10);
        one.end();
      }

      assertThat(harness.metrics()).isEqualTo(undeclared.metrics());
      harness.send(Chunks.classes("k", AFTER, 3), 10);
      assertThat(harness.deadLetters()).isNotEmpty(); // of the third class
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 60 * MINUTE})
  void aPendingReportFollowsTheCurrentInterval(long maxIntervalBefore) throws Exception {
    OperatorSubtaskState state;
    try (TrainHarness harness = new TrainHarness(reportedWithin(maxIntervalBefore))) {
      harness.send(Chunks.classes("k", BEFORE, 2), 10);
      state = harness.snapshot();
      assertThat(harness.metrics()).isEmpty();
    }
    try (TrainHarness harness = new TrainHarness(reportedWithin(0), state)) {
      harness.operator.setProcessingTime(120 * MINUTE);
      state = harness.snapshot();
      assertThat(harness.metrics()).isEmpty();
    }

    try (TrainHarness harness = new TrainHarness(reportedWithin(MINUTE), state)) {
      harness.operator.setProcessingTime(MINUTE);
      assertThat(harness.metrics())
          .singleElement()
          .extracting(m -> m.path("seq").asInt())
          .isEqualTo(BEFORE);
      state = harness.snapshot();
    }
    try (TrainHarness harness = new TrainHarness(reportedWithin(MINUTE), state)) {
      harness.operator.setProcessingTime(2 * MINUTE);
      assertThat(harness.metrics()).isEmpty();
      assertThat(harness.operator.numProcessingTimeTimers()).isZero();
    }
  }

  @Test
  void aShorterTimeUntilAReportHoldsForWhatWaitsTheLongerOneOut() throws Exception {
    OperatorSubtaskState state;
    try (TrainHarness harness = new TrainHarness(reportedWithin(60 * MINUTE))) {
      harness.send(Chunks.classes("k", BEFORE, 2), 10);
      state = harness.snapshot();
    }

    try (TrainHarness harness = new TrainHarness(reportedWithin(MINUTE), state)) {
      harness.operator.setProcessingTime(MINUTE);
      assertThat(harness.metrics()).hasSize(1);
    }
  }

  private static TrainSpec reportedWithin(long millis) {
    return metrics(
        MetricsSpec.DEFAULT.with(
            to -> {
              to.window = 50;
              to.maxIntervalMillis = millis;
            }));
  }

  private static OperatorSubtaskState snapshot() throws Exception {
    return snapshot(Specs.train(MODEL), Chunks.classes("k", BEFORE, 2));
  }

  private static OperatorSubtaskState snapshot(TrainSpec spec, List<Example> examples)
      throws Exception {
    try (TrainHarness harness = new TrainHarness(spec)) {
      harness.send(examples, 10);
      return harness.snapshot();
    }
  }

  private static TrainHarness changed(
      TrainSpec after, ShapeChange onChange, OperatorSubtaskState from) throws Exception {
    StateSpec state = new StateSpec(64 << 20, 0, 64 << 20, onChange);
    return new TrainHarness(new TrainOperator(after, state), new HashMapStateBackend(), from);
  }

  private static List<Example> twoClasses(int count, long seed) {
    List<Example> examples = Chunks.classes("k", count, seed);
    examples.forEach(example -> example.label = example.label.equals("high") ? "yes" : "no");
    return examples;
  }

  private static TrainSpec task(Task task) {
    return input(Records.spec(task, List.of(), List.of()));
  }

  private static TrainSpec metrics(MetricsSpec metrics) {
    return Specs.train(Records.undeclared(), MODEL, metrics);
  }

  private static TrainSpec input(InputSpec input) {
    return Specs.train(input, MODEL, Specs.METRICS);
  }

  private static TrainSpec ofInput(InputSpec input) {
    return Specs.train(input, MODEL.withIndicators(Indicators.of(input)), Specs.METRICS);
  }

  private static TrainSpec model(ModelSpec model) {
    return Specs.train(model);
  }

  private static TrainSpec topic(String topic) {
    return Specs.train(MODEL).with(to -> to.topic = topic);
  }

  private static InputSpec classes(String... names) {
    return Records.spec(null, List.of(names), List.of());
  }

  private static InputSpec features(String... names) {
    return Records.spec(
        null,
        List.of(),
        List.of(names).stream()
            .map(name -> new FeatureSpec(name, FeatureSpec.Type.NUMERIC, false, List.of(), 0))
            .toList());
  }

  private static NetworkSpec layers(LayerSpec... layers) {
    return changed(List.of(layers), null, MODEL.optimizer(), MODEL.normalization(), 5);
  }

  private static NetworkSpec loss(Loss loss) {
    return changed(MODEL.hidden(), loss, MODEL.optimizer(), MODEL.normalization(), 5);
  }

  private static NetworkSpec optimizer(Optimizer optimizer) {
    return changed(MODEL.hidden(), null, optimizer, MODEL.normalization(), 5);
  }

  private static NetworkSpec scaled(Normalization.Kind kind, float decay) {
    Normalization normalization = new Normalization(kind, decay, decay == 0f ? 0f : 3f);
    return changed(MODEL.hidden(), null, MODEL.optimizer(), normalization, 5);
  }

  private static NetworkSpec batchSize(int size) {
    return changed(MODEL.hidden(), null, MODEL.optimizer(), MODEL.normalization(), size);
  }

  private static NetworkSpec changed(
      List<LayerSpec> layers,
      Loss loss,
      Optimizer optimizer,
      Normalization normalization,
      int batchSize) {
    return MODEL.with(
        to -> {
          to.hidden = layers;
          to.output = loss == null ? null : Activation.SOFTMAX;
          to.loss = loss;
          to.optimizer = optimizer;
          to.normalization = normalization;
          to.batchSize = batchSize;
        });
  }

  private static NetworkSpec howItLearns() {
    return MODEL.with(
        to -> {
          to.schedule = new Schedule.Constant(10);
          to.regularizer = new Regularizer(1e-3f, 0f, 3f, 0.1f);
          to.clipping = new Clipping(0f, 1f);
          to.seed = MODEL.seed() + 1;
          to.initializer = Initializer.LECUN_NORMAL;
          to.classWeights = ClassWeights.of(Map.of("low", 3f));
        });
  }
}
