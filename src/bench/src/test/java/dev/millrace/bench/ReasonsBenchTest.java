package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReasonsBenchTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void theColumnsThatDecideTheLabelComeFirst(int function) {
    ReasonsBenchCommand.Found found = ReasonsBenchCommand.find(function, 20_000);

    assertThat(found.first())
        .as("importance %s", found.importance())
        .containsExactlyInAnyOrderElementsOf(found.columns());
  }
}
