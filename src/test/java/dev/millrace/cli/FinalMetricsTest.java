package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FinalMetricsTest {

  @Test
  void f1IsSaidToBeOfTheClassThatItIsOf() {
    assertThat(classesOfF1(null, "[\"ok\",\"fraud\"]"))
        .isEqualTo("f1 is that of class \"ok\". Of another one: --positive CLASS");
    assertThat(classesOfF1("fraud", "[\"ok\",\"fraud\"]"))
        .isEqualTo("f1 is that of class \"fraud\". Of another one: --positive CLASS");
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
    numbers.accept(DashboardLines.read("{\"key\":\"k\",\"task\":\"regression\",\"examples\":1}"));
    assertThat(numbers.classesOfF1()).isEmpty();
  }

  private static String classesOfF1(String positive, String... labelsOfKeys) {
    FinalMetrics metrics = new FinalMetrics(positive);
    for (int k = 0; k < labelsOfKeys.length; k++) {
      int classes = labelsOfKeys[k].split(",").length;
      String counts = classes == 1 ? "[[3]]" : "[[3,1],[2,4]]";
      metrics.accept(
          DashboardLines.read(
              "{\"key\":\"%d\",\"task\":\"binary\",\"examples\":9,\"confusion_matrix\":{\"labels\":%s,\"total_counts\":%s}}"
                  .formatted(k, labelsOfKeys[k], counts)));
    }
    return metrics.classesOfF1();
  }
}
