package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.codec.OutputRecord;
import dev.millrace.data.Example;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.eval.MetricsSpec.Validation;
import dev.millrace.input.InputSpec;
import dev.millrace.input.InputSpec.DefaultLabel;
import dev.millrace.input.InputSpec.LateLabels;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.LateStreams;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Features whose label does not come in time, learned with the label of {@code on-timeout}. */
class LabelTimeoutTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int EXAMPLES = 300;
  private static final int TIMEOUT = 50;
  private static final List<String> CLASSES = List.of("no", "yes");

  private static InputSpec input(
      Task task, List<String> classes, long timeout, int maxPending, DefaultLabel onTimeout) {
    InputSpec open = LateStreams.input(task, null, timeout, maxPending);
    LateLabels labels =
        new LateLabels(null, "event_id", null, "label", timeout, maxPending, onTimeout);
    return open.with(
        to -> {
          to.task = task;
          to.classes = classes;
          to.labels = labels;
        });
  }

  private static InputSpec binary(int maxPending, DefaultLabel onTimeout) {
    return input(Task.BINARY, CLASSES, TIMEOUT, maxPending, onTimeout);
  }

  private static DefaultLabel no() {
    return new DefaultLabel("no", Double.NaN);
  }

  private static TrainSpec spec(InputSpec input, MetricsSpec metrics) {
    return Specs.train(input, Specs.small(5), metrics)
        .with(to -> to.publish = to.publish.withPredictions(true));
  }

  private static TrainSpec clicks() {
    return spec(binary(EXAMPLES, no()), Specs.METRICS);
  }

  /** Examples of two classes, of which one in three or so is a yes. */
  private static List<Example> examples() {
    List<Example> examples = Chunks.classes("k", EXAMPLES, 3);
    examples.forEach(example -> example.label = example.label.equals("high") ? "yes" : "no");
    return examples;
  }

  /** The features of each example, and after a while the label of those that are a yes. */
  private static List<Example> onlyYes(List<Example> examples, int delay) {
    List<Example> stream = new ArrayList<>();
    for (int i = 0; i < examples.size(); i++) {
      stream.add(LateStreams.features(examples.get(i), i));
      int labelled = i - delay;
      if (labelled >= 0 && examples.get(labelled).label.equals("yes")) {
        stream.add(LateStreams.label(examples.get(labelled), labelled, delay));
      }
    }
    return stream;
  }

  /** As whole examples, in the order in which they are learned. */
  private static List<Example> learned(List<Example> examples, int delay) {
    List<Example> learned = new ArrayList<>();
    for (int i = 0; i < examples.size(); i++) {
      int timedOut = i - TIMEOUT - 1;
      if (timedOut >= 0 && (delay > TIMEOUT || examples.get(timedOut).label.equals("no"))) {
        learned.add(labelled(examples.get(timedOut), timedOut, "no"));
      }
      int yes = i - delay;
      if (yes >= 0 && examples.get(yes).label.equals("yes")) {
        learned.add(labelled(examples.get(yes), yes, "yes"));
      }
    }
    return learned;
  }

  private static Example labelled(Example of, int number, String label) {
    Example whole = LateStreams.whole(of, number);
    whole.label = label;
    return whole;
  }

  private static JsonNode last(TrainHarness harness) throws Exception {
    List<JsonNode> metrics = harness.metrics();
    return metrics.get(metrics.size() - 1);
  }

  private static int count(TrainHarness harness, String outcome) throws Exception {
    return last(harness).path("labels").path(outcome).asInt(-1);
  }

  private static int records(JsonNode labels) {
    int sum = labels.path("matched").asInt();
    for (JsonNode count : labels) {
      sum += count.asInt(); // 0 of the block of delays
    }
    return sum;
  }

  @ParameterizedTest
  @ValueSource(ints = {10, TIMEOUT, 80})
  void theModelIsThatOfWholeExamplesInTheOrderInWhichTheyAreLearned(int delay) throws Exception {
    List<Example> examples = examples();
    List<Example> stream = onlyYes(examples, delay);
    TrainSpec whole =
        Specs.train(Records.spec(Task.BINARY, CLASSES, List.of()), Specs.small(5), Specs.METRICS);
    try (TrainHarness harness = new TrainHarness(clicks());
        TrainHarness expected = new TrainHarness(whole)) {
      harness.send(stream, 64);
      harness.end();
      expected.send(learned(examples, delay), 64);
      expected.end();

      assertThat(harness.model("k")).isEqualTo(expected.model("k"));
      assertThat(last(harness).path("seq")).isEqualTo(last(expected).path("seq"));
      assertThat(records(last(harness).path("labels"))).isEqualTo(stream.size());
      assertThat(count(harness, "timed_out")).isZero();
      assertThat(count(harness, "late")).isZero();
      assertThat(harness.deadLetters()).isEmpty();
    }
  }

  @Test
  void thePredictionThatWasPublishedIsScoredAgainstTheLabelForATimeout() throws Exception {
    List<Example> examples = examples();
    try (TrainHarness harness = new TrainHarness(clicks())) {
      harness.send(onlyYes(examples, 10), 64);
      harness.end();

      List<String> predictions = harness.predictions();
      int scored = 0;
      int hits = 0;
      for (int i = 0; i < EXAMPLES; i++) {
        String truth = examples.get(i).label;
        boolean isOver = i < EXAMPLES - TIMEOUT - 1 || (truth.equals("yes") && i < EXAMPLES - 10);
        scored += isOver ? 1 : 0;
        JsonNode prediction = JSON.readTree(predictions.get(i));
        hits += isOver && prediction.path("class").asText().equals(truth) ? 1 : 0;
      }
      JsonNode total = last(harness).path("total");
      assertThat(predictions).hasSize(EXAMPLES);
      assertThat(total.path("examples").asInt()).isEqualTo(scored);
      assertThat(total.path("accuracy").asDouble()).isEqualTo(hits / (double) scored);
      assertThat(count(harness, "matched") + count(harness, "imputed")).isEqualTo(scored);
      assertThat(count(harness, "pending")).isEqualTo(EXAMPLES - scored);
    }
  }

  @Test
  void aLabelThatComesAfterTheTimeoutIsLearnedAndCountedOnceMore() throws Exception {
    List<Example> examples = examples();
    List<Example> stream = onlyYes(examples, 80);
    int corrections = stream.size() - EXAMPLES;
    try (TrainHarness harness = new TrainHarness(clicks())) {
      harness.send(stream, 64);
      harness.end();

      assertThat(count(harness, "matched")).isZero();
      assertThat(count(harness, "imputed")).isEqualTo(EXAMPLES - TIMEOUT - 1);
      assertThat(count(harness, "corrected")).isEqualTo(corrections).isPositive();
      assertThat(last(harness).path("seq").asInt()).isEqualTo(EXAMPLES - TIMEOUT - 1 + corrections);
      assertThat(last(harness).at("/labels/delay_ms/p50").asInt()).isEqualTo(80);
    }
  }

  @Test
  void equalAndDuplicateLabelsAfterTheTimeoutChangeNothing() throws Exception {
    List<Example> examples = examples();
    List<Example> stream = onlyYes(examples, 80);
    int corrections = stream.size() - EXAMPLES;
    List<Example> more = new ArrayList<>();
    int same = 0;
    int again = 0;
    for (Example record : stream) {
      more.add(record);
      int number = (int) (record.record.offset() - 85);
      if (record.label == null && number >= 0) {
        Example label = LateStreams.label(examples.get(number), number, 85);
        boolean isYes = label.label.equals("yes");
        same += isYes ? 0 : 1;
        again += isYes ? 1 : 0;
        more.add(label);
      }
    }
    try (TrainHarness expected = new TrainHarness(clicks());
        TrainHarness harness = new TrainHarness(clicks())) {
      expected.send(stream, 64);
      expected.end();
      harness.send(more, 64);
      harness.end();

      assertThat(harness.model("k")).isEqualTo(expected.model("k"));
      assertThat(last(harness).path("total")).isEqualTo(last(expected).path("total"));
      assertThat(count(harness, "late")).isEqualTo(same).isPositive();
      assertThat(count(harness, "duplicate_labels")).isEqualTo(again).isPositive();
      assertThat(count(harness, "corrected")).isEqualTo(corrections);
    }
  }

  @Test
  void featuresThatWaitBehindOthersOfALaterTimeAreLearnedBeforeTheirLabelCorrectsThem()
      throws Exception {
    List<Example> examples = examples();
    List<Example> stream = new ArrayList<>();
    stream.add(LateStreams.features(examples.get(40), 40)); // the clock of the key
    stream.add(LateStreams.features(examples.get(0), 0));
    Example label = LateStreams.label(examples.get(0), 0, TIMEOUT + 1);
    label.label = "yes";
    stream.add(label);
    try (TrainHarness harness = new TrainHarness(clicks())) {
      harness.send(stream, 64);
      harness.end();

      assertThat(count(harness, "pending")).isOne();
      assertThat(count(harness, "imputed")).isOne();
      assertThat(count(harness, "corrected")).isOne();
      assertThat(last(harness).path("seq").asInt()).isEqualTo(2);
    }
  }

  @Test
  void aLabelThatComesWhenItsExampleIsForgottenFindsNoFeatures() throws Exception {
    List<Example> examples = examples();
    List<Example> stream = new ArrayList<>();
    for (int i = 0; i < EXAMPLES; i += 60) { // each times out at the next one
      stream.add(LateStreams.features(examples.get(i), i));
    }
    Example forgotten = LateStreams.label(examples.get(0), 0, 250);
    Example known = LateStreams.label(examples.get(180), 180, 70);
    forgotten.label = "yes";
    known.label = "yes";
    stream.add(known);
    stream.add(forgotten);
    try (TrainHarness harness = new TrainHarness(spec(binary(1, no()), Specs.METRICS))) {
      harness.send(stream, 64);
      harness.end();

      assertThat(count(harness, "imputed")).isEqualTo(4);
      assertThat(count(harness, "corrected")).isOne();
      assertThat(count(harness, "early")).isOne();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 80})
  void chunksOfAnySizeAndARestartAnywhereReportTheSame(int delay) throws Exception {
    List<Example> stream = onlyYes(examples().subList(0, 120), delay);
    List<String> expected;
    try (TrainHarness harness = new TrainHarness(clicks())) {
      harness.send(stream, 1);
      harness.end();
      expected = everything(harness);
    }
    for (int cut = 1; cut < stream.size(); cut++) {
      List<String> actual = new ArrayList<>();
      OperatorSubtaskState state;
      try (TrainHarness harness = new TrainHarness(clicks())) {
        harness.send(stream.subList(0, cut), 64);
        state = harness.snapshot();
        actual.addAll(everything(harness));
      }
      try (TrainHarness harness = new TrainHarness(clicks(), state)) {
        harness.send(stream.subList(cut, stream.size()), 7);
        harness.end();
        actual.addAll(everything(harness));
      }
      assertThat(actual)
          .as("cut after %d records", cut)
          .containsExactlyInAnyOrderElementsOf(expected);
    }
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
  void anExampleThatIsHeldOutStaysSoWhenItsLabelIsCorrected() throws Exception {
    MetricsSpec metrics = Specs.METRICS.with(to -> to.validation = new Validation(0.25, 0));
    List<Example> examples = examples();
    TrainSpec whole =
        Specs.train(Records.spec(Task.BINARY, CLASSES, List.of()), Specs.small(5), metrics);
    try (TrainHarness harness = new TrainHarness(spec(binary(EXAMPLES, no()), metrics));
        TrainHarness expected = new TrainHarness(whole)) {
      harness.send(onlyYes(examples, 80), 64);
      harness.end();
      expected.send(learned(examples, 80), 64);
      expected.end();

      assertThat(harness.model("k")).isEqualTo(expected.model("k"));
      assertThat(last(harness).path("seq")).isEqualTo(last(expected).path("seq"));
      int heldOut = last(harness).path("seq").asInt() - last(harness).path("examples").asInt();
      assertThat(heldOut).isPositive();
    }
  }

  @Test
  void aNumberMayBeTheLabelOnTimeout() throws Exception {
    List<Example> examples = Chunks.numbers("k", EXAMPLES, 4);
    DefaultLabel zero = new DefaultLabel(null, 0);
    InputSpec input = input(Task.REGRESSION, List.of(), TIMEOUT, EXAMPLES, zero);
    List<Example> stream = new ArrayList<>();
    for (int i = 0; i < EXAMPLES; i++) {
      stream.add(LateStreams.features(examples.get(i), i));
      int delay = i % 3 == 0 ? 9 : 81; // of those labelled in time, and too late
      if (i >= delay && i % 3 != 2) {
        stream.add(LateStreams.label(examples.get(i - delay), i - delay, delay));
      }
    }
    try (TrainHarness harness = new TrainHarness(spec(input, Specs.METRICS))) {
      harness.send(stream, 64);
      harness.end();

      int matched = count(harness, "matched");
      int imputed = count(harness, "imputed");
      assertThat(matched).isPositive();
      assertThat(imputed).isPositive();
      int corrected = count(harness, "corrected");
      assertThat(corrected).isPositive();
      assertThat(last(harness).path("seq").asInt()).isEqualTo(matched + imputed + corrected);
      assertThat(records(last(harness).path("labels"))).isEqualTo(stream.size());
    }
  }

  @Test
  void inEachPassFeaturesWaitAsLongAsInTheFirst() throws Exception {
    List<Example> examples = examples();
    int passes = 3;
    List<Example> stream = new ArrayList<>();
    for (int epoch = 1; epoch <= passes; epoch++) {
      for (Example half : onlyYes(examples, 10)) {
        half.epoch = epoch;
        stream.add(half);
      }
    }
    List<Example> learned = learned(examples, 10);
    long yes = learned.stream().filter(example -> example.label.equals("yes")).count();
    try (TrainHarness harness = new TrainHarness(clicks())) {
      harness.send(stream, 64);
      harness.end();

      assertThat(count(harness, "matched")).isEqualTo(passes * (int) yes);
      assertThat(count(harness, "imputed")).isEqualTo(passes * (learned.size() - (int) yes));
      assertThat(count(harness, "corrected")).isZero();
    }
  }

  @Test
  void featuresOfWhichTheModelMayNotLearnTheClassAreDroppedWithoutADeadLetter() throws Exception {
    List<Example> examples = examples();
    String tooLong = "x".repeat(5_000); // more than the names of all classes may have
    DefaultLabel never = new DefaultLabel(tooLong, Double.NaN);
    TrainSpec defaulting =
        spec(input(Task.MULTICLASS, List.of(), TIMEOUT, EXAMPLES, never), Specs.METRICS);
    try (TrainHarness harness = new TrainHarness(defaulting)) {
      harness.send(
          List.of(
              labelled(examples.get(0), 0, "yes"),
              LateStreams.features(examples.get(1), 1),
              LateStreams.features(examples.get(100), 100)),
          1);
      harness.end();

      assertThat(count(harness, "timed_out")).isOne();
      assertThat(count(harness, "imputed")).isZero();
      assertThat(harness.deadLetters()).isEmpty();
    }
  }

  @Test
  void aModelWithoutRoomForTheClassDropsFeaturesThatTimeOut() throws Exception {
    List<Example> examples = examples();
    OperatorSubtaskState state;
    try (TrainHarness harness =
        new TrainHarness(
            spec(input(Task.BINARY, List.of(), TIMEOUT, EXAMPLES, null), Specs.METRICS))) {
      harness.send(
          List.of(
              labelled(examples.get(0), 0, "yes"),
              labelled(examples.get(1), 1, "never"),
              LateStreams.features(examples.get(2), 2)),
          1);
      state = harness.snapshot();
    }
    TrainSpec defaulting =
        spec(input(Task.BINARY, List.of(), TIMEOUT, EXAMPLES, no()), Specs.METRICS);
    try (TrainHarness harness = new TrainHarness(defaulting, state)) {
      harness.send(List.of(LateStreams.features(examples.get(100), 100)), 1);
      harness.end();

      assertThat(count(harness, "timed_out")).isOne();
      assertThat(count(harness, "imputed")).isZero();
      assertThat(harness.deadLetters()).isEmpty();
    }
  }
}
