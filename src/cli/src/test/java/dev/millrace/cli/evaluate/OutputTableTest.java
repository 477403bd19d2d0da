package dev.millrace.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.watch.MetricsRecords;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.input.TargetSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputTableTest {
  private static final InputSpec LABELS = InputSpec.DEFAULT.with(to -> to.task = Task.MULTILABEL);

  private static final InputSpec TARGETS =
      InputSpec.DEFAULT.with(
          to ->
              to.targets =
                  List.of(
                      new TargetSpec("paid", Task.BINARY, List.of(), "no", null, null),
                      new TargetSpec("amount", Task.REGRESSION)));

  @Test
  void aKeyHasTheScoresOfItsSetAndEachLabelItsOwnNextToItsBaselines() {
    FinalMetrics metrics = new FinalMetrics(LABELS, null);
    accept(metrics, label("a@calm", 90, 0.25));
    accept(metrics, label("a@sad", 100, 0.75));
    accept(metrics, set("a", 100, "0.5", "calm", "sad"));

    assertThat(new OutputTable(metrics).lines())
        .containsExactly(
            "                          window          total",
            "key             examples      f1  exact      f1 macro-f1 jaccard hamming  exact",
            "a                    100  0.2500 0.1250  0.5000   0.4500  0.3500  0.1500 0.0625",
            "f1 and jaccard are micro averages over the labels; exact: all of them were right",
            "",
            "output             task        examples  accuracy majority     f1 log-loss"
                + " frequencies",
            "calm               binary            90    0.7000   0.6500 0.5714   0.2500     "
                + " 0.5000",
            "sad                binary           100    0.7000   0.6500 0.5714   0.7500     "
                + " 0.5000",
            "Worse than a baseline: sad (log-loss). What may help: other features, or more rows");
  }

  @Test
  void keysAreCountedAndNotTheirOutputs() {
    FinalMetrics metrics = new FinalMetrics(LABELS, null);
    accept(metrics, label("a@calm", 100, 0.25));
    accept(metrics, set("a", 100, "0.5", "calm"));
    accept(metrics, label("b@calm", 300, 0.25));
    accept(metrics, set("b", 300, "0.9", "calm"));

    assertThat(metrics.examples()).isEqualTo(400);
    assertThat(metrics.newest()).hasSize(2);
    assertThat(metrics.outputs()).hasSize(1);
    assertThat(metrics.outputs().get(0).metrics().totals().examples()).isEqualTo(400);
    assertThat(new OutputTable(metrics).lines())
        .anyMatch(line -> line.startsWith("all                  400  0.2500 0.1250  0.8000"))
        .anyMatch(line -> line.startsWith("calm               binary           400"));
  }

  @Test
  void targetsOfClassesAndOfValuesHaveTablesOfTheirOwn() {
    FinalMetrics metrics = new FinalMetrics(TARGETS, null);
    accept(metrics, label("a@paid", 100, 0.25));
    accept(metrics, number("a@amount", 80, 3));
    accept(metrics, set("a", 100, "null", "paid", "amount").replace("multilabel", "multi-target"));

    List<String> lines = new OutputTable(metrics).lines();

    assertThat(lines)
        .contains(
            "f1 and jaccard are micro averages over the targets of two classes; exact: all of them"
                + " were right",
            "output             task        examples        mae mae of mean      rmse      r2",
            "amount             regression        80     3.0000      4.0000    5.0000  0.7500");
    // Of class "no", which is the positive one of this target.
    assertThat(lines).anyMatch(line -> line.matches("paid .* 0\\.7692   0\\.2500 .*"));
    assertThat(lines).noneMatch(line -> line.startsWith("Worse than a baseline"));
    accept(metrics, number("a@amount", 90, 6));
    assertThat(new OutputTable(metrics).lines())
        .last()
        .asString()
        .startsWith("Worse than a baseline: amount (mae).");
  }

  @Test
  void aTunedThresholdIsNotBlamedForItsAccuracy() {
    String worse = label("a@calm", 100, 0.25).replace("\"accuracy\":0.7", "\"accuracy\":0.4");
    String counts = "\"total_counts\":[[50,10],[20,20]]";
    worse = worse.replace(counts, "\"total_counts\":[[20,40],[20,20]]");
    assertThat(lastLine(worse)).startsWith("Worse than a baseline: calm (accuracy).");

    String tuned = worse.replace("\"validation\"", "\"threshold\":0.2,\"validation\"");
    assertThat(lastLine(tuned)).startsWith("calm ");
    String better =
        tuned.replace("\"total\":{\"accuracy\":0.6", "\"total\":{\"f1\":0.5,\"accuracy\":0.6");
    assertThat(lastLine(better)).startsWith("Worse than a baseline: calm (f1).");
  }

  private static String lastLine(String output) {
    FinalMetrics metrics = new FinalMetrics(LABELS, null);
    accept(metrics, output);
    accept(metrics, set("a", 100, "0.5", "calm"));
    List<String> lines = new OutputTable(metrics).lines();
    return lines.get(lines.size() - 1);
  }

  @Test
  void withoutScoresOfSetsThereAreTheOutputsAlone() {
    FinalMetrics metrics = new FinalMetrics(TARGETS, null);
    accept(metrics, number("a@amount", 80, 3));
    accept(
        metrics,
        "{\"key\":\"a\",\"task\":\"multi-target\",\"examples\":80,\"total\":{\"examples\":0,"
            + "\"exact_match\":null},\"outputs\":{\"amount\":{}}}");

    assertThat(new OutputTable(metrics).lines())
        .first()
        .asString()
        .startsWith("output             task        examples        mae");
  }

  @Test
  void jsonHasTheScoresOfAllOutputsTogetherAndOfEachByItsName() {
    FinalMetrics metrics = new FinalMetrics(TARGETS, null);
    accept(metrics, label("a@paid", 100, 0.25));
    accept(metrics, number("a@amount", 80, 3));
    accept(metrics, set("a", 100, "0.5", "amount", "paid").replace("multilabel", "multi-target"));
    ObjectNode json = new ObjectMapper().createObjectNode();

    EvaluationReport.putOutputs(metrics, json);

    assertThat(json)
        .hasToString(
            """
            {"micro_precision":0.25,"micro_recall":0.75,"micro_f1":0.5,"macro_f1":0.45,\
            "jaccard":0.35,"jaccard_samples":0.4,"hamming_loss":0.15,"exact_match":0.0625,\
            "outputs":{"amount":{"task":"regression","examples":80,"mae":3.0,"rmse":5.0,"r2":0.75,\
            "baseline":{"last_value":7.0,"mean":4.0}},\
            "paid":{"task":"binary","examples":100,"accuracy":0.7,"precision":0.7142857142857143,\
            "recall":0.8333333333333334,"f1":0.7692307692307693,"log_loss":0.25,\
            "log_loss_baseline":0.5,"brier":0.125,"baseline":{"no_change":0.6,"majority":0.65},\
            "validation":{"rows":12,"loss":0.375,"accuracy":0.625}}}}\
            """);
  }

  private static void accept(FinalMetrics metrics, String record) {
    assertThat(MetricsRecords.parse(record)).isPresent();
    metrics.accept(MetricsRecords.read(record));
  }

  private static String label(String key, int examples, double logLoss) {
    return """
    {"key":"%s","task":"binary","examples":%d,"total":{"weight":%2$d,"accuracy":0.7,\
    "log_loss":%s,"log_loss_baseline":0.5,"brier":0.125},\
    "baseline":{"no_change":{"total":{"accuracy":0.6}},"majority":{"total":{"accuracy":0.65}}},\
    "confusion_matrix":{"labels":["no","yes"],"counts":[[5,1],[2,2]],"total_counts":[[50,10],[20,20]]},\
    "validation":{"epoch":{"examples":12,"weight":12,"loss":0.375,"accuracy":0.625}}}
    """
        .formatted(key, examples, logLoss);
  }

  private static String number(String key, int examples, double mae) {
    return """
    {"key":"%s","task":"regression","examples":%d,"total":{"weight":%2$d,"mae":%s,"rmse":5,\
    "label_mean":1,"label_sd":10},\
    "baseline":{"last_value":{"total":{"mae":7}},"mean":{"total":{"mae":4}}}}
    """
        .formatted(key, examples, mae);
  }

  private static String set(String key, int examples, String f1, String... outputs) {
    return """
    {"key":"%s","task":"multilabel","examples":%d,\
    "window":{"examples":10,"f1":0.25,"exact_match":0.125},\
    "total":{"examples":%2$d,"precision":0.25,"recall":0.75,"f1":%s,"macro_f1":0.45,\
    "jaccard":0.35,"jaccard_samples":0.4,"hamming_loss":0.15,"exact_match":0.0625},\
    "outputs":{"%s":{}}}
    """
        .formatted(key, examples, f1, String.join("\":{},\"", outputs));
  }
}
