package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.codec.ExampleDecoder;
import dev.millrace.data.Example;
import dev.millrace.eval.drift.DriftSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.nn.spec.SelectionSpec.NamedModel;
import dev.millrace.prequential.spec.DriftPolicy;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.AvroValues;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Texts of the standard schema without declared features keep their 0 and 1: models learn the same
 * as models whose settings name the hashed columns as indicators.
 */
class UndeclaredTextsTest {
  private static final int HASHED = 64;
  private static final int EXAMPLES = 120;
  private static final ModelSpec NETWORK = Specs.small(5);
  private static final ModelSpec MIXTURE =
      ModelSpec.auto(1, AutoSpec.of(AutoSpec.Tier.FAST), ClassWeights.NONE);
  private static final ModelSpec BOTH =
      new SelectionSpec(
          List.of(new NamedModel("network", NETWORK), new NamedModel("mixture", MIXTURE)),
          "network",
          false,
          SelectionSpec.Promotion.DEFAULT,
          SelectionSpec.OnChange.REJECT);

  static List<ModelSpec> models() {
    return List.of(NETWORK, MIXTURE, BOTH);
  }

  @ParameterizedTest
  @MethodSource("models")
  void textsAreNotScaled(ModelSpec model) throws Exception {
    for (int numbers : new int[] {0, 2}) {
      List<Example> examples = clicks(numbers, EXAMPLES);

      String learned = learned(undeclared(model), examples, 10);

      assertThat(learned)
          .isEqualTo(learned(Specs.train(withHashed(model, numbers)), examples, 10))
          .isNotEqualTo(learned(Specs.train(model), examples, 10))
          .isEqualTo(learned(undeclared(model), examples, 1));
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void numbersAreScaledAsBefore(ModelSpec model) throws Exception {
    List<Example> examples = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < EXAMPLES; i++) {
      examples.add(click(random, 3, Map.of(), i));
    }

    assertThat(learned(undeclared(model), examples, 10))
        .isEqualTo(learned(Specs.train(model), examples, 10));
  }

  @ParameterizedTest
  @MethodSource("models")
  void aRestoredModelDoesNotScaleThemEither(ModelSpec model) throws Exception {
    List<Example> examples = clicks(2, EXAMPLES);
    TrainSpec spec = undeclared(model);
    String expected = learned(Specs.train(withHashed(model, 2)), examples, 10);

    OperatorSubtaskState snapshot = snapshot(spec, examples.subList(0, 60));

    for (ShapeChange onChange : ShapeChange.values()) {
      assertThat(resumed(spec, onChange, snapshot, examples.subList(60, EXAMPLES)))
          .isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"RESET", "SWAP_IN_CHALLENGER"})
  void aModelThatStartsAgainAfterADriftDoesNotScaleThemEither(DriftPolicy.Action action)
      throws Exception {
    DriftPolicy plan = new DriftPolicy("ddm", DriftSpec.Ddm.DEFAULT, action, 1f, 1);
    List<Example> examples = clicks(2, 400);
    List<Example> other = clicks(2, 800).subList(400, 800);
    other.forEach(example -> example.label = example.label.equals("yes") ? "no" : "yes");
    examples.addAll(other);

    try (TrainHarness undeclared = new TrainHarness(watching(undeclared(NETWORK), plan));
        TrainHarness named =
            new TrainHarness(watching(Specs.train(withHashed(NETWORK, 2)), plan))) {
      for (TrainHarness one : List.of(undeclared, named)) {
        one.send(examples, 10);
        one.end();
      }
      assertThat(named.events()).anyMatch(event -> event.path("event").asText().equals("drift"));
      assertThat(undeclared.model("k")).isEqualTo(named.model("k"));
    }
  }

  private static String learned(TrainSpec spec, List<Example> examples, int chunkSize)
      throws Exception {
    try (TrainHarness harness = new TrainHarness(spec)) {
      harness.send(examples, chunkSize);
      harness.end();
      assertThat(harness.deadLetters()).isEmpty();
      return harness.model("k");
    }
  }

  private static OperatorSubtaskState snapshot(TrainSpec spec, List<Example> examples)
      throws Exception {
    try (TrainHarness harness = new TrainHarness(spec)) {
      harness.send(examples, 10);
      return harness.snapshot();
    }
  }

  private static String resumed(
      TrainSpec spec, ShapeChange onChange, OperatorSubtaskState from, List<Example> examples)
      throws Exception {
    StateSpec state = new StateSpec(64 << 20, 0, 64 << 20, onChange);
    try (TrainHarness harness =
        new TrainHarness(new TrainOperator(spec, state), new HashMapStateBackend(), from)) {
      harness.send(examples, 10);
      harness.end();
      assertThat(harness.deadLetters()).isEmpty();
      return harness.model("k");
    }
  }

  private static TrainSpec undeclared(ModelSpec model) {
    InputSpec input = Records.undeclared();
    return Specs.train(input, model.withIndicators(Indicators.of(input)), Specs.METRICS);
  }

  private static TrainSpec watching(TrainSpec spec, DriftPolicy plan) {
    return spec.with(to -> to.drift = plan);
  }

  private static ModelSpec withHashed(ModelSpec model, int numbers) {
    return model.withIndicators(
        Indicators.of(IntStream.range(numbers, numbers + HASHED).toArray()));
  }

  // Every 20th click is of a rare city.
  private static List<Example> clicks(int numbers, int count) {
    SplittableRandom random = new SplittableRandom(5);
    List<Example> clicks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String city = i % 20 == 7 ? "Hammerfest" : "Oslo";
      String device = random.nextInt(3) == 0 ? "phone" : "desktop";
      clicks.add(click(random, numbers, Map.of("city", city, "device", device), i));
    }
    return clicks;
  }

  private static Example click(
      SplittableRandom random, int numbers, Map<String, String> texts, int offset) {
    float[] features = new float[numbers];
    for (int f = 0; f < numbers; f++) {
      features[f] = (float) random.nextDouble(10);
    }
    boolean isClick = "Hammerfest".equals(texts.get("city")) || random.nextInt(10) == 0;
    byte[] value = AvroValues.value("k", isClick ? "yes" : "no", 0, features, texts);
    Example example = new Example();
    example.record = Records.record("k", value, offset);
    assertThat(new ExampleDecoder(Records.undeclared()).decode(example.record, example)).isNull();
    return example;
  }
}
