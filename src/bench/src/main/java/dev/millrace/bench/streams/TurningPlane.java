package dev.millrace.bench.streams;

import java.util.Arrays;
import java.util.Random;

/** A hyperplane whose weights change with each row, each in a direction that seldom reverses. */
final class TurningPlane {
  private static final double REVERSALS = 0.1;

  private final double[] weights;
  private final double[] changes;

  /**
   * @param change of each weight with each row
   */
  TurningPlane(int columns, double change, long seed) {
    weights = new Random(seed).doubles(columns).toArray();
    changes = new double[columns];
    Arrays.fill(changes, change);
  }

  /** Returns the height above the plane, which halves the cube from 0 to 1. */
  double height(double[] row) {
    double sum = 0;
    for (int c = 0; c < weights.length; c++) {
      sum += weights[c] * (row[c] - 0.5);
    }
    return sum;
  }

  void turn(Random random) {
    for (int c = 0; c < weights.length; c++) {
      weights[c] += changes[c];
      if (random.nextDouble() < REVERSALS) {
        changes[c] = -changes[c];
      }
    }
  }
}
