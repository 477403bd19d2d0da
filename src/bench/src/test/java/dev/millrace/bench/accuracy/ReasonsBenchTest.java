package dev.millrace.bench.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.report.MetricsReport.Importance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReasonsBenchTest {

  /** Functions 8 and 10 are left out: they accept nearly all applications. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 6, 7, 9})
  void theColumnsThatDecideTheLabelComeFirst(int function) {
    ReasonsBenchCommand.Found found = ReasonsBenchCommand.find(function, 20_000);

    assertThat(found.first())
        .as("importance %s", found.importance())
        .containsExactlyInAnyOrderElementsOf(found.columns());
  }

  /** A commission is paid below a salary of 75,000 only, which is a border of this function. */
  @Test
  void onlyTheCommissionComesBetweenTheColumnsOfFunction5() {
    ReasonsBenchCommand.Found found = ReasonsBenchCommand.find(5, 20_000);

    assertThat(found.importance())
        .extracting(Importance::column)
        .filteredOn(column -> !column.equals("commission"))
        .startsWith("loan", "age", "salary");
  }
}
