package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.codec.OutputRecord;
import dev.millrace.report.SummarySample;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** The view of all models of a pipeline together. */
class SummaryFunctionTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long PERIOD = SummaryFunction.PERIOD_MILLIS;

  private static KeyedOneInputStreamOperatorTestHarness<String, SummarySample, OutputRecord>
      harness(OperatorSubtaskState from) throws Exception {
    return harness(from, true);
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, SummarySample, OutputRecord>
      harness(OperatorSubtaskState from, boolean isEnabled) throws Exception {
    return harness("shops", from, isEnabled);
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, SummarySample, OutputRecord>
      harness(String pipeline, OperatorSubtaskState from, boolean isEnabled) throws Exception {
    KeyedOneInputStreamOperatorTestHarness<String, SummarySample, OutputRecord> summary =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(new SummaryFunction(pipeline, "c0ffee00", isEnabled)),
            sample -> pipeline,
            Types.STRING);
    summary.setup(
        OutputTags.RECORD.createSerializer(summary.getExecutionConfig().getSerializerConfig()));
    if (from != null) {
      summary.initializeState(from);
    }
    summary.open();
    return summary;
  }

  private static SummarySample sample(String key, long examples, double loss, double accuracy) {
    return new SummarySample(key, examples, loss, accuracy, 0, false);
  }

  private static void send(
      KeyedOneInputStreamOperatorTestHarness<String, SummarySample, OutputRecord> summary,
      SummarySample... samples)
      throws Exception {
    for (SummarySample sample : samples) {
      summary.processElement(new StreamRecord<>(sample));
    }
  }

  private static List<JsonNode> reports(
      KeyedOneInputStreamOperatorTestHarness<String, SummarySample, OutputRecord> summary)
      throws IOException {
    List<JsonNode> reports = new ArrayList<>();
    for (Object element : summary.getOutput()) {
      if (element instanceof StreamRecord<?> record) {
        OutputRecord output = (OutputRecord) record.getValue();
        assertThat(new String(output.key(), StandardCharsets.UTF_8)).isEqualTo("shops");
        reports.add(JSON.readTree(output.value()));
      }
    }
    return reports;
  }

  @Test
  void oneRecordSummarizesAllKeys() throws Exception {
    try (var summary = harness(null)) {
      summary.setProcessingTime(1);
      for (int key = 1; key <= 20; key++) {
        send(summary, sample("k" + key, 100, key / 10.0, 1 - key / 100.0));
      }
      send(summary, sample("k20", 300, 0.05, 0.5));
      summary.setProcessingTime(PERIOD);

      assertThat(reports(summary)).hasSize(1);
      JsonNode report = reports(summary).get(0);
      assertThat(report.path("pipeline").asText()).isEqualTo("shops");
      assertThat(report.path("config_hash").asText()).isEqualTo("c0ffee00");
      assertThat(report.path("time").asText()).isEqualTo("1970-01-01T00:00:05.000Z");
      assertThat(report.path("keys").asInt()).isEqualTo(20);
      assertThat(report.path("active").asInt()).isEqualTo(20);
      assertThat(report.path("examples").asInt()).isEqualTo(2_200);
      assertThat(report.at("/accuracy/min").asDouble()).isEqualTo(0.5);
      assertThat(report.at("/accuracy/max").asDouble()).isEqualTo(0.99);
      assertThat(report.at("/loss/p50").asDouble()).isEqualTo(0.9);
      assertThat(report.at("/loss/p90").asDouble()).isEqualTo(1.7);
      assertThat(report.at("/loss/mean").asDouble()).isEqualTo(0.9525, within(1e-12));
      assertThat(report.path("worst"))
          .hasSize(10)
          .extracting(worst -> worst.path("key").asText())
          .startsWith("k19", "k18")
          .endsWith("k10");
    }
  }

  @Test
  void aDisabledSummaryReportsNothingAndStillDropsForgottenKeys() throws Exception {
    OperatorSubtaskState state;
    try (var summary = harness(null)) {
      summary.setProcessingTime(1);
      send(summary, sample("a", 1, 1, 1), sample("b", 2, 1, 1));
      state = summary.snapshot(1, 1);
    }
    try (var off = harness(state, false)) {
      off.setProcessingTime(2 * PERIOD);
      send(off, SummarySample.forgotten("a"));
      off.setProcessingTime(4 * PERIOD);
      state = off.snapshot(2, 2);
      off.processWatermark(Watermark.MAX_WATERMARK);
      assertThat(reports(off)).isEmpty();
    }
    try (var summary = harness(state)) {
      send(summary, sample("b", 3, 1, 1));
      summary.setProcessingTime(6 * PERIOD);
      assertThat(reports(summary))
          .extracting(report -> report.path("keys").asInt())
          .containsOnly(1);
    }
  }

  @Test
  void noSummaryComesWithoutReportsAndForgottenKeysAreLeftOut() throws Exception {
    try (var summary = harness(null)) {
      summary.setProcessingTime(1);
      send(summary, sample("a", 1, 1, 1), sample("b", 2, 1, 1));
      summary.setProcessingTime(20 * PERIOD);
      assertThat(reports(summary)).hasSize(1);

      send(summary, SummarySample.forgotten("a"));
      summary.setProcessingTime(21 * PERIOD);

      JsonNode last = reports(summary).get(1);
      assertThat(last.path("keys").asInt()).isEqualTo(1);
      assertThat(last.path("active").asInt()).isZero();
      assertThat(last.path("examples").asInt()).isEqualTo(2);
    }
  }

  @Test
  void keysThatDriftAreNamedForAMinuteOrWhileTheirDetectorWarns() throws Exception {
    try (var summary = harness(null)) {
      summary.setProcessingTime(1);
      send(
          summary,
          new SummarySample("b", 1, 1, 1, 2, false),
          new SummarySample("a", 2, 1, 1, 0, true));
      send(summary, sample("c", 3, 1, 1));
      summary.setProcessingTime(PERIOD);

      assertThat(reports(summary).get(0).at("/drifting/count").asInt()).isEqualTo(2);
      assertThat(reports(summary).get(0).at("/drifting/keys").toString())
          .isEqualTo("[\"a\",\"b\"]");

      send(
          summary,
          new SummarySample("b", 9, 1, 1, 2, false),
          new SummarySample("a", 9, 1, 1, 0, false));
      summary.setProcessingTime(2 * PERIOD);
      assertThat(reports(summary).get(1).at("/drifting/keys").toString()).isEqualTo("[\"b\"]");

      summary.setProcessingTime(20 * PERIOD);
      send(summary, new SummarySample("b", 10, 1, 1, 2, false));
      summary.setProcessingTime(21 * PERIOD);
      assertThat(reports(summary).get(2).at("/drifting/count").asInt()).isZero();
    }
  }

  @Test
  void aRenamedPipelineReportsUnderItsNewNameOnly() throws Exception {
    OperatorSubtaskState state;
    try (var summary = harness(null)) {
      summary.setProcessingTime(1);
      send(summary, sample("a", 1, 1, 1), sample("b", 2, 1, 1));
      state = summary.snapshot(1, 1);
    }

    try (var renamed = harness("stores", state, true)) {
      send(renamed, sample("b", 3, 1, 1));
      renamed.setProcessingTime(PERIOD);
      renamed.processWatermark(Watermark.MAX_WATERMARK);

      assertThat(renamed.extractOutputValues())
          .extracting(record -> new String(record.key(), StandardCharsets.UTF_8))
          .containsOnly("stores");
      assertThat(JSON.readTree(renamed.extractOutputValues().get(0).value()).path("keys").asInt())
          .isEqualTo(1);
      assertThat(renamed.numKeyedStateEntries()).isEqualTo(1);
    }
  }

  @Test
  void theSummarySurvivesARestartAndIsReportedAtTheEnd() throws Exception {
    OperatorSubtaskState state;
    try (var summary = harness(null)) {
      summary.setProcessingTime(1);
      send(summary, sample("a", 1, 0.5, Double.NaN));
      state = summary.snapshot(1, 1);
    }
    try (var summary = harness(state)) {
      summary.setProcessingTime(2);
      send(summary, sample("b", 2, 0.25, Double.NaN));
      summary.processWatermark(Watermark.MAX_WATERMARK);

      JsonNode last = reports(summary).get(reports(summary).size() - 1);
      assertThat(last.path("keys").asInt()).isEqualTo(2);
      assertThat(last.path("accuracy").isNull()).isTrue();
      assertThat(last.at("/worst/0/key").asText()).isEqualTo("a");
      assertThat(last.at("/worst/0/accuracy").isNull()).isTrue();
    }
  }
}
