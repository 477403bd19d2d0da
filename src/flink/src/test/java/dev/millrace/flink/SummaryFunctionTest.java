package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.codec.OutputRecord;
import dev.millrace.data.FleetSample;
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

  private static KeyedOneInputStreamOperatorTestHarness<String, FleetSample, OutputRecord> fleet(
      OperatorSubtaskState from) throws Exception {
    return fleet(from, true);
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, FleetSample, OutputRecord> fleet(
      OperatorSubtaskState from, boolean tells) throws Exception {
    return fleet("shops", from, tells);
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, FleetSample, OutputRecord> fleet(
      String pipeline, OperatorSubtaskState from, boolean tells) throws Exception {
    KeyedOneInputStreamOperatorTestHarness<String, FleetSample, OutputRecord> fleet =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(new SummaryFunction(pipeline, "c0ffee00", tells)),
            sample -> pipeline,
            Types.STRING);
    fleet.setup(
        OutputTags.RECORD.createSerializer(fleet.getExecutionConfig().getSerializerConfig()));
    if (from != null) {
      fleet.initializeState(from);
    }
    fleet.open();
    return fleet;
  }

  private static FleetSample sample(String key, long examples, double loss, double accuracy) {
    return new FleetSample(key, examples, loss, accuracy, 0, false);
  }

  private static void send(
      KeyedOneInputStreamOperatorTestHarness<String, FleetSample, OutputRecord> fleet,
      FleetSample... samples)
      throws Exception {
    for (FleetSample sample : samples) {
      fleet.processElement(new StreamRecord<>(sample));
    }
  }

  private static List<JsonNode> reports(
      KeyedOneInputStreamOperatorTestHarness<String, FleetSample, OutputRecord> fleet)
      throws IOException {
    List<JsonNode> reports = new ArrayList<>();
    for (Object element : fleet.getOutput()) {
      if (element instanceof StreamRecord<?> record) {
        OutputRecord output = (OutputRecord) record.getValue();
        assertThat(new String(output.key(), StandardCharsets.UTF_8)).isEqualTo("shops");
        reports.add(JSON.readTree(output.value()));
      }
    }
    return reports;
  }

  @Test
  void oneRecordTellsOfAllKeys() throws Exception {
    try (var fleet = fleet(null)) {
      fleet.setProcessingTime(1);
      for (int key = 1; key <= 20; key++) {
        send(fleet, sample("k" + key, 100, key / 10.0, 1 - key / 100.0));
      }
      send(fleet, sample("k20", 300, 0.05, 0.5));
      fleet.setProcessingTime(PERIOD);

      assertThat(reports(fleet)).hasSize(1);
      JsonNode report = reports(fleet).get(0);
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
  void whoHasTurnedItOffHearsNothingMoreAndFindsNoForgottenKeysWhenItIsOnAgain() throws Exception {
    OperatorSubtaskState state;
    try (var fleet = fleet(null)) {
      fleet.setProcessingTime(1);
      send(fleet, sample("a", 1, 1, 1), sample("b", 2, 1, 1));
      state = fleet.snapshot(1, 1);
    }
    try (var off = fleet(state, false)) {
      off.setProcessingTime(2 * PERIOD);
      send(off, FleetSample.forgotten("a"));
      off.setProcessingTime(4 * PERIOD);
      state = off.snapshot(2, 2);
      off.processWatermark(Watermark.MAX_WATERMARK);
      assertThat(reports(off)).isEmpty();
    }
    try (var fleet = fleet(state)) {
      send(fleet, sample("b", 3, 1, 1));
      fleet.setProcessingTime(6 * PERIOD);
      assertThat(reports(fleet)).extracting(report -> report.path("keys").asInt()).containsOnly(1);
    }
  }

  @Test
  void nothingIsToldWhileNothingIsReportedAndForgottenKeysAreLeftOut() throws Exception {
    try (var fleet = fleet(null)) {
      fleet.setProcessingTime(1);
      send(fleet, sample("a", 1, 1, 1), sample("b", 2, 1, 1));
      fleet.setProcessingTime(20 * PERIOD);
      assertThat(reports(fleet)).hasSize(1);

      send(fleet, FleetSample.forgotten("a"));
      fleet.setProcessingTime(21 * PERIOD);

      JsonNode last = reports(fleet).get(1);
      assertThat(last.path("keys").asInt()).isEqualTo(1);
      assertThat(last.path("active").asInt()).isZero();
      assertThat(last.path("examples").asInt()).isEqualTo(2);
    }
  }

  @Test
  void keysThatDriftAreNamedForAMinuteOrWhileTheirDetectorWarns() throws Exception {
    try (var fleet = fleet(null)) {
      fleet.setProcessingTime(1);
      send(fleet, new FleetSample("b", 1, 1, 1, 2, false), new FleetSample("a", 2, 1, 1, 0, true));
      send(fleet, sample("c", 3, 1, 1));
      fleet.setProcessingTime(PERIOD);

      assertThat(reports(fleet).get(0).at("/drifting/count").asInt()).isEqualTo(2);
      assertThat(reports(fleet).get(0).at("/drifting/keys").toString()).isEqualTo("[\"a\",\"b\"]");

      send(fleet, new FleetSample("b", 9, 1, 1, 2, false), new FleetSample("a", 9, 1, 1, 0, false));
      fleet.setProcessingTime(2 * PERIOD);
      assertThat(reports(fleet).get(1).at("/drifting/keys").toString()).isEqualTo("[\"b\"]");

      fleet.setProcessingTime(20 * PERIOD);
      send(fleet, new FleetSample("b", 10, 1, 1, 2, false));
      fleet.setProcessingTime(21 * PERIOD);
      assertThat(reports(fleet).get(2).at("/drifting/count").asInt()).isZero();
    }
  }

  @Test
  void aPipelineOfAnotherNameTellsNothingUnderTheOldOneAndForgetsIt() throws Exception {
    OperatorSubtaskState state;
    try (var fleet = fleet(null)) {
      fleet.setProcessingTime(1);
      send(fleet, sample("a", 1, 1, 1), sample("b", 2, 1, 1));
      state = fleet.snapshot(1, 1);
    }

    try (var renamed = fleet("stores", state, true)) {
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
  void whatIsKnownOutlivesARestartAndTheEndIsTold() throws Exception {
    OperatorSubtaskState state;
    try (var fleet = fleet(null)) {
      fleet.setProcessingTime(1);
      send(fleet, sample("a", 1, 0.5, Double.NaN));
      state = fleet.snapshot(1, 1);
    }
    try (var fleet = fleet(state)) {
      fleet.setProcessingTime(2);
      send(fleet, sample("b", 2, 0.25, Double.NaN));
      fleet.processWatermark(Watermark.MAX_WATERMARK);

      JsonNode last = reports(fleet).get(reports(fleet).size() - 1);
      assertThat(last.path("keys").asInt()).isEqualTo(2);
      assertThat(last.path("accuracy").isNull()).isTrue();
      assertThat(last.at("/worst/0/key").asText()).isEqualTo("a");
      assertThat(last.at("/worst/0/accuracy").isNull()).isTrue();
    }
  }
}
