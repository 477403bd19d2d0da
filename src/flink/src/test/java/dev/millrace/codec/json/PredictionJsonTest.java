package dev.millrace.codec.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Prediction;
import dev.millrace.data.Prediction.OfClass;
import dev.millrace.data.Prediction.OfValue;
import dev.millrace.data.Prediction.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class PredictionJsonTest {
  private final PredictionJson json = new PredictionJson();

  @Test
  void aPredictionIsOneLineInAStableOrder() {
    Outcome outcome =
        new OfClass(List.of("ok", "fraud"), new float[] {0.25f, 0.75f}, true, 1, "ok");

    assertThat(encode("tx-9", 42, outcome, "big"))
        .isEqualTo(
            """
            {"pipeline":"fraud","key":"shop-17","id":"tx-9","seq":42,"partition":3,"offset":77,\
            "event_time":"1970-01-01T00:00:01.234Z","class":"fraud","actual":"ok",\
            "probabilities":{"ok":0.25,"fraud":0.75},"model":"big","model_version":41,\
            "config_hash":"b1946ac9"}\
            """);
  }

  @Test
  void whatIsNotKnownIsLeftOutOrNull() {
    assertThat(encode(null, 0, new OfClass(List.of(), new float[0], false, -1, null), null))
        .isEqualTo(
            """
            {"pipeline":"fraud","key":"shop-17","partition":3,"offset":77,\
            "event_time":"1970-01-01T00:00:01.234Z","class":null,"scores":{},"model_version":41,\
            "config_hash":"b1946ac9"}\
            """);
  }

  @Test
  void aModelThatKnowsOneClassHasProbabilities() {
    assertThat(encode(null, 0, new OfClass(List.of("ok"), new float[] {1}, true, 0, null), null))
        .contains("\"class\":\"ok\",\"probabilities\":{\"ok\":1.0},");
  }

  @Test
  void aNumberStandsBesideTheTruthIfThatIsKnown() {
    assertThat(encode(null, 0, new OfValue(2.5f, 3), null))
        .contains(",\"value\":2.5,\"actual\":3.0,\"model_version\":");
    assertThat(encode(null, 0, new OfValue(Float.NaN, Double.NaN), null))
        .contains(",\"value\":null,\"model_version\":");
  }

  @Test
  void whatTheModelDoesNotLearnFromIsMarked() {
    Outcome outcome = new OfValue(2.5f, 3);
    assertThat(encode("tx-9", 42, outcome, "big", true))
        .contains(",\"actual\":3.0,\"model\":\"big\",\"held_out\":true,\"model_version\":41,");
    assertThat(encode("tx-9", 42, outcome, "big", false)).doesNotContain("held_out");
  }

  private String encode(String id, long seq, Outcome outcome, String model) {
    return encode(id, seq, outcome, model, false);
  }

  private String encode(String id, long seq, Outcome outcome, String model, boolean heldOut) {
    Prediction prediction =
        new Prediction(
            "fraud", "shop-17", id, seq, 3, 77, 1_234, outcome, model, heldOut, 41, "b1946ac9");
    return new String(json.encode(prediction), StandardCharsets.UTF_8);
  }
}
