package dev.millrace.prequential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.Example;
import dev.millrace.eval.MetricsSpec.Validation;
import dev.millrace.eval.ValidationScores;
import dev.millrace.eval.drift.DriftSpec;
import dev.millrace.eval.drift.InputDriftDetector;
import dev.millrace.eval.drift.InputDriftSpec;
import dev.millrace.explain.ColumnImportance;
import dev.millrace.nn.Workspace;
import dev.millrace.prequential.key.DriftMonitor;
import dev.millrace.prequential.key.Intervals;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.spec.DriftPolicy;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.MetricsReport;
import dev.millrace.state.KeyPart;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyPartsTest {
  private static final List<Class<? extends KeyPart>> PARTS =
      List.of(
          DriftMonitor.class,
          ValidationScores.class,
          Intervals.class,
          InputDriftDetector.class,
          ColumnImportance.class);
  private static final TrainSpec WITHOUT =
      Specs.train(Records.undeclared(), Specs.small(5), Specs.METRICS);
  private static final TrainSpec WITH =
      WITHOUT.with(
          to -> {
            DriftSpec kswin = new DriftSpec.Kswin(0.01, 20, 5, 0);
            to.drift = new DriftPolicy("kswin", kswin, DriftPolicy.Action.EVENT, 1, 0);
            to.inputDrift = InputDriftSpec.DEFAULT;
            to.publish = to.publish.withInterval(0.9);
            to.publish = to.publish.withReasons(2);
            to.metrics = to.metrics.with(m -> m.validation = new Validation(0.2, 2));
          });
  private static final List<Example> EXAMPLES = Chunks.classes("k", 60, 3);

  @Test
  void aKeyHasThePartsThatThePipelineAsksFor() throws IOException {
    assertThat(PARTS).allMatch(part -> learned(WITH).part(part) != null);
    assertThat(PARTS).allMatch(part -> learned(WITHOUT).part(part) == null);
  }

  @Test
  void storedPartsThatThePipelineNoLongerAsksForAreDropped() throws IOException {
    PrequentialModel model = restored(WITH, WITHOUT);

    assertThat(PARTS).allMatch(part -> model.part(part) == null);
    assertThat(model.counters.examples).isEqualTo(learned(WITH).counters.examples);
  }

  @Test
  void partsThatWereNotStoredStartAgain() throws IOException {
    PrequentialModel model = restored(WITHOUT, WITH);

    assertThat(PARTS).allMatch(part -> model.part(part) != null);
    MetricsReport report = model.report(WITH, "k");
    assertThat(report.importance()).isEmpty();
    assertThat(report.coverage().total().coverage()).isNaN();
    assertThat(model.counters.examples).isEqualTo(EXAMPLES.size());
  }

  @Test
  void eachPartAddsItsBlockToTheReport() throws IOException {
    MetricsReport report = learned(WITH).report(WITH, "k");

    assertThat(report.validation()).isNotNull();
    assertThat(report.coverage()).isNotNull();
    assertThat(report.inputDrift()).isNotNull();
    assertThat(report.importance()).isNotEmpty();
    assertThat(report.labels()).isNull();
    assertThat(report.forecast()).isNull();
  }

  @Test
  void rejectsPartsOfAnUnknownKind() throws IOException {
    byte[] bytes = Learning.bytes(state(WITHOUT));
    // Before the flag of delayed labels, which is last.
    bytes[bytes.length - 2] = 1 << 4;

    assertThatThrownBy(() -> TrainState.serialized(bytes).resume(WITHOUT, new Workspace()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("parts of a key")
        .hasMessageContaining("damaged");
  }

  private static TrainState state(TrainSpec spec) {
    try {
      return Learning.inChunks(spec, EXAMPLES, 7, false, new RecordingListener());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static PrequentialModel learned(TrainSpec spec) {
    return state(spec).model();
  }

  private static PrequentialModel restored(TrainSpec before, TrainSpec now) throws IOException {
    return TrainState.serialized(Learning.bytes(state(before))).resume(now, new Workspace());
  }
}
