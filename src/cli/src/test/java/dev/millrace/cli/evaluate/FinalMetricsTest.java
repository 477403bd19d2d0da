package dev.millrace.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.watch.MetricsRecords;
import dev.millrace.report.MetricsReport.Estimate;
import dev.millrace.report.Score;
import java.util.List;
import org.junit.jupiter.api.Test;

class FinalMetricsTest {

  @Test
  void theClassOfF1IsNamed() {
    assertThat(classesOfF1(null, "[\"ok\",\"fraud\"]"))
        .isEqualTo("f1 is that of class \"ok\". Choose another one: --positive-class CLASS");
    assertThat(classesOfF1("fraud", "[\"ok\",\"fraud\"]"))
        .isEqualTo("f1 is that of class \"fraud\". Choose another one: --positive-class CLASS");
  }

  @Test
  void f1OfAllKeysIsTheAverageOverTheClassesOfAllOfThem() {
    assertThat(classesOfF1(null, "[\"ok\",\"fraud\"]", "[\"fraud\",\"theft\"]"))
        .isEqualTo("f1 is the macro average over 3 classes");
  }

  @Test
  void oneClassAndARegressionHaveNoClassOfF1() {
    assertThat(classesOfF1(null, "[\"ok\"]")).isEmpty();
    FinalMetrics numbers = new FinalMetrics(null);
    numbers.accept(MetricsRecords.read("{\"key\":\"k\",\"task\":\"regression\",\"examples\":1}"));
    assertThat(numbers.classesOfF1()).isEmpty();
  }

  @Test
  void withoutConfusionMatricesTheScoresAreThoseOfTheKeys() {
    FinalMetrics metrics = new FinalMetrics(null);
    String record =
        "{\"key\":\"%s\",\"task\":\"multiclass\",\"examples\":%d,"
            + "\"total\":{\"weight\":%d,\"accuracy\":%s,\"f1\":0.25,\"log_loss\":2.5}}";
    metrics.accept(MetricsRecords.read(record.formatted("a", 100, 100, "0.5")));

    assertThat(metrics.totals().get(Score.ACCURACY)).isEqualTo(0.5);
    assertThat(metrics.totals().get(Score.F1)).isEqualTo(0.25);
    assertThat(metrics.classesOfF1()).isEqualTo("f1 is the macro average over all classes");

    metrics.accept(MetricsRecords.read(record.formatted("b", 300, 300, "0.9")));

    assertThat(metrics.totals().get(Score.ACCURACY)).isCloseTo(0.8, offset(1e-12));
    assertThat(metrics.totals().get(Score.F1)).isNaN();
    assertThat(metrics.classesOfF1()).isEmpty();
    assertThat(metrics.totals().get(Score.LOG_LOSS)).isEqualTo(2.5);
  }

  @Test
  void oneLineNamesTheMembersOfAMixtureThatMatter() {
    FinalMetrics metrics = new FinalMetrics(null);
    metrics.accept(mixture("a", "replay", "0.625", "0.3", "0.03", "-0.5"));
    assertThat(SummaryTable.lines(metrics, false))
        .last()
        .isEqualTo("mixture led by replay; ferns helps");

    metrics.accept(mixture("b", "ferns", "0.5", "0.7", "0.25", "0.5"));
    metrics.accept(mixture("c", "ferns", "0.75", "0.5", "0.25", "0.0"));
    assertThat(SummaryTable.lines(metrics, false))
        .last()
        .isEqualTo("mixture led by ferns (2 of 3 keys); replay and linear help");

    assertThat(SummaryTable.lines(metrics, true))
        .containsSubsequence(
            "mixture led by ferns (2 of 3 keys); replay and linear help",
            "member            leads   weight      loss",
            "replay                1     0.63    0.2500",
            "previous-label        0     0.00         -")
        .last()
        .asString()
        .startsWith("weight: factor in the sum of the members' scores; a negative one corrects");
  }

  private static JsonNode mixture(String key, String leader, String... weights) {
    String[] names = {"replay", "ferns", "linear", "previous-label"};
    StringBuilder members = new StringBuilder();
    for (int m = 0; m < names.length; m++) {
      members.append("%s\"%s\":%s".formatted(m == 0 ? "" : ",", names[m], weights[m]));
    }
    return MetricsRecords.read(
        """
        {"key":"%s","task":"binary","examples":9,"total":{"weight":9},
         "members":{"leader":"%s","weights":{%s},"losses":{"replay":0.25,"previous-label":null}}}
        """
            .formatted(key, leader, members));
  }

  @Test
  void aMixtureThatHasPredictedNothingHasNoLeader() {
    FinalMetrics metrics = new FinalMetrics(null);
    metrics.accept(
        MetricsRecords.read(
            "{\"key\":\"k\",\"task\":\"binary\",\"examples\":1,"
                + "\"members\":{\"leader\":null,\"weights\":{\"a\":null},\"losses\":{\"a\":null}}}"));

    assertThat(SummaryTable.lines(metrics, false)).last().asString().startsWith("k ");
  }

  @Test
  void aTunedThresholdIsComparedOnF1() {
    String record =
        """
        {"key":"k","task":"binary","examples":1000,%s
         "confusion_matrix":{"labels":["no","yes"],"counts":[[900,60],[20,20]],
          "total_counts":[[900,60],[20,20]]},
         "total":{"weight":1000,"accuracy":0.92,"f1":0.333,"log_loss":0.2,"log_loss_baseline":0.3},
         "baseline":{"no_change":{"total":{"accuracy":0.92,"f1":%s}},
          "majority":{"total":{"accuracy":0.96,"f1":0.0}}}}
        """;
    assertThat(remarks(record.formatted("", "0.1")))
        .containsExactly(
            "Worse than the majority class on accuracy (0.9600). What may help: model: auto, or"
                + " other features");
    assertThat(remarks(record.formatted("\"threshold\":0.2,", "0.1"))).isEmpty();
    assertThat(remarks(record.formatted("\"threshold\":0.2,", "0.5")))
        .containsExactly(
            "Worse than no change on f1 (0.5000). What may help: model: auto, or other features");
  }

  @Test
  void aTunedThresholdIsNoRemedyForPredictingOneClass() {
    String record =
        """
        {"key":"k","task":"binary","examples":100,%s
         "confusion_matrix":{"labels":["no","yes"],"counts":[[98,0],[2,0]],
          "total_counts":[[98,0],[2,0]]},"total":{"weight":100,"accuracy":0.98,"f1":0.0},
         "baseline":{"no_change":{"total":{"accuracy":0.9,"f1":0.0}},
          "majority":{"total":{"accuracy":0.98,"f1":0.0}}}}
        """;
    assertThat(remarks(record.formatted("")))
        .singleElement()
        .asString()
        .contains(
            "What may help: --threshold-metric f1 (metrics.threshold-metric), or model.class");
    assertThat(remarks(record.formatted("\"threshold\":0.2,")))
        .singleElement()
        .asString()
        .endsWith("What may help: model.class-weights: balanced");
  }

  private static List<String> remarks(String record) {
    FinalMetrics metrics = new FinalMetrics("yes");
    metrics.accept(MetricsRecords.read(record));
    return new BaselineLines(metrics, null)
        .lines().stream().filter(line -> line.contains("What may help")).toList();
  }

  @Test
  void theEstimateOfAllKeysIsWeightedByTheirPredictions() {
    FinalMetrics metrics = new FinalMetrics(null);
    String record =
        "{\"key\":\"%s\",\"task\":\"binary\",\"examples\":9,\"estimate\":"
            + "{\"predictions\":%d,\"accuracy\":%s,\"f1\":0.25}}";
    assertThat(metrics.estimate()).isNull();

    metrics.accept(MetricsRecords.read(record.formatted("a", 100, "0.5")));
    assertThat(metrics.estimate()).isEqualTo(new Estimate(100, 0.5, 0.25));

    metrics.accept(MetricsRecords.read(record.formatted("b", 300, "1.0")));
    metrics.accept(MetricsRecords.read(record.formatted("c", 7, "null")));
    assertThat(metrics.estimate()).isEqualTo(new Estimate(407, 0.875, Double.NaN));
  }

  private static String classesOfF1(String positive, String... labelsOfKeys) {
    FinalMetrics metrics = new FinalMetrics(positive);
    for (int k = 0; k < labelsOfKeys.length; k++) {
      int classes = labelsOfKeys[k].split(",").length;
      String counts = classes == 1 ? "[[3]]" : "[[3,1],[2,4]]";
      metrics.accept(
          MetricsRecords.read(
              "{\"key\":\"%d\",\"task\":\"binary\",\"examples\":9,\"confusion_matrix\":{\"labels\":%s,\"total_counts\":%s}}"
                  .formatted(k, labelsOfKeys[k], counts)));
    }
    return metrics.classesOfF1();
  }
}
