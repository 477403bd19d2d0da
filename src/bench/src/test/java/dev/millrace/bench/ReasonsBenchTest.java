package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReasonsBenchTest {

  /** But of function 5, where the commission tells a border of the salary, and of rare classes. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 6, 7, 9})
  void theColumnsThatDecideTheLabelComeFirst(int function) {
    ReasonsBenchCommand.Found found = ReasonsBenchCommand.find(function, 20_000);

    assertThat(found.first())
        .as("importance %s", found.importance())
        .containsExactlyInAnyOrderElementsOf(found.columns());
  }
}
