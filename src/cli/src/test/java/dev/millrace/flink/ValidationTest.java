package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.csv.CsvExamples;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.codec.ExampleDecoder;
import dev.millrace.data.Chunk;
import dev.millrace.data.Example;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.eval.MetricsSpec.Decision;
import dev.millrace.eval.MetricsSpec.Validation;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.prequential.rows.HoldoutSplit;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.LateStreams;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Examples held out, epochs, early stopping, and classes made to weigh the same. */
class ValidationTest {
  private static final int EXAMPLES = 400;

  private static TrainSpec holdingOut(double share, int patience) {
    return Specs.train(
        Records.undeclared(),
        Specs.small(1),
        Specs.METRICS.with(to -> to.validation = new Validation(share, patience)));
  }

  private static List<Example> epochs(int count) {
    List<Example> all = new ArrayList<>();
    for (int epoch = 1; epoch <= count; epoch++) {
      for (Example example : Chunks.classes("k", EXAMPLES, 5)) {
        example.epoch = epoch;
        example.eventTime += (long) epoch * EXAMPLES;
        all.add(example);
      }
    }
    return all;
  }

  private static JsonNode last(TrainHarness harness) throws Exception {
    List<JsonNode> metrics = harness.metrics();
    return metrics.get(metrics.size() - 1);
  }

  @Test
  void theShareIsHeldOutAndTheRestIsLearned() throws Exception {
    try (TrainHarness harness = new TrainHarness(holdingOut(0.25, 0))) {
      harness.send(Chunks.classes("k", EXAMPLES, 5), 17);
      harness.end();

      JsonNode record = last(harness);
      int heldOut = record.at("/validation/epoch/examples").asInt();
      assertThat(heldOut / (double) EXAMPLES).isEqualTo(0.25, within(0.07));
      assertThat(record.get("examples").asInt()).isEqualTo(EXAMPLES - heldOut);
      assertThat(record.get("seq").asInt()).isEqualTo(EXAMPLES);
      assertThat(record.at("/validation/epoch/loss").asDouble()).isPositive();
      assertThat(record.at("/validation/window/accuracy").asDouble()).isGreaterThan(0.5);
    }
  }

  @Test
  void thePredictionsOfTheHeldOutExamplesAreMarked() throws Exception {
    TrainSpec spec = holdingOut(0.25, 0);
    spec =
        spec.with(
            to -> {
              to.publish = to.publish.withPredictions(true);
            });
    try (TrainHarness harness = new TrainHarness(spec)) {
      harness.send(Chunks.classes("k", EXAMPLES, 5), 17);
      harness.end();

      JsonNode record = last(harness);
      List<String> predictions = harness.predictions();
      assertThat(predictions).hasSize(EXAMPLES);
      assertThat(predictions.stream().filter(line -> line.contains("\"held_out\":true")))
          .hasSize(record.at("/validation/epoch/examples").asInt());
    }
  }

  @Test
  void heldOutExamplesArePredictedByTheThresholdThatTheLearnedExamplesTune() throws Exception {
    MetricsSpec metrics =
        Specs.METRICS
            .with(to -> to.positiveClass = "rare")
            .with(to -> to.thresholdMetric = Decision.F1)
            .with(to -> to.validation = new Validation(0.25, 0));
    TrainSpec spec = Specs.train(Records.undeclared(), Specs.small(1), metrics);
    spec =
        spec.with(
            to -> {
              to.publish = to.publish.withPredictions(true);
            });
    List<Example> examples = Chunks.classes("k", 2_000, 5);
    for (int i = 0; i < examples.size(); i++) {
      Example example = examples.get(i);
      example.label = example.label.equals("high") && i % 3 == 0 ? "rare" : "usual";
    }
    try (TrainHarness harness = new TrainHarness(spec)) {
      harness.send(examples, 64);
      harness.end();

      ObjectMapper json = new ObjectMapper();
      int unlikely = 0;
      int hits = 0;
      int actual = 0;
      for (String line : harness.predictions()) {
        JsonNode prediction = json.readTree(line);
        if (prediction.path("held_out").asBoolean()) {
          boolean said = prediction.get("class").asText().equals("rare");
          boolean isRare = prediction.get("actual").asText().equals("rare");
          unlikely += said && prediction.at("/probabilities/rare").asDouble() < 0.5 ? 1 : 0;
          hits += said && isRare ? 1 : 0;
          actual += isRare ? 1 : 0;
        }
      }
      assertThat(unlikely).isPositive();
      assertThat(last(harness).at("/validation/epoch/recall").asDouble())
          .isEqualTo(hits / (double) actual);
    }
  }

  @Test
  void aModelIsTheOneThatWouldHaveComeOfTheOtherExamplesAlone() throws Exception {
    List<Example> all = Chunks.classes("k", EXAMPLES, 5);
    List<Example> learned = new ArrayList<>();
    List<String> seen = new ArrayList<>();
    for (Example example : all) {
      Chunk one = Chunks.of(List.of(example));
      boolean isFirst = !seen.contains(example.label);
      if (isFirst || !HoldoutSplit.isHeldOut(one, 0, example.features, 0.25)) {
        learned.add(example);
        seen.add(example.label);
      }
    }
    try (TrainHarness harness = new TrainHarness(holdingOut(0.25, 0));
        TrainHarness without = new TrainHarness(holdingOut(0, 0))) {
      harness.send(all, 64);
      harness.end();
      without.send(learned, 64);
      without.end();

      assertThat(harness.model("k")).isEqualTo(without.model("k"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 64})
  void chunksAndRestartsChangeNothing(int chunkSize) throws Exception {
    List<Example> all = epochs(3);
    List<JsonNode> expected;
    try (TrainHarness harness = new TrainHarness(holdingOut(0.2, 1))) {
      harness.send(all, 33);
      harness.end();
      expected = harness.metrics();
    }
    List<JsonNode> actual = new ArrayList<>();
    OperatorSubtaskState state;
    int cut = EXAMPLES + 123;
    try (TrainHarness first = new TrainHarness(holdingOut(0.2, 1))) {
      first.send(all.subList(0, cut), chunkSize);
      state = first.snapshot();
      actual.addAll(first.metrics());
    }
    try (TrainHarness second = new TrainHarness(holdingOut(0.2, 1), state)) {
      second.send(all.subList(cut, all.size()), chunkSize);
      second.end();
      actual.addAll(second.metrics());
    }
    assertThat(actual).isEqualTo(expected);
  }

  @Test
  void theSameExamplesAreHeldOutInEveryEpochAndEachEndsWithAReport() throws Exception {
    try (TrainHarness harness = new TrainHarness(holdingOut(0.25, 0))) {
      harness.send(epochs(3), 64);
      harness.end();

      List<Integer> atEnds = new ArrayList<>();
      List<JsonNode> metrics = harness.metrics();
      for (int i = 0; i < metrics.size(); i++) {
        boolean isLast = i + 1 == metrics.size();
        int epoch = metrics.get(i).get("epoch").asInt();
        if (isLast || metrics.get(i + 1).get("epoch").asInt() > epoch) {
          assertThat(metrics.get(i).get("seq").asInt()).isEqualTo(epoch * EXAMPLES);
          atEnds.add(metrics.get(i).at("/validation/epoch/examples").asInt());
        }
      }
      assertThat(atEnds).hasSize(3);
      // The first example of each class is learned in the first epoch, whatever its hash.
      assertThat(atEnds.get(1))
          .isEqualTo(atEnds.get(2))
          .isBetween(atEnds.get(0), atEnds.get(0) + 3);
    }
  }

  @Test
  void theSameRowsOfAFileAreHeldOutInEveryPassThatIsReadById(@TempDir Path dir) throws Exception {
    StringBuilder rows = new StringBuilder("x,y\n");
    for (int row = 0; row < EXAMPLES; row++) {
      rows.append(row).append(row % 2 == 0 ? ",even\n" : ",odd\n");
    }
    Path file = Files.writeString(dir.resolve("rows.csv"), rows);
    ExampleDecoder decoder = new ExampleDecoder(LateStreams.input(Task.BINARY, "labels", 1, 1));
    Example example = new Example();
    List<Boolean> heldOut = new ArrayList<>();
    try (CsvExamples passes = new CsvExamples(CsvScan.scan(file, "y", null, List.of()), 0, 3)) {
      while (passes.next()) {
        assertThat(decoder.decode(Records.record("k", passes.value(), 0), example)).isNull();
        Chunk one = Chunks.of(List.of(example));
        assertThat(one.hasId(0)).isTrue();
        heldOut.add(HoldoutSplit.isHeldOut(one, 0, example.features, 0.25));
      }
    }

    List<Boolean> first = heldOut.subList(0, EXAMPLES);
    assertThat(first).contains(true, false);
    assertThat(heldOut.subList(EXAMPLES, 2 * EXAMPLES)).isEqualTo(first);
    assertThat(heldOut.subList(2 * EXAMPLES, 3 * EXAMPLES)).isEqualTo(first);
  }

  @Test
  void aModelWhoseValidationLossFallsNoMoreStopsToLearn() throws Exception {
    try (TrainHarness harness = new TrainHarness(holdingOut(0.25, 1))) {
      harness.send(epochs(60), 64);
      harness.end();

      JsonNode record = last(harness);
      assertThat(record.at("/validation/stopped").asBoolean()).isTrue();
      int best = record.at("/validation/best_epoch").asInt();
      assertThat(record.get("epoch").asInt()).isEqualTo(best + 1).isLessThan(60);
      assertThat(record.get("seq").asInt()).isEqualTo((best + 1) * EXAMPLES);
      assertThat(record.at("/validation/epoch/loss").asDouble())
          .isGreaterThanOrEqualTo(record.at("/validation/best_loss").asDouble());
    }
  }

  @Test
  void oneRecordReportsThatLearningStoppedEvenIfTheEpochWasReportedBefore() throws Exception {
    try (TrainHarness harness = new TrainHarness(holdingOut(0.25, 1))) {
      List<Example> all = epochs(60);
      for (int epoch = 0; epoch < 60; epoch++) {
        harness.send(all.subList(epoch * EXAMPLES, (epoch + 1) * EXAMPLES), 64);
        harness.operator.setProcessingTime(10_000L * (epoch + 1)); // what waits is reported
      }
      harness.end();

      assertThat(harness.metrics())
          .filteredOn(record -> record.at("/validation/stopped").asBoolean())
          .hasSize(1);
      assertThat(last(harness).at("/validation/stopped").asBoolean()).isTrue();
    }
  }

  @Test
  void whateverTheClockAsksForKeyAndSeqNameOneContentUntilThat() throws Exception {
    List<Example> all = epochs(60);
    List<JsonNode> byNumber;
    try (TrainHarness harness = new TrainHarness(holdingOut(0.25, 1))) {
      harness.send(all, 64);
      harness.end();
      byNumber = harness.metrics();
    }
    List<JsonNode> byTheClock;
    try (TrainHarness harness = new TrainHarness(holdingOut(0.25, 1))) {
      for (int epoch = 0; epoch < 60; epoch++) {
        harness.send(all.subList(epoch * EXAMPLES, (epoch + 1) * EXAMPLES), 64);
        harness.operator.setProcessingTime(10_000L * (epoch + 1));
      }
      byTheClock = harness.metrics();
    }

    assertThat(byTheClock).containsExactlyElementsOf(byNumber);
    assertThat(byNumber.subList(0, byNumber.size() - 1))
        .extracting(record -> record.get("seq").asInt())
        .doesNotHaveDuplicates();
  }

  @Test
  void recordsOfNoEpochAreLearnedAfterLearningFromEpochsStopped() throws Exception {
    try (TrainHarness harness = new TrainHarness(holdingOut(0.25, 1))) {
      harness.send(epochs(60), 64);
      JsonNode stop = last(harness);
      harness.send(Chunks.classes("k", 80, 6), 64);
      harness.end();

      JsonNode record = last(harness);
      assertThat(record.get("seq").asInt()).isEqualTo(stop.get("seq").asInt() + 80);
      assertThat(record.get("epoch")).isEqualTo(stop.get("epoch"));
      assertThat(record.at("/validation/stopped").asBoolean()).isTrue();
    }
  }

  @Test
  void allExamplesAreLearnedAfterARestartWithoutPatience() throws Exception {
    OperatorSubtaskState stopped;
    int seq;
    try (TrainHarness harness = new TrainHarness(holdingOut(0.25, 1))) {
      harness.send(epochs(60), 64);
      seq = last(harness).get("seq").asInt();
      stopped = harness.snapshot();
    }
    try (TrainHarness harness = new TrainHarness(holdingOut(0.25, 0), stopped)) {
      List<Example> more = epochs(62);
      harness.send(more.subList(60 * EXAMPLES, more.size()), 64);
      harness.end();

      assertThat(last(harness).get("seq").asInt()).isEqualTo(seq + 2 * EXAMPLES);
      assertThat(last(harness).at("/validation/stopped").asBoolean()).isFalse();
    }
  }

  @Test
  void aRegressionIsValidated() throws Exception {
    try (TrainHarness harness = new TrainHarness(holdingOut(0.25, 0))) {
      harness.send(Chunks.numbers("k", EXAMPLES, 5), 64);
      harness.end();

      JsonNode epoch = last(harness).at("/validation/epoch");
      double rmse = epoch.get("rmse").asDouble();
      assertThat(epoch.get("loss").asDouble()).isEqualTo(rmse * rmse, within(1e-6 * rmse * rmse));
    }
  }

  @Test
  void balancedClassesAreWeighedByTheirSharesSoFarHoweverChunksFall() throws Exception {
    ModelSpec balanced = ModelSpec.auto(1, ModelSpec.auto(1).auto(), ClassWeights.BALANCED);
    List<String> models = new ArrayList<>();
    for (int chunkSize : new int[] {1, 10, 64}) {
      try (TrainHarness harness = new TrainHarness(Specs.train(balanced))) {
        harness.send(Chunks.classes("k", EXAMPLES, 5), chunkSize);
        harness.end();
        models.add(harness.model("k"));
      }
    }
    try (TrainHarness harness = new TrainHarness(Specs.train(ModelSpec.auto(1)))) {
      harness.send(Chunks.classes("k", EXAMPLES, 5), 64);
      harness.end();
      assertThat(models.get(0)).isNotEqualTo(harness.model("k"));
    }
    assertThat(models.get(1)).isEqualTo(models.get(0));
    assertThat(models.get(2)).isEqualTo(models.get(0));
  }
}
