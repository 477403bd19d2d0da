package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.codec.OutputRecord;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.eval.MetricsSpec.Decision;
import dev.millrace.eval.MetricsSpec.Validation;
import dev.millrace.input.InputSpec;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.LateStreams;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Labels that come later than their features. */
class LateLabelsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int EXAMPLES = 300;
  private static final int DELAY = 40;
  private static final long TIMEOUT = 1_000;

  private static TrainSpec spec(Task task, int batchSize, MetricsSpec metrics) {
    InputSpec input = LateStreams.input(task, null, TIMEOUT, EXAMPLES);
    return Specs.train(input, Specs.small(batchSize), metrics)
        .with(to -> to.publish = to.publish.withPredictions(true));
  }

  private static TrainSpec classes() {
    return spec(Task.MULTICLASS, 5, Specs.METRICS);
  }

  private static JsonNode last(TrainHarness harness) throws Exception {
    List<JsonNode> metrics = harness.metrics();
    return metrics.get(metrics.size() - 1);
  }

  private static List<JsonNode> predictions(TrainHarness harness) throws Exception {
    List<JsonNode> predictions = new ArrayList<>();
    for (String line : harness.predictions()) {
      predictions.add(JSON.readTree(line));
    }
    return predictions;
  }

  @ParameterizedTest
  @EnumSource(
      value = Decision.class,
      names = {"NONE", "F1"})
  void thePredictionMadeWhenTheFeaturesCameIsTheOneScored(Decision decision) throws Exception {
    List<Example> examples = Chunks.classes("k", EXAMPLES, 3);
    examples.forEach(example -> example.label = example.label.equals("high") ? "yes" : "no");
    MetricsSpec metrics =
        Specs.METRICS
            .with(to -> to.positiveClass = "yes")
            .with(to -> to.thresholdMetric = decision);
    try (TrainHarness harness = new TrainHarness(spec(Task.BINARY, 1, metrics));
        TrainHarness atOnce = new TrainHarness(spec(Task.BINARY, 1, metrics))) {
      harness.send(LateStreams.apart(examples, DELAY), 64);
      harness.end();
      atOnce.send(LateStreams.apart(examples, 0), 64);
      atOnce.end();

      List<JsonNode> predictions = predictions(harness);
      assertThat(predictions).hasSize(EXAMPLES);
      int scored = 0;
      int hits = 0;
      for (int i = 0; i < EXAMPLES; i++) {
        JsonNode prediction = predictions.get(i);
        assertThat(prediction.path("id").asText()).isEqualTo("id-" + i);
        assertThat(prediction.has("actual") || prediction.has("seq")).isFalse();
        if (!prediction.path("class").isNull()) {
          scored++;
          hits += prediction.path("class").asText().equals(examples.get(i).label) ? 1 : 0;
        }
      }
      JsonNode total = last(harness).path("total");
      assertThat(scored).isEqualTo(EXAMPLES - DELAY - 1);
      assertThat(total.path("examples").asInt()).isEqualTo(scored);
      assertThat(total.path("accuracy").asDouble()).isEqualTo(hits / (double) scored);
      assertThat(total.path("accuracy")).isNotEqualTo(last(atOnce).at("/total/accuracy"));
      assertThat(total.path("log_loss").asDouble()).isPositive();
    }
  }

  @Test
  void theGroupOfTheFeaturesIsThatOfTheExample() throws Exception {
    List<Example> examples = Chunks.classes("k", EXAMPLES, 3);
    examples.forEach(example -> example.label = example.label.equals("high") ? "yes" : "no");
    for (int i = 0; i < EXAMPLES; i++) {
      examples.get(i).group = i % 7; // 0 is none
    }
    TrainSpec spec = spec(Task.BINARY, 1, Specs.METRICS.with(to -> to.rankAt = 2));
    List<Example> whole = new ArrayList<>();
    for (int i = 0; i < EXAMPLES; i++) {
      whole.add(LateStreams.whole(examples.get(i), i));
    }
    try (TrainHarness expected = new TrainHarness(spec);
        TrainHarness harness = new TrainHarness(spec)) {
      expected.send(whole, 64);
      expected.end();
      harness.send(LateStreams.apart(examples, 0), 64);
      harness.end();

      JsonNode groups = last(harness).at("/window/groups");
      assertThat(groups).isEqualTo(last(expected).at("/window/groups"));
      assertThat(groups.path("count").asInt()).isBetween(3, 6);
      assertThat(groups.path("auc").asDouble()).isBetween(0.5, 1.0);
    }
  }

  @Test
  void aNumberIsScoredAsItWasPredicted() throws Exception {
    List<Example> examples = Chunks.numbers("k", EXAMPLES, 4);
    try (TrainHarness harness = new TrainHarness(spec(Task.REGRESSION, 1, Specs.METRICS))) {
      harness.send(LateStreams.apart(examples, DELAY), 64);
      harness.end();

      double absolute = 0;
      int scored = 0;
      for (int i = 0; i < EXAMPLES; i++) {
        JsonNode prediction = predictions(harness).get(i);
        if (!prediction.path("value").isNull()) {
          scored++;
          absolute += Math.abs(prediction.path("value").asDouble() - examples.get(i).target);
        }
      }
      assertThat(scored).isEqualTo(EXAMPLES - DELAY - 1);
      assertThat(last(harness).at("/total/examples").asInt()).isEqualTo(scored);
      assertThat(last(harness).at("/total/mae").asDouble())
          .isEqualTo(absolute / scored, within(1e-6));
      assertThat(last(harness).at("/total/loss").isNull()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, DELAY})
  void theModelIsThatOfTheSameExamplesInTheOrderOfTheirLabels(int delay) throws Exception {
    List<Example> examples = Chunks.classes("k", EXAMPLES, 7);
    TrainSpec whole =
        Specs.train(
            Records.spec(Task.MULTICLASS, List.of(), List.of()), Specs.small(5), Specs.METRICS);
    try (TrainHarness expected = new TrainHarness(whole);
        TrainHarness harness = new TrainHarness(classes())) {
      expected.send(examples, 64);
      expected.end();
      harness.send(LateStreams.apart(examples, delay), 64);
      harness.end();

      assertThat(harness.model("k")).isEqualTo(expected.model("k"));
      assertThat(last(harness).path("seq").asInt()).isEqualTo(EXAMPLES);
    }
  }

  @Test
  void aLabelThatComesFirstIsScoredLikeAWholeExample() throws Exception {
    List<Example> examples = Chunks.classes("k", EXAMPLES, 7);
    List<Example> labelsFirst = new ArrayList<>();
    labelsFirst.add(LateStreams.features(examples.get(0), 0));
    for (int i = 1; i < EXAMPLES; i++) {
      labelsFirst.add(LateStreams.label(examples.get(i), i, 0));
      labelsFirst.add(LateStreams.features(examples.get(i), i));
    }
    List<Example> wholes = new ArrayList<>();
    for (int i = 1; i < EXAMPLES; i++) {
      wholes.add(LateStreams.whole(examples.get(i), i));
    }
    try (TrainHarness harness = new TrainHarness(classes());
        TrainHarness whole = new TrainHarness(classes())) {
      harness.send(labelsFirst, 64);
      harness.end();
      whole.send(wholes, 64);
      whole.end();

      assertThat(harness.model("k")).isEqualTo(whole.model("k"));
      assertThat(last(harness).path("total")).isEqualTo(last(whole).path("total"));
      assertThat(last(harness).at("/labels/matched").asInt()).isEqualTo(EXAMPLES - 1);
      assertThat(last(whole).at("/labels/complete").asInt()).isEqualTo(EXAMPLES - 1);
      assertThat(predictions(harness).subList(1, EXAMPLES))
          .extracting(one -> one.path("probabilities"))
          .isEqualTo(predictions(whole).stream().map(one -> one.path("probabilities")).toList());
    }
  }

  @Test
  void chunksOfAnySizeAndARestartAnywhereReportTheSame() throws Exception {
    List<Example> stream = disturbed(Chunks.classes("k", 60, 5));
    List<String> expected;
    try (TrainHarness harness = new TrainHarness(classes())) {
      harness.send(stream, 1);
      harness.end();
      expected = everything(harness);
    }
    for (int cut = 1; cut < stream.size(); cut++) {
      List<String> actual = new ArrayList<>();
      OperatorSubtaskState state;
      try (TrainHarness harness = new TrainHarness(classes())) {
        harness.send(stream.subList(0, cut), 64);
        state = harness.snapshot();
        actual.addAll(everything(harness));
      }
      try (TrainHarness harness = new TrainHarness(classes(), state)) {
        harness.send(stream.subList(cut, stream.size()), 7);
        harness.end();
        actual.addAll(everything(harness));
      }
      assertThat(actual)
          .as("cut after %d records", cut)
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  /** With duplicates, labels that come first, whole records, and halves whose other is missing. */
  private static List<Example> disturbed(List<Example> examples) {
    List<Example> stream = new ArrayList<>();
    for (int i = 0; i < examples.size() + 10; i++) {
      if (i < examples.size()) {
        Example example = examples.get(i);
        switch (i % 10) {
          case 1 -> stream.add(LateStreams.whole(example, i));
          case 2 -> {
            stream.add(LateStreams.features(example, i));
            stream.add(LateStreams.features(example, i));
          }
          case 3 -> stream.add(LateStreams.label(example, i, 0));
          case 4 -> {} // a label without features
          default -> stream.add(LateStreams.features(example, i));
        }
        if (i % 10 == 4) {
          stream.add(LateStreams.features(examples.get(i - 1), i - 1));
        }
      }
      int late = i - 10;
      if (late >= 0 && late % 10 != 6) { // the sixth has no label
        stream.add(LateStreams.label(examples.get(late), late, 10));
      }
    }
    return stream;
  }

  private static List<String> everything(TrainHarness harness) {
    List<String> all = new ArrayList<>(harness.predictions());
    for (OutputRecord record : harness.main()) {
      all.add(new String(record.value(), StandardCharsets.UTF_8));
    }
    harness.modelsByKey().forEach((key, model) -> all.add(key + " " + model));
    return all;
  }

  @Test
  void theCountsAreThoseOfAllRecords() throws Exception {
    List<Example> stream = disturbed(Chunks.classes("k", 60, 5));
    stream.add(LateStreams.label(Chunks.classes("k", 1, 1).get(0), 777, 5_000)); // far later
    try (TrainHarness harness = new TrainHarness(classes())) {
      harness.send(stream, 64);
      harness.end();

      Map<String, Integer> counts = new HashMap<>();
      last(harness)
          .path("labels")
          .properties()
          .forEach(field -> counts.put(field.getKey(), field.getValue().asInt()));
      counts.remove("delay_ms");
      int sum = counts.values().stream().mapToInt(Integer::intValue).sum();
      assertThat(sum + counts.get("matched")).isEqualTo(stream.size());
      assertThat(counts)
          .containsEntry("pending", 0)
          .containsEntry("early", 1) // the last one
          .containsEntry("complete", 6)
          .containsEntry("timed_out", 6)
          .containsEntry("without_features", 6)
          .containsEntry("duplicate_features", 6)
          .containsEntry("duplicate_labels", 12) // of whole ones, and of those that came first
          .containsEntry("matched", 42);
      assertThat(last(harness).path("seq").asInt()).isEqualTo(48);
      assertThat(last(harness).at("/labels/delay_ms/p50").asInt()).isEqualTo(10);
      assertThat(last(harness).at("/labels/delay_ms/max").asInt()).isEqualTo(10);
      assertThat(harness.deadLetters()).isEmpty();
    }
  }

  @Test
  void aKeyThatOnlyWaitsIsReportedAndNotPublished() throws Exception {
    try (TrainHarness harness = new TrainHarness(classes())) {
      harness.send(List.of(LateStreams.features(Chunks.classes("k", 1, 1).get(0), 1)), 1);
      harness.end();

      assertThat(last(harness).path("seq").asInt()).isZero();
      assertThat(last(harness).at("/labels/pending").asInt()).isOne();
      assertThat(last(harness).at("/labels/delay_ms").isNull()).isTrue();
      assertThat(harness.models()).isEmpty();
    }
  }

  @Test
  void twoReportsOfTheSameExamplesDifferOnlyInTheRecordsRead() throws Exception {
    List<Example> examples = Chunks.classes("k", 2, 1);
    try (TrainHarness harness = new TrainHarness(classes())) {
      harness.send(List.of(LateStreams.whole(examples.get(0), 0)), 1);
      harness.operator.setProcessingTime(Specs.METRICS.maxIntervalMillis());
      harness.send(List.of(LateStreams.features(examples.get(1), 1)), 1);
      harness.end();

      List<JsonNode> reports = harness.metrics();
      assertThat(reports).hasSize(2);
      List<String> different = new ArrayList<>();
      reports
          .get(0)
          .properties()
          .forEach(
              field -> {
                if (!field.getValue().equals(reports.get(1).path(field.getKey()))) {
                  different.add(field.getKey());
                }
              });
      assertThat(different).containsExactlyInAnyOrder("event_time", "labels", "estimate", "input");
    }
  }

  @Test
  void earlyLabelsFillNoMoreThanTheRoomBesideTheModelAsFeaturesDo() throws Exception {
    List<Example> examples = Chunks.classes("k", EXAMPLES, 3);
    long model = classes().firstModelBytes(Chunks.of(examples));
    StateSpec state = new StateSpec(0, 0, model + 2_000, ShapeChange.FAIL);
    List<Example> features = new ArrayList<>();
    List<Example> labels = new ArrayList<>();
    for (int i = 0; i < EXAMPLES; i++) {
      features.add(LateStreams.features(examples.get(i), i));
      labels.add(i == 0 ? features.get(0) : LateStreams.label(examples.get(i), i, 0));
    }
    try (TrainHarness pending = harness(state);
        TrainHarness early = harness(state)) {
      pending.send(features, 64);
      pending.end();
      early.send(labels, 64);
      early.end();

      // A label takes a little less than features, with which goes what baselines predicted.
      int kept = last(pending).at("/labels/pending").asInt();
      assertThat(last(early).at("/labels/early").asInt()).isBetween(kept, kept + 3);
    }
  }

  private static TrainHarness harness(StateSpec state) throws Exception {
    return new TrainHarness(new TrainOperator(classes(), state), new HashMapStateBackend(), null);
  }

  @Test
  void aRejectedLabelIsADeadLetterOfItsOwnTopic() throws Exception {
    InputSpec input = LateStreams.input(Task.BINARY, "labels", TIMEOUT, EXAMPLES);
    List<Example> examples = Chunks.classes("k", EXAMPLES, 3); // of three classes
    try (TrainHarness harness =
        new TrainHarness(Specs.train(input, Specs.small(1), Specs.METRICS))) {
      harness.send(LateStreams.apart(examples, DELAY), 64);
      harness.end();

      assertThat(harness.deadLetters())
          .isNotEmpty()
          .allSatisfy(
              letter -> {
                assertThat(letter.value()[1]).isEqualTo((byte) 9); // the label's record
                assertThat(header(letter, "reason")).isEqualTo("too-many-classes");
                assertThat(header(letter, "topic")).isEqualTo("labels");
              });
      assertThat(last(harness).at("/labels/matched").asInt()).isEqualTo(EXAMPLES);
      assertThat(last(harness).path("seq").asInt())
          .isEqualTo(EXAMPLES - harness.deadLetters().size());
      assertThat(last(harness).at("/input/examples/0/0").asInt()).isZero();
      assertThat(last(harness).at("/input/examples/0/1").asInt()).isEqualTo(EXAMPLES - 1);
    }
  }

  @Test
  void aLabelBeforeAnyFeaturesWaitsWhereTheyAreDeclared() throws Exception {
    Example example = Chunks.classes("k", 1, 1).get(0);
    List<Example> stream =
        List.of(LateStreams.label(example, 1, 0), LateStreams.features(example, 1));
    InputSpec open = LateStreams.input(Task.BINARY, null, TIMEOUT, 10);
    InputSpec declared = declared(open, "a", "b", "c");
    try (TrainHarness harness = harness(declared);
        TrainHarness undeclared = harness(open)) {
      harness.send(stream, 1);
      harness.end();
      undeclared.send(stream, 1);
      undeclared.end();

      assertThat(last(harness).at("/labels/matched").asInt()).isOne();
      assertThat(header(undeclared.deadLetters().get(0), "reason"))
          .isEqualTo("label-without-features");
      assertThat(last(undeclared).at("/labels/pending").asInt()).isOne();
    }
  }

  @Test
  void featuresThatWaitedWhileTheirModelGrewAreLearnedWithTheNewOnesMissing() throws Exception {
    Example example = Chunks.classes("k", 1, 1).get(0);
    InputSpec three = declared(LateStreams.input(Task.BINARY, null, TIMEOUT, 10), "a", "b", "c");
    InputSpec four = declared(three, "a", "b", "c", "d");
    OperatorSubtaskState waiting;
    try (TrainHarness harness = harness(three)) {
      harness.send(List.of(LateStreams.features(example, 1)), 1);
      waiting = harness.snapshot();
    }
    StateSpec growing = new StateSpec(0, 0, StateSpec.DEFAULT.stateBytes(), ShapeChange.GROW);
    TrainSpec larger = Specs.train(four, Specs.small(1), Specs.METRICS);
    try (TrainHarness harness =
        new TrainHarness(new TrainOperator(larger, growing), new HashMapStateBackend(), waiting)) {
      harness.send(List.of(LateStreams.label(example, 1, 1)), 1);
      harness.end();

      assertThat(harness.deadLetters()).isEmpty();
      assertThat(last(harness).at("/labels/matched").asInt()).isOne();
      assertThat(last(harness).path("examples").asInt()).isOne();
    }
  }

  @Test
  void aLabelBeforeAnyFeaturesIsRejectedHoweverChunksFallWhereTheyAreNotDeclared()
      throws Exception {
    List<Example> examples = Chunks.classes("k", 20, 3);
    List<Example> stream = new ArrayList<>();
    stream.add(LateStreams.label(examples.get(0), 0, 0));
    stream.add(LateStreams.label(examples.get(1), 1, 0));
    stream.addAll(LateStreams.apart(examples, 1));
    for (String topic : Arrays.asList(null, "labels")) {
      TrainSpec spec =
          Specs.train(
              LateStreams.input(Task.MULTICLASS, topic, TIMEOUT, EXAMPLES),
              Specs.small(1),
              Specs.METRICS);
      List<String> expected = everything(spec, StateSpec.DEFAULT, stream, 1);

      assertThat(expected).filteredOn("label-without-features"::equals).hasSize(2);
      for (int size : new int[] {2, 3, 64}) {
        assertThat(everything(spec, StateSpec.DEFAULT, stream, size)).isEqualTo(expected);
      }
    }
  }

  @Test
  void deadLettersOfAKeyWhoseModelWouldBeTooLargeAreTheSameHoweverChunksFall() throws Exception {
    List<Example> stream = LateStreams.apart(Chunks.classes("k", 5, 3), 1);
    StateSpec small = new StateSpec(0, 0, 1_000, ShapeChange.FAIL);
    List<String> expected = everything(classes(), small, stream, 1);

    assertThat(expected).containsOnly("model-too-large", "label-without-features").hasSize(10);
    for (int size : new int[] {2, 3, 64}) {
      assertThat(everything(classes(), small, stream, size)).isEqualTo(expected);
    }
  }

  /** Results of a stream, and the reasons of its dead letters. */
  private static List<String> everything(
      TrainSpec spec, StateSpec state, List<Example> stream, int chunkSize) throws Exception {
    try (TrainHarness harness =
        new TrainHarness(new TrainOperator(spec, state), new HashMapStateBackend(), null)) {
      harness.send(stream, chunkSize);
      harness.end();
      List<String> all = everything(harness);
      harness.deadLetters().forEach(letter -> all.add(header(letter, "reason")));
      return all;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, DELAY})
  void eachPassJoinsAgainAndHoldsOutTheSameExamples(int delay) throws Exception {
    List<Example> stream = new ArrayList<>();
    for (int epoch = 1; epoch <= 3; epoch++) {
      for (Example half : LateStreams.apart(Chunks.classes("k", EXAMPLES, 5), delay)) {
        half.epoch = epoch;
        stream.add(half);
      }
    }
    MetricsSpec metrics = Specs.METRICS.with(to -> to.validation = new Validation(0.25, 0));
    try (TrainHarness harness = new TrainHarness(spec(Task.MULTICLASS, 1, metrics))) {
      harness.send(stream, 64);
      harness.end();

      JsonNode record = last(harness);
      assertThat(record.at("/labels/matched").asInt()).isEqualTo(3 * EXAMPLES);
      int heldOut = record.at("/validation/epoch/examples").asInt();
      assertThat(heldOut / (double) EXAMPLES).isEqualTo(0.25, within(0.07));
      // The first example of each class is learned in the first pass, whatever its id.
      assertThat(3 * EXAMPLES - record.path("examples").asInt())
          .isBetween(3 * heldOut - 3, 3 * heldOut);
    }
  }

  @Test
  void theIdDecidesWhichExamplesAreHeldOut() throws Exception {
    List<Example> examples = Chunks.classes("k", EXAMPLES, 5);
    MetricsSpec metrics = Specs.METRICS.with(to -> to.validation = new Validation(0.25, 0));
    try (TrainHarness apart = new TrainHarness(spec(Task.MULTICLASS, 1, metrics));
        TrainHarness whole = new TrainHarness(spec(Task.MULTICLASS, 1, metrics))) {
      apart.send(LateStreams.apart(examples, DELAY), 64);
      apart.end();
      List<Example> wholes = new ArrayList<>();
      for (int i = 0; i < EXAMPLES; i++) {
        wholes.add(LateStreams.whole(examples.get(i), i));
      }
      whole.send(wholes, 64);
      whole.end();

      JsonNode validation = last(apart).path("validation");
      int heldOut = EXAMPLES - last(apart).path("examples").asInt();
      assertThat(heldOut / (double) EXAMPLES).isEqualTo(0.25, within(0.07));
      assertThat(validation.at("/epoch/examples").asInt()).isBetween(heldOut - DELAY - 1, heldOut);
      assertThat(apart.model("k")).isEqualTo(whole.model("k"));
    }
  }

  private static TrainHarness harness(InputSpec input) throws Exception {
    return new TrainHarness(Specs.train(input, Specs.small(1), Specs.METRICS));
  }

  /** The same with numbers as features. */
  private static InputSpec declared(InputSpec open, String... names) {
    return open.with(to -> to.features = Stream.of(names).map(LateLabelsTest::number).toList());
  }

  private static FeatureSpec number(String name) {
    return new FeatureSpec(name, FeatureSpec.Type.NUMERIC, false, List.of(), 0);
  }

  private static String header(OutputRecord letter, String name) {
    List<String> names = List.of(letter.headerNames());
    int at = names.indexOf("__millrace.errors." + name);
    return new String(letter.headerValues()[at], StandardCharsets.UTF_8);
  }
}
