package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.codec.OutputRecord;
import dev.millrace.data.Example;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.nn.Learner;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.ModelStart;
import dev.millrace.prequential.Learning;
import dev.millrace.prequential.TrainState;
import dev.millrace.prequential.key.ModelFormat;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainFunctionTest {
  private static final int EXAMPLES = 203;

  @Test
  void anEventTimeFromTheFutureDoesNotEmptyTheWindowOfTime() throws Exception {
    MetricsSpec m = Specs.METRICS;
    MetricsSpec lastFive =
        MetricsSpec.DEFAULT.with(
            to -> {
              to.window = 50;
              to.windowMillis = 5;
              to.every = m.every();
              to.maxIntervalMillis = 0;
              to.perClass = false;
              to.confusionMatrix = false;
              to.averages = false;
              to.thresholdMetric = m.thresholdMetric();
              to.validation = m.validation();
            });
    List<Example> examples = Chunks.classes("k", 40, 1);
    examples.get(10).eventTime = Long.MAX_VALUE;
    try (TrainHarness harness =
        new TrainHarness(Specs.train(Records.undeclared(), Specs.small(5), lastFive))) {
      harness.send(examples, 64);
      harness.end();

      List<JsonNode> metrics = harness.metrics();
      assertThat(metrics.get(metrics.size() - 1).at("/window/examples").asInt()).isEqualTo(5);
    }
  }

  @Test
  void reportsAfterEveryFewExamplesAndAtTheEnd() throws Exception {
    try (TrainHarness harness = new TrainHarness(Specs.train(ModelSpec.auto(1)))) {
      harness.send(Chunks.classes("k", EXAMPLES, 1), 16);
      harness.end();

      assertThat(harness.metrics())
          .extracting(record -> record.path("seq").asInt())
          .containsExactly(40, 80, 120, 160, 200, 203);
      JsonNode last = harness.metrics().get(5);
      assertThat(last.at("/input/examples/0")).hasToString("[0,202]");
      assertThat(last.at("/total/examples").asInt()).isEqualTo(EXAMPLES - 1);
      assertThat(last.at("/total/accuracy").asDouble()).isGreaterThan(0.7);
      assertThat(harness.models()).hasSize(1);
    }
  }

  @Test
  void theTimestampOfAReportIsTheEventTimeOfItsLastExampleButNotLaterThanItsRecords()
      throws Exception {
    List<Example> past = Chunks.classes("past", 40, 1);
    past.get(39).eventTime = 4_000;
    List<Example> future = Chunks.classes("future", 40, 1);
    future.get(39).eventTime = Long.MAX_VALUE;
    try (TrainHarness harness = new TrainHarness(Specs.train(ModelSpec.auto(1)))) {
      harness.send(past, 40);
      harness.send(future, 40);

      assertThat(harness.main().get(0).timestamp()).isEqualTo(4_000);
      assertThat(harness.main().get(1).timestamp()).isEqualTo(5_039);
    }
  }

  @Test
  void theClockReportsExamplesThatWaitAndOnlyThose() throws Exception {
    try (TrainHarness harness = new TrainHarness(Specs.train(ModelSpec.auto(1)))) {
      harness.send(Chunks.classes("k", 55, 1), 5);
      assertThat(harness.metrics()).hasSize(1);

      harness.operator.setProcessingTime(2_000);
      harness.operator.setProcessingTime(10_000);

      assertThat(harness.metrics())
          .extracting(record -> record.path("seq").asInt())
          .containsExactly(40, 55);
    }
  }

  // Reports come after every 40 examples: of batches of 32 most fall inside one.
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 32, 64})
  void chunksOfAnySizeReportTheSame(int batchSize) throws Exception {
    for (List<Example> examples :
        List.of(Chunks.classes("k", EXAMPLES, 2), Chunks.numbers("k", EXAMPLES, 2))) {
      Run whole = run(Specs.train(Specs.small(batchSize)), examples, EXAMPLES);
      for (int chunk : new int[] {1, 2, 7, 64}) {
        assertThat(run(Specs.train(Specs.small(batchSize)), examples, chunk))
            .as("chunks of %d", chunk)
            .isEqualTo(whole);
      }
    }
  }

  @Test
  void rejectedAndNewClassesAmidAChunkChangeNothingForTheOthers() throws Exception {
    TrainSpec spec =
        Specs.train(Records.spec(Task.BINARY, List.of(), List.of()), Specs.small(9), Specs.METRICS);
    List<Example> examples = Chunks.classes("k", EXAMPLES, 6);
    // The first class of the stream alone for a while, so that the second comes within a batch.
    String first = examples.get(0).label;
    examples.subList(0, 14).forEach(example -> example.label = first);
    try (TrainHarness alone = new TrainHarness(spec);
        TrainHarness together = new TrainHarness(spec)) {
      alone.send(examples, 1);
      alone.end();
      together.send(examples, 100);
      together.end();

      assertThat(together.deadLetters()).hasSizeGreaterThan(20);
      assertThat(together.deadLetters())
          .extracting(OutputRecord::timestamp)
          .isEqualTo(alone.deadLetters().stream().map(OutputRecord::timestamp).toList());
      assertThat(together.metrics()).isEqualTo(alone.metrics());
      assertThat(together.model("k")).isEqualTo(alone.model("k"));
    }
  }

  @Test
  void anAbsurdExampleAmidABatchCountsTheSameHoweverItCame() throws Exception {
    TrainSpec spec = Specs.train(Specs.small(5));
    List<Example> classes = Chunks.classes("k", EXAMPLES, 2);
    List<Example> numbers = Chunks.numbers("k", EXAMPLES, 2);
    for (int absurd : new int[] {3, 62, 141}) {
      classes.get(absurd).features[1] = Float.MAX_VALUE;
      classes.get(absurd + 1).features[0] = Float.NaN;
      numbers.get(absurd).target = Double.MAX_VALUE;
      numbers.get(absurd + 1).weight = Float.MAX_VALUE;
    }
    for (List<Example> examples : List.of(classes, numbers)) {
      assertThat(run(spec, examples, 64)).isEqualTo(run(spec, examples, 1));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 31, 33, 100})
  void restoredAmidABatchItEndsTheSameInChunksOfAnySize(int cut) throws Exception {
    TrainSpec spec = Specs.train(Specs.small(32));
    List<Example> examples = Chunks.classes("k", EXAMPLES, 3);
    assertThat(runWithRestart(spec, examples, cut, 64)).isEqualTo(run(spec, examples, 1));
  }

  @Test
  void restoredAfterAnyExampleItEndsAsIfNeverStopped() throws Exception {
    TrainSpec spec = Specs.train(Specs.small(5));
    List<Example> examples = Chunks.classes("k", 60, 3);
    Run undisturbed = run(spec, examples, 1);
    for (int cut = 1; cut < examples.size(); cut++) {
      assertThat(runWithRestart(spec, examples, cut)).as("cut at %d", cut).isEqualTo(undisturbed);
    }
  }

  @Test
  void restoredRegressionEndsAsIfNeverStopped() throws Exception {
    TrainSpec spec = Specs.train(Specs.small(4));
    List<Example> examples = Chunks.numbers("k", 60, 3);
    Run undisturbed = run(spec, examples, 1);
    for (int cut = 1; cut < examples.size(); cut += 3) {
      assertThat(runWithRestart(spec, examples, cut)).as("cut at %d", cut).isEqualTo(undisturbed);
    }
  }

  @Test
  void keysDoNotDisturbEachOther() throws Exception {
    TrainSpec spec = Specs.train(Specs.small(3));
    List<Example> mixed = new ArrayList<>();
    List<Example> alone = Chunks.classes("a", 100, 4);
    List<Example> other = Chunks.classes("b", 100, 5);
    for (int i = 0; i < 100; i++) {
      mixed.add(other.get(i));
      mixed.add(alone.get(i));
    }
    try (TrainHarness together = new TrainHarness(spec);
        TrainHarness single = new TrainHarness(spec)) {
      together.send(mixed, 1);
      together.end();
      single.send(alone, 1);
      single.end();

      assertThat(together.model("a")).isEqualTo(single.model("a"));
      assertThat(together.model("b")).isNotEqualTo(together.model("a"));
    }
  }

  @Test
  void rejectedExamplesLeaveNoTrace() throws Exception {
    TrainSpec spec =
        Specs.train(Records.spec(Task.BINARY, List.of(), List.of()), Specs.small(3), Specs.METRICS);
    List<Example> good = Chunks.classes("k", 100, 6);
    good.removeIf(example -> example.label.equals("mid"));
    try (TrainHarness clean = new TrainHarness(spec);
        TrainHarness disturbed = new TrainHarness(spec)) {
      clean.send(good, 1);
      clean.end();
      for (Example example : good) {
        disturbed.send(List.of(example), 1);
        if (disturbed.main().size() < 1 && bothClassesCame(good, example)) {
          disturbed.send(List.of(thirdClass(example), wider(example), number(example)), 1);
        }
      }
      disturbed.end();

      assertThat(disturbed.deadLetters()).isNotEmpty();
      assertThat(disturbed.deadLetters())
          .extracting(TrainFunctionTest::reason)
          .contains("too-many-classes", "wrong-feature-count", "invalid-label");
      assertThat(disturbed.deadLetters())
          .extracting(letter -> header(letter, "__millrace.errors.message"))
          .anySatisfy(
              message ->
                  assertThat(message)
                      .startsWith("the label \"third\" would be class 3 of this key; 2 are allowed")
                      .containsPattern("\\(input.task is binary: (low, high|high, low)\\)$"));
      assertThat(disturbed.model("k")).isEqualTo(clean.model("k"));
      assertThat(disturbed.metrics()).isEqualTo(clean.metrics());
    }
  }

  @Test
  void namesOfClassesAreLimitedTogetherAndHaveNoControlCharacters() throws Exception {
    TrainSpec spec = Specs.train(Records.undeclaredOf(64), Specs.small(1), Specs.METRICS);
    List<Example> examples = Chunks.classes("k", 20, 7);
    for (int i = 0; i < examples.size(); i++) {
      examples.get(i).label = "x".repeat(250) + (char) ('a' + i);
    }
    examples.get(3).label = "a\u0001";
    examples.get(4).label = "b\u0085";
    try (TrainHarness harness = new TrainHarness(spec)) {
      harness.send(examples, 1);

      assertThat(harness.deadLetters())
          .extracting(TrainFunctionTest::reason)
          .startsWith("invalid-label", "invalid-label")
          .endsWith("too-many-classes")
          .hasSize(4);
      assertThat(header(harness.deadLetters().get(3), "__millrace.errors.message"))
          .endsWith("this key's 17 class names would have 4267 bytes; 4096 are allowed");
    }
  }

  @Test
  void aLargeReportComesMoreRarely() throws Exception {
    TrainSpec spec = Specs.train(Records.undeclaredOf(200), Specs.small(1), Specs.METRICS);
    List<Example> examples = Chunks.classes("k", 360, 7);
    for (int i = 0; i < examples.size(); i++) {
      examples.get(i).label = "class-" + i % 200;
    }
    try (TrainHarness harness = new TrainHarness(spec)) {
      harness.send(examples, 7);

      // After 40 examples up to some 110 classes, after 80 up to some 170, then after 120.
      assertThat(harness.metrics())
          .extracting(report -> report.path("examples").asInt())
          .containsExactly(40, 80, 160, 240, 360);
    }
  }

  @Test
  void aDeadLetterCarriesTheRecordAsItCame() throws Exception {
    try (TrainHarness harness = new TrainHarness(Specs.train(ModelSpec.auto(1)))) {
      Example first = Chunks.classes("k", 1, 7).get(0);
      Example wide = wider(Chunks.classes("k", 2, 7).get(1));
      harness.send(List.of(first, wide), 1);

      OutputRecord letter = harness.deadLetters().get(0);

      assertThat(letter.value()).isEqualTo(wide.record.value());
      assertThat(letter.key()).isEqualTo(wide.record.key());
      assertThat(letter.timestamp()).isEqualTo(wide.record.timestamp());
      assertThat(letter.headerNames()).startsWith("trace", "trace");
      assertThat(letter.headerValues()[1]).isNull();
    }
  }

  @Test
  void aPublishedModelNamesItsOwnerAndCanBeRead() throws Exception {
    TrainSpec spec = Specs.train(Specs.small(3));
    try (TrainHarness harness = new TrainHarness(spec)) {
      harness.send(Chunks.classes("k", 100, 8), 10);
      harness.end();

      ModelSnapshot snapshot = decode(harness.models().get(0));

      assertThat(snapshot.pipeline()).isEqualTo("test");
      assertThat(snapshot.config()).isEqualTo("00000000");
      assertThat(snapshot.classes()).containsExactlyInAnyOrder("low", "mid", "high");
      assertThat(snapshot.learner().examples()).isEqualTo(100);
      assertThat(snapshot.learner().steps()).isEqualTo(33);
      Learner learner = snapshot.learner(spec.model());
      assertThat(learner.examples()).isEqualTo(100);
      assertThatThrownBy(() -> snapshot.learner(ModelSpec.single(1)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("8 relu")
          .hasMessageContaining("32 tanh");
    }
  }

  @Test
  void aNewKeyStartsFromTheModelThatTheSettingsName() throws Exception {
    ModelSnapshot taught = taught();
    Learner teacher = taught.learner(Specs.small(3));
    ModelStart.NetworkStart start =
        new ModelStart.NetworkStart(teacher.weights(), taught.task(), taught.classes(), "hash");
    TrainSpec spec =
        overTheWire(
            Specs.train(
                Records.spec(Task.MULTICLASS, List.of(), List.of()),
                Specs.small(50).withStart(start),
                Specs.METRICS));
    List<Example> examples = Chunks.classes("new", 49, 10);
    try (TrainHarness harness = new TrainHarness(spec)) {
      harness.send(examples, 10);
      harness.end();

      Learner learner = decode(harness.models().get(0)).learner(spec.model());
      assertThat(learner.weights().layers())
          .usingRecursiveComparison()
          .isEqualTo(teacher.weights().layers());
      assertThat(learner.examples()).isEqualTo(49);
      assertThat(harness.metrics().get(0).at("/total/examples").asInt()).isEqualTo(40);
      assertThat(harness.metrics().get(0).at("/total/accuracy").asDouble()).isGreaterThan(0.6);
    }
    assertThat(runWithRestart(spec, Chunks.classes("k", 120, 3), 60))
        .isEqualTo(run(spec, Chunks.classes("k", 120, 3), 1));
  }

  @Test
  void aKeyThatStartsFromAModelHasItsFeaturesAndLearnsMoreClasses() throws Exception {
    ModelSnapshot taught = taught();
    ModelStart.NetworkStart start =
        new ModelStart.NetworkStart(
            taught.learner(Specs.small(3)).weights(), taught.task(), taught.classes(), "hash");
    TrainSpec spec =
        Specs.train(
            Records.spec(Task.MULTICLASS, List.of(), List.of()),
            Specs.small(3).withStart(start),
            Specs.METRICS);
    Example example = Chunks.classes("k", 1, 10).get(0);
    try (TrainHarness harness = new TrainHarness(spec)) {
      harness.send(List.of(wider(example)), 1);
      harness.send(List.of(example, thirdClass(example)), 1);
      harness.end();

      assertThat(harness.deadLetters())
          .extracting(TrainFunctionTest::reason)
          .containsExactly("wrong-feature-count");
      assertThat(decode(harness.models().get(0)).classes())
          .hasSize(4)
          .startsWith(taught.classes().toArray(String[]::new))
          .endsWith("third");
    }
  }

  @Test
  void aJobThatGoesOnAfterADrainPublishesItsModelsAtTheNextEnd() throws Exception {
    TrainSpec spec = Specs.train(Specs.small(3));
    OperatorSubtaskState drained;
    try (TrainHarness harness = new TrainHarness(spec)) {
      harness.send(Chunks.classes("k", 55, 1), 5);
      harness.end();
      drained = harness.snapshot();
    }
    try (TrainHarness harness = new TrainHarness(spec, drained)) {
      // A reminder that was still on its way comes first, and has nothing to report.
      harness.operator.setProcessingTime(10_000);
      harness.send(Chunks.classes("k", 10, 2), 5);
      harness.end();

      assertThat(harness.models()).hasSize(1);
    }
  }

  private static ModelSnapshot taught() throws Exception {
    try (TrainHarness harness = new TrainHarness(Specs.train(Specs.small(3)))) {
      harness.send(Chunks.classes("k", 400, 8), 10);
      harness.end();
      return decode(harness.models().get(0));
    }
  }

  private static ModelSnapshot decode(OutputRecord record) throws IOException {
    assertThat(record.headerNames())
        .containsExactly("millrace.pipeline", "millrace.config.hash", "millrace.digest");
    return ModelSnapshot.decode(
        new String(record.headerValues()[0], StandardCharsets.UTF_8),
        new String(record.headerValues()[1], StandardCharsets.UTF_8),
        new String(record.key(), StandardCharsets.UTF_8),
        record.value());
  }

  /** As a job sends its settings to the task managers. */
  private static TrainSpec overTheWire(TrainSpec spec) throws Exception {
    return InstantiationUtil.clone(spec);
  }

  @Test
  void stateOfANewerReleaseIsRejectedWithBothVersions() {
    TrainState state = TrainState.serialized(new byte[] {0, 0, 0, 9});

    assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> Learning.resume(state, spec())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 9 is not " + ModelFormat.VERSION);
  }

  private static TrainSpec spec() {
    return Specs.train(ModelSpec.auto(1));
  }

  private static boolean bothClassesCame(List<Example> examples, Example until) {
    return examples.subList(0, examples.indexOf(until) + 1).stream()
            .map(example -> example.label)
            .distinct()
            .count()
        == 2;
  }

  private static Example thirdClass(Example example) {
    Example copy = copy(example);
    copy.label = "third";
    return copy;
  }

  private static Example wider(Example example) {
    Example copy = copy(example);
    copy.resize(4);
    return copy;
  }

  private static Example number(Example example) {
    Example copy = copy(example);
    copy.label = null;
    copy.target = 3;
    return copy;
  }

  private static Example copy(Example example) {
    Example copy = new Example();
    copy.key = example.key;
    copy.features = example.features.clone();
    copy.width = example.width;
    copy.label = example.label;
    copy.weight = example.weight;
    copy.eventTime = example.eventTime;
    copy.record = example.record;
    return copy;
  }

  private static String reason(OutputRecord letter) {
    return header(letter, "__millrace.errors.reason");
  }

  private static String header(OutputRecord letter, String name) {
    for (int h = 0; h < letter.headerNames().length; h++) {
      if (letter.headerNames()[h].equals(name)) {
        return new String(letter.headerValues()[h], StandardCharsets.UTF_8);
      }
    }
    throw new AssertionError("a dead letter without " + name);
  }

  /** What a run leaves behind: the reports by count and at the end, and the model. */
  private record Run(List<JsonNode> metrics, String model) {}

  private static Run run(TrainSpec spec, List<Example> examples, int chunkSize) throws Exception {
    try (TrainHarness harness = new TrainHarness(spec)) {
      harness.send(examples, chunkSize);
      harness.end();
      return new Run(harness.metrics(), harness.model("k"));
    }
  }

  private static Run runWithRestart(TrainSpec spec, List<Example> examples, int cut)
      throws Exception {
    return runWithRestart(spec, examples, cut, 1);
  }

  private static Run runWithRestart(TrainSpec spec, List<Example> examples, int cut, int chunkSize)
      throws Exception {
    List<JsonNode> metrics = new ArrayList<>();
    OperatorSubtaskState snapshot;
    try (TrainHarness harness = new TrainHarness(spec)) {
      harness.send(examples.subList(0, cut), chunkSize);
      snapshot = harness.operator.snapshot(1, 1);
      // What comes behind the snapshot is lost with the process.
      metrics.addAll(harness.metrics());
      harness.send(examples.subList(cut, examples.size()), chunkSize);
    }
    try (TrainHarness harness = new TrainHarness(spec, snapshot)) {
      harness.send(examples.subList(cut, examples.size()), chunkSize);
      harness.end();
      metrics.addAll(harness.metrics());
      return new Run(metrics, harness.model("k"));
    }
  }
}
