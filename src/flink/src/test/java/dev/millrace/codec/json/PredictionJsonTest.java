package dev.millrace.codec.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.report.ModelVersion;
import dev.millrace.report.Prediction;
import dev.millrace.report.Prediction.NamedOutcome;
import dev.millrace.report.Prediction.OfClass;
import dev.millrace.report.Prediction.OfOutputs;
import dev.millrace.report.Prediction.OfValue;
import dev.millrace.report.Prediction.Outcome;
import dev.millrace.report.PredictionRegion;
import dev.millrace.report.PredictionRegion.ClassSet;
import dev.millrace.report.PredictionRegion.Interval;
import dev.millrace.report.Reasons;
import dev.millrace.report.Reasons.Contribution;
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
            "examples":369,\
            "config_hash":"b1946ac9"}\
            """);
  }

  @Test
  void unknownFieldsAreLeftOutOrNull() {
    assertThat(encode(null, 0, new OfClass(List.of(), new float[0], false, -1, null), null))
        .isEqualTo(
            """
            {"pipeline":"fraud","key":"shop-17","partition":3,"offset":77,\
            "event_time":"1970-01-01T00:00:01.234Z","class":null,"scores":{},"model_version":41,\
            "examples":369,\
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
  void intervalsAndSetsFollowWhatWasPredicted() {
    Outcome value = new OfValue(2.5f, 3);
    assertThat(encode(value, new Interval(0.9, 1.25, 3.75)))
        .contains(
            """
            ,"actual":3.0,"interval":{"level":0.9,"low":1.25,"high":3.75},"model_version":\
            """);
    assertThat(encode(value, new Interval(0.9, Double.NaN, Double.NaN)))
        .contains(",\"interval\":null,");
    Outcome classes = new OfClass(List.of("a", "b"), new float[] {0.25f, 0.75f}, true, 1, null);
    assertThat(encode(classes, new ClassSet(0.9, List.of("a", "b"))))
        .contains(",\"set\":{\"level\":0.9,\"classes\":[\"a\",\"b\"]},\"model_version\":");
    assertThat(encode(classes, new ClassSet(0.9, null))).contains(",\"set\":null,");
  }

  @Test
  void aRecordThatIsTooLargeHasNoSetOfClasses() {
    Outcome classes = new OfClass(List.of("a"), new float[] {1}, true, 0, null);
    Prediction whole = prediction(null, 1, classes, null, false, new ClassSet(0.9, List.of("a")));

    assertThat(encode(whole)).contains("\"set\"");
    assertThat(encode(whole.withoutScores())).doesNotContain("\"set\"");
  }

  @Test
  void aSetOfLabelsStandsWithTheProbabilityOfEachLabelToBeInIt() {
    OfOutputs outcome =
        new OfOutputs(
            List.of("calm"),
            List.of("calm", "sad"),
            List.of(
                new NamedOutcome("calm", label(new float[] {0.25f, 0.75f}, "0", "1"), null),
                new NamedOutcome("sad", label(new float[] {0.125f, 0.875f}, "1", "0"), null),
                new NamedOutcome("angry", label(new float[] {1}, "0"), null),
                new NamedOutcome("happy", label(new float[0]), null)));

    assertThat(encode(null, 1, outcome, null))
        .contains(
            """
            ,"labels":["calm"],"actual":["calm","sad"],\
            "probabilities":{"calm":0.75,"sad":0.125,"angry":0.0,"happy":null},"model_version":\
            """);
    Outcome unknown = new OfOutputs(List.of(), null, List.of());
    assertThat(encode(null, 0, unknown, null))
        .contains(",\"labels\":[],\"probabilities\":{},\"model_version\":");
  }

  @Test
  void eachOfSeveralTargetsIsAsAPredictionOfItsOwn() {
    OfOutputs outcome =
        new OfOutputs(
            null,
            null,
            List.of(
                new NamedOutcome(
                    "paid",
                    new OfClass(List.of("no", "yes"), new float[] {0.25f, 0.75f}, true, 1, "no"),
                    new ClassSet(0.9, List.of("yes"))),
                new NamedOutcome("amount", new OfValue(2.5f, 3), new Interval(0.9, 1.25, 3.75)),
                new NamedOutcome("days", new OfValue(4, Double.NaN), null)));

    assertThat(encode(null, 1, outcome, null))
        .contains(
            """
            ,"outputs":{"paid":{"class":"yes","actual":"no","probabilities":{"no":0.25,"yes":0.75},\
            "set":{"level":0.9,"classes":["yes"]}},\
            "amount":{"value":2.5,"actual":3.0,"interval":{"level":0.9,"low":1.25,"high":3.75}},\
            "days":{"value":4.0}},"model_version":\
            """);
  }

  @Test
  void aRecordOfOutputsThatIsTooLargeHasTheLabelsAlone() {
    Outcome outcome =
        new OfOutputs(
            List.of("calm"),
            List.of(),
            List.of(new NamedOutcome("calm", label(new float[] {0, 1}, "0", "1"), null)));

    assertThat(encode(prediction(null, 1, outcome, null, false, null).withoutScores()))
        .contains(",\"labels\":[\"calm\"],\"actual\":[],\"probabilities\":{},");
  }

  private static OfClass label(float[] scores, String... classes) {
    return new OfClass(List.of(classes), scores, true, scores.length - 1, null);
  }

  @Test
  void heldOutExamplesAreMarked() {
    Outcome outcome = new OfValue(2.5f, 3);
    assertThat(encode("tx-9", 42, outcome, "big", true))
        .contains(",\"actual\":3.0,\"model\":\"big\",\"held_out\":true,\"model_version\":41,");
    assertThat(encode("tx-9", 42, outcome, "big", false)).doesNotContain("held_out");
  }

  @Test
  void aForecastNamesSeriesHorizonAndTime() {
    Prediction label =
        new Prediction(
            "p",
            "a@24",
            null,
            0,
            3,
            77,
            1_234,
            new OfValue(2.5, Double.NaN),
            null,
            false,
            new ModelVersion(41, 369, "b1"),
            null,
            null,
            null);

    assertThat(new String(json.encode(with(label, 3_601_234)), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"pipeline\":\"p\",\"key\":\"a@24\",\"series\":\"a\",\"horizon\":\"24\",\"partition\":3,\"offset\":77,"
                + "\"event_time\":\"1970-01-01T00:00:01.234Z\",\"target_time\":\"1970-01-01T01:00:01.234Z\","
                + "\"value\":2.5,\"model_version\":41,\"examples\":369,\"config_hash\":\"b1\"}");
    assertThat(
            new String(
                json.encode(with(label, Prediction.Forecast.UNKNOWN_TIME)), StandardCharsets.UTF_8))
        .contains("\"target_time\":null,");
  }

  @Test
  void reasonsNameTheExplainedClassAndEachColumn() {
    Prediction ofClass =
        prediction(
            null,
            1,
            new OfClass(List.of("a", "b"), new float[] {0, 1}, true, 1, null),
            null,
            false,
            null);
    Prediction ofValue = prediction(null, 1, new OfValue(2.5, Double.NaN), null, false, null);
    List<Contribution> columns = List.of(new Contribution("x", 1.5), new Contribution("y", -0.25));

    assertThat(encode(ofClass.withReasons(new Reasons("b", true, 1.5, 0.125, columns, 0.125))))
        .contains(
            "\"reasons\":{\"class\":\"b\",\"log_odds\":1.5,\"base\":0.125,"
                + "\"columns\":{\"x\":1.5,\"y\":-0.25},\"others\":0.125}");
    assertThat(encode(ofValue.withReasons(new Reasons(null, false, 2.5, 1.25, columns, 0))))
        .contains("\"reasons\":{\"base\":1.25,\"columns\":{\"x\":1.5,\"y\":-0.25},\"others\":0.0}");
  }

  private static Prediction with(Prediction of, long targetTime) {
    return of.withForecast(new Prediction.Forecast("a", "24", targetTime));
  }

  private String encode(String id, long seq, Outcome outcome, String model) {
    return encode(id, seq, outcome, model, false);
  }

  private String encode(String id, long seq, Outcome outcome, String model, boolean heldOut) {
    return encode(prediction(id, seq, outcome, model, heldOut, null));
  }

  private String encode(Outcome outcome, PredictionRegion region) {
    return encode(prediction(null, 1, outcome, null, false, region));
  }

  private String encode(Prediction prediction) {
    return new String(json.encode(prediction), StandardCharsets.UTF_8);
  }

  private static Prediction prediction(
      String id,
      long seq,
      Outcome outcome,
      String model,
      boolean heldOut,
      PredictionRegion region) {
    return new Prediction(
        "fraud",
        "shop-17",
        id,
        seq,
        3,
        77,
        1_234,
        outcome,
        model,
        heldOut,
        new ModelVersion(41, 369, "b1946ac9"),
        region,
        null,
        null);
  }
}
