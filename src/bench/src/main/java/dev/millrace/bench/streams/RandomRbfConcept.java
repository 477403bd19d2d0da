package dev.millrace.bench.streams;

import java.util.Random;

/**
 * Normal clouds around random centres, each of one class, which may move and rebound at the borders
 * of the unit cube: RandomRBF with drift, Bifet et al., "New ensemble methods for evolving data
 * streams", 2009.
 */
final class RandomRbfConcept implements Concept {
  private final double[][] centres;
  private final double[][] directions;
  private final double[] deviations;
  private final double[] cumulatedWeights;
  private final int[] labels;
  private final double speed;

  /**
   * @param speed distance that each centre moves with each row
   */
  RandomRbfConcept(int centres, int columns, int classes, double speed, long seed) {
    Random random = new Random(seed);
    this.centres = new double[centres][];
    this.speed = speed;
    directions = new double[centres][];
    deviations = new double[centres];
    cumulatedWeights = new double[centres];
    labels = new int[centres];
    double sum = 0;
    for (int c = 0; c < centres; c++) {
      this.centres[c] = random.doubles(columns).toArray();
      labels[c] = random.nextInt(classes);
      deviations[c] = random.nextDouble();
      sum += random.nextDouble();
      cumulatedWeights[c] = sum;
      directions[c] = direction(random, columns);
    }
  }

  private static double[] direction(Random random, int columns) {
    double[] direction = new double[columns];
    double squares = 0;
    for (int c = 0; c < columns; c++) {
      direction[c] = 2 * random.nextDouble() - 1;
      squares += direction[c] * direction[c];
    }
    double length = Math.sqrt(squares);
    for (int c = 0; c < columns; c++) {
      direction[c] /= length;
    }
    return direction;
  }

  @Override
  public double next(Random random, double[] row) {
    if (speed > 0) {
      move();
    }
    double draw = random.nextDouble() * cumulatedWeights[centres.length - 1];
    int chosen = 0;
    while (cumulatedWeights[chosen] < draw) {
      chosen++;
    }
    double[] direction = direction(random, row.length);
    double distance = random.nextGaussian() * deviations[chosen];
    for (int c = 0; c < row.length; c++) {
      row[c] = centres[chosen][c] + distance * direction[c];
    }
    return labels[chosen];
  }

  private void move() {
    for (int centre = 0; centre < centres.length; centre++) {
      for (int c = 0; c < centres[centre].length; c++) {
        double moved = centres[centre][c] + speed * directions[centre][c];
        if (moved < 0 || moved > 1) {
          directions[centre][c] = -directions[centre][c];
          moved = Math.max(0, Math.min(1, moved));
        }
        centres[centre][c] = moved;
      }
    }
  }
}
