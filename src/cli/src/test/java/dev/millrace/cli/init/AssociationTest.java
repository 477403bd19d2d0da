package dev.millrace.cli.init;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class AssociationTest {
  private static final int ROWS = 10_000;

  private final Random random = new Random(1);
  private final double[] column = new double[ROWS];
  private final double[] label = new double[ROWS];

  @Test
  void aShiftOfLevelDoesNotHoldInEachFifth() {
    for (int r = 0; r < ROWS; r++) {
      double level = r < ROWS / 2 ? 0 : 3;
      column[r] = level + random.nextGaussian();
      label[r] = level + random.nextGaussian();
    }
    Association association = new Association(label);
    Association.Rest rest = Association.rest(column);

    assertThat(association.of(rest)).isGreaterThan(0.5);
    assertThat(association.holds(rest, 0.04)).isFalse();
  }

  @Test
  void anAssociationInEachPartHolds() {
    for (int r = 0; r < ROWS; r++) {
      column[r] = random.nextGaussian();
      label[r] = column[r] + random.nextGaussian();
    }
    Association association = new Association(label);
    Association.Rest rest = Association.rest(column);

    assertThat(association.holds(rest, 0.5)).isTrue();
    association.know(column);
    assertThat(Math.abs(association.of(rest))).isLessThan(1e-6);
  }
}
