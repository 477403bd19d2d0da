package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.codec.OutputRecord;
import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.OutputLabels;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.eval.drift.DriftSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.prequential.spec.DriftPolicy;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.HistogramStatistics;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class TrainMetricsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final RegisteredMetrics metrics = new RegisteredMetrics();
  private final List<JsonNode> reports = new ArrayList<>();

  @Test
  void examplesStepsKeysAndReportsAreCounted() throws Exception {
    run(Specs.train(Specs.small(5)), 20, Chunks.classes("a", 400, 1), Chunks.classes("b", 10, 2));

    assertThat(metrics.count(JobMetric.LEARNED_EXAMPLES)).isEqualTo(410);
    assertThat(metrics.count(JobMetric.STEPS)).isEqualTo(82);
    assertThat(metrics.count(JobMetric.SKIPPED_STEPS)).isZero();
    assertThat(metrics.count(JobMetric.CREATED_MODELS)).isEqualTo(2);
    assertThat(metrics.count(JobMetric.VALIDATION_EXAMPLES)).isZero();
    assertThat(metrics.count(JobMetric.REPORTS)).isEqualTo(reports.size()).isPositive();
  }

  @Test
  void examplesThatAreHeldOutAreCountedApart() throws Exception {
    MetricsSpec half = Specs.METRICS.with(to -> to.validation = new MetricsSpec.Validation(0.5, 0));

    run(Specs.train(Records.undeclared(), Specs.small(1), half), 8, Chunks.classes("a", 400, 1));

    assertThat(metrics.count(JobMetric.VALIDATION_EXAMPLES)).isBetween(150L, 250L);
    assertThat(
            metrics.count(JobMetric.LEARNED_EXAMPLES)
                + metrics.count(JobMetric.VALIDATION_EXAMPLES))
        .isEqualTo(400);
  }

  @Test
  void recordsThatAModelPassesOverAreCounted() throws Exception {
    MetricsSpec stopping =
        Specs.METRICS.with(to -> to.validation = new MetricsSpec.Validation(0.25, 1));
    List<Example> epochs = new ArrayList<>();
    for (int epoch = 1; epoch <= 60; epoch++) {
      for (Example example : Chunks.classes("a", 400, 1)) {
        example.epoch = epoch;
        epochs.add(example);
      }
    }

    run(Specs.train(Records.undeclared(), Specs.small(1), stopping), 8, epochs);

    long seen =
        metrics.count(JobMetric.LEARNED_EXAMPLES) + metrics.count(JobMetric.VALIDATION_EXAMPLES);
    assertThat(metrics.count(JobMetric.SKIPPED_EXAMPLES))
        .isEqualTo(epochs.size() - seen)
        .isPositive();
  }

  @Test
  void combinedScoresOfSeveralOutputsAreNotModelScores() throws Exception {
    InputSpec sets = Records.undeclared().with(to -> to.task = Task.MULTILABEL);
    List<Example> examples = Chunks.classes("a", 300, 1);
    // A set of the class, and of a label that each example has.
    examples.forEach(example -> example.label = OutputLabels.ofSet(List.of(example.label, "any")));

    run(Specs.train(sets, Specs.small(1), Specs.METRICS), 8, examples);

    assertThat(metrics.count(JobMetric.REPORTS)).isEqualTo(reports.size());
    assertThat(reports.removeIf(report -> report.path("key").asText().equals("a"))).isTrue();
    assertThat(metrics.gauge(JobMetric.WINDOW_ACCURACY))
        .isCloseTo(mean("/window/accuracy"), within(1e-12));
  }

  @Test
  void theGaugesAreMeansOverReportsOfAllKeys() throws Exception {
    run(Specs.train(Specs.small(1)), 8, Chunks.classes("a", 300, 1), Chunks.classes("b", 200, 2));

    assertThat(metrics.gauge(JobMetric.WINDOW_ACCURACY))
        .isCloseTo(mean("/window/accuracy"), within(1e-12))
        .isLessThan(1);
    assertThat(metrics.gauge(JobMetric.WINDOW_LOSS)).isCloseTo(mean("/window/loss"), within(1e-12));
    long better =
        reports.stream().filter(r -> r.at("/window/better_than_baseline").asBoolean()).count();
    assertThat(metrics.gauge(JobMetric.BETTER_THAN_BASELINE_RATIO))
        .isCloseTo((double) better / reports.size(), within(1e-12))
        .isPositive();
  }

  @Test
  void modelsOfNumbersHaveNoAccuracyAndAreComparedByTheirError() throws Exception {
    run(Specs.train(Specs.small(1)), 8, Chunks.numbers("a", 400, 1));

    assertThat(metrics.gauge(JobMetric.WINDOW_ACCURACY)).isNaN();
    assertThat(metrics.gauge(JobMetric.WINDOW_LOSS)).isCloseTo(mean("/window/loss"), within(1e-12));
    assertThat(metrics.gauge(JobMetric.BETTER_THAN_BASELINE_RATIO)).isPositive();
  }

  @Test
  void aChunkInSixteenIsTimed() throws Exception {
    // The records' timestamps are 5,000 and on; the harness's clock is set to 9,000.
    run(Specs.train(Specs.small(1)), 2, Chunks.classes("a", 66, 1)); // 33 chunks

    assertThat(metrics.histogram(JobMetric.PROCESSING_SECONDS).getCount()).isEqualTo(3);
    assertThat(metrics.histogram(JobMetric.PROCESSING_SECONDS).getStatistics().getMean())
        .isBetween(Double.MIN_VALUE, 1.0);
    HistogramStatistics latency =
        metrics.histogram(JobMetric.END_TO_END_LATENCY_SECONDS).getStatistics();
    assertThat(latency.getQuantile(0.999)).isEqualTo(3.999);
    assertThat(latency.getQuantile(0.5)).isEqualTo(3.967);
  }

  @Test
  void driftAndItsWarningsAreCounted() throws Exception {
    DriftPolicy plan =
        new DriftPolicy("ddm", DriftSpec.Ddm.DEFAULT, DriftPolicy.Action.RESET, 4f, 200);
    List<Example> examples = Chunks.classes("a", 1_200, 1);
    for (Example example : examples.subList(600, 1_200)) {
      example.label = example.label.equals("low") ? "high" : "low";
    }

    run(Specs.train(Specs.small(1)).with(to -> to.drift = plan), 8, examples);

    assertThat(metrics.count(JobMetric.DRIFTS)).isPositive();
    assertThat(metrics.count(JobMetric.DRIFT_WARNINGS)).isPositive();
    // A model that was reset counts its own steps from 0; the counter of the operator goes on.
    assertThat(metrics.count(JobMetric.STEPS)).isEqualTo(1_200);
  }

  @Test
  void aMixtureCountsItsSteps() throws Exception {
    run(Specs.train(ModelSpec.auto(1)), 8, Chunks.classes("a", 100, 1));

    assertThat(metrics.count(JobMetric.STEPS)).isPositive();
  }

  @Test
  void rejectedRecordsAreCountedByTheirReason() throws Exception {
    List<Example> wide = Chunks.classes("a", 5, 3);
    wide.forEach(example -> example.resize(4));

    run(Specs.train(Specs.small(1)), 8, Chunks.classes("a", 10, 1), wide);

    String counter = JobMetric.DEAD_LETTERS.metricName() + "/";
    assertThat(metrics.count(counter + DeadLetterReason.WRONG_FEATURE_COUNT.id())).isEqualTo(5);
    assertThat(metrics.count(counter + DeadLetterReason.INVALID_LABEL.id())).isZero();
    assertThat(metrics.count(JobMetric.LEARNED_EXAMPLES)).isEqualTo(10);
  }

  private double mean(String path) {
    return reports.stream().mapToDouble(report -> report.at(path).asDouble()).average().orElse(0);
  }

  @SafeVarargs
  private void run(TrainSpec spec, int chunkSize, List<Example>... streams) throws Exception {
    try (MockEnvironment environment = metrics.environment();
        KeyedOneInputStreamOperatorTestHarness<String, Chunk, OutputRecord> harness =
            new KeyedOneInputStreamOperatorTestHarness<>(
                new TrainOperator(spec, StateSpec.DEFAULT),
                Chunk::key,
                Types.STRING,
                environment)) {
      harness.setup(
          OutputTags.RECORD.createSerializer(harness.getExecutionConfig().getSerializerConfig()));
      harness.open();
      harness.setProcessingTime(9_000);
      for (List<Example> examples : streams) {
        for (int from = 0; from < examples.size(); from += chunkSize) {
          int to = Math.min(examples.size(), from + chunkSize);
          harness.processElement(new StreamRecord<>(Chunks.of(examples.subList(from, to))));
        }
      }
      for (StreamRecord<? extends OutputRecord> record : harness.extractOutputStreamRecords()) {
        reports.add(JSON.readTree(record.getValue().value()));
      }
    }
  }
}
