package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WorkspaceTest {

  @Test
  void aWorkspaceKeepsArraysThatAreLargeEnough() {
    Workspace shared = new Workspace();
    float[] input = shared.fitInput(5);
    float[] output = shared.fitOutput(3);
    shared.fitGradient(7);
    float[] gradient = shared.gradient;

    assertThat(shared.fitInput(5)).isSameAs(input).hasSize(5);
    assertThat(shared.fitOutput(2)).isSameAs(output).hasSize(3);
    shared.fitGradient(7);
    assertThat(shared.gradient).isSameAs(gradient).hasSize(7);
    assertThat(shared.fitInput(6)).hasSize(6);
    assertThat(shared.fitOutput(4)).hasSize(4);
    shared.fitGradient(8);
    assertThat(shared.gradient).hasSize(8);
  }
}
