package dev.millrace.codec.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.report.ModelEvent;
import dev.millrace.report.ModelEvent.ChampionChanged;
import dev.millrace.report.ModelEvent.Drift;
import dev.millrace.report.ModelEvent.Erased;
import dev.millrace.report.ModelEvent.Erasure;
import dev.millrace.report.ModelEvent.Expired;
import dev.millrace.report.ModelEvent.InputDrift;
import dev.millrace.report.ModelEvent.InputDrift.Measure;
import dev.millrace.report.ModelEvent.Reason;
import dev.millrace.report.ModelEvent.Reset;
import dev.millrace.report.ModelEvent.RolledBack;
import dev.millrace.report.ModelEvent.SkippedSteps;
import dev.millrace.report.ModelEvent.Warning;
import dev.millrace.report.ModelEvent.What;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EventJsonTest {
  private final EventJson json = new EventJson();

  @Test
  void anEventIsOneLineInAStableOrder() {
    assertThat(encode(new Expired()))
        .isEqualTo(
            """
            {"pipeline":"fraud","key":"shop-17","seq":42,"event_time":"1970-01-01T00:00:01.234Z",\
            "event":"expired","model_version":41,"config_hash":"b1946ac9"}\
            """);
  }

  @Test
  void eachKindOfEventHasItsOwnFields() {
    assertThat(encode(new Warning("ddm")))
        .contains(",\"event\":\"warning\",\"detector\":\"ddm\",\"model_version\":");
    assertThat(encode(new Drift("adwin", "reset", 3)))
        .contains(
            ",\"event\":\"drift\",\"detector\":\"adwin\",\"action\":\"reset\",\"drifts\":3,"
                + "\"model_version\":");
    assertThat(encode(new InputDrift("amount", 0.5, Measure.MEAN, null, 20.5, 31.25, 64)))
        .contains(
            ",\"event\":\"input_drift\",\"column\":\"amount\",\"score\":0.5,\"measure\":\"mean\","
                + "\"reference\":20.5,\"recent\":31.25,\"records\":64,\"model_version\":");
    assertThat(encode(new InputDrift("kind", 0.5, Measure.SHARE, "far", 0.25, 0.75, 64)))
        .contains(",\"measure\":\"share\",\"value\":\"far\",\"reference\":0.25,");
    assertThat(encode(new SkippedSteps(5)))
        .contains(",\"event\":\"skipped_steps\",\"skipped_steps\":5,\"model_version\":");
    assertThat(encode(new RolledBack(2, 0.1)))
        .contains(
            ",\"event\":\"rollback\",\"rollbacks\":2,\"learning_rate\":0.1,\"model_version\":");
    assertThat(encode(new Reset("layers")))
        .contains(",\"event\":\"reset\",\"reason\":\"layers\",\"model_version\":");
    assertThat(encode(new ChampionChanged("big", "small", Reason.BETTER, 0.5, Double.NaN, 0.25)))
        .contains(
            ",\"event\":\"champion_changed\",\"from\":\"big\",\"to\":\"small\","
                + "\"reason\":\"better\",\"from_loss\":0.5,\"to_loss\":null,\"p_value\":0.25,"
                + "\"model_version\":");
    assertThat(encode(new Erased(null, null, 3, 1, 5_000)))
        .contains(
            ",\"event\":\"erased\",\"ids\":3,\"pending\":1,"
                + "\"until\":\"1970-01-01T00:00:05.000Z\",\"model_version\":");
    assertThat(encode(new Erasure("user", "00000000000000ff", 2, 3, 1, 0, 0, 4)))
        .contains(
            ",\"event\":\"erasure\",\"column\":\"user\",\"id\":\"00000000000000ff\",\"keys\":2,\"ids\":3,"
                + "\"pending\":1,\"until\":\"1970-01-01T00:00:00.000Z\",\"subtask\":0,\"subtasks\":4,");
    assertThat(encode(new Erased("user", "00000000000000ff", 1, 0, 0)))
        .contains(
            ",\"event\":\"erased\",\"column\":\"user\",\"id\":\"00000000000000ff\",\"ids\":1,");
  }

  private String encode(What what) {
    ModelEvent event = new ModelEvent("fraud", "shop-17", 42, 1_234, what, 41, "b1946ac9");
    return new String(json.encode(event), StandardCharsets.UTF_8);
  }
}
