package dev.millrace.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.millrace.cli.watch.MetricsRecords;
import org.junit.jupiter.api.Test;

class FinalMetricsTest {

  @Test
  void f1IsSaidToBeOfTheClassThatItIsOf() {
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
  void ofOneClassAndOfARegressionNothingIsSaid() {
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

    assertThat(metrics.totals().accuracy()).isEqualTo(0.5);
    assertThat(metrics.totals().f1()).isEqualTo(0.25);

    metrics.accept(MetricsRecords.read(record.formatted("b", 300, 300, "0.9")));

    assertThat(metrics.totals().accuracy()).isCloseTo(0.8, offset(1e-12));
    assertThat(metrics.totals().f1()).isNaN();
    assertThat(metrics.totals().logLoss()).isEqualTo(2.5);
  }

  @Test
  void aMemberThatHasPredictedNothingHasNoLoss() {
    FinalMetrics metrics = new FinalMetrics(null);
    metrics.accept(
        MetricsRecords.read(
            "{\"key\":\"k\",\"task\":\"binary\",\"examples\":1,"
                + "\"members\":{\"leader\":null,\"weights\":{\"a\":null},\"losses\":{\"a\":null}}}"));

    assertThat(SummaryTable.lines(metrics)).last().isEqualTo("members: a weight - loss -");
  }

  @Test
  void theEstimateOfAllKeysIsWeightedByTheirPredictions() {
    FinalMetrics metrics = new FinalMetrics(null);
    String record =
        "{\"key\":\"%s\",\"task\":\"binary\",\"examples\":9,\"estimate\":"
            + "{\"predictions\":%d,\"accuracy\":%s,\"f1\":0.25}}";
    assertThat(metrics.estimate()).isNull();

    metrics.accept(MetricsRecords.read(record.formatted("a", 100, "0.5")));
    assertThat(metrics.estimate()).isEqualTo(new FinalMetrics.Estimate(100, 0.5, 0.25));

    metrics.accept(MetricsRecords.read(record.formatted("b", 300, "1.0")));
    metrics.accept(MetricsRecords.read(record.formatted("c", 7, "null")));
    assertThat(metrics.estimate()).isEqualTo(new FinalMetrics.Estimate(407, 0.875, Double.NaN));
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
