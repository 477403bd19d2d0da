package dev.millrace.bench.streams;

import java.util.Random;

/** Concepts with values that are a formula. */
final class ValueConcepts {

  private ValueConcepts() {}

  /**
   * Five of ten numbers from 0 to 1 with normal noise: Friedman, "Multivariate adaptive regression
   * splines", 1991.
   *
   * @param order places of the five numbers
   */
  static Concept friedman(int... order) {
    return (random, row) -> friedman(random, row, order) + random.nextGaussian();
  }

  private static double friedman(Random random, double[] row, int... order) {
    ClassConcepts.uniform(random, row, 1);
    double third = row[order[2]] - 0.5;
    return 10 * StrictMath.sin(Math.PI * row[order[0]] * row[order[1]])
        + 20 * third * third
        + 10 * row[order[3]]
        + 5 * row[order[4]];
  }

  /** Friedman's function with noise of Student's t with two degrees of freedom. */
  static Concept friedmanWithTails() {
    return (random, row) -> {
      double mean = friedman(random, row, 0, 1, 2, 3, 4);
      double exponential = -StrictMath.log(1 - random.nextDouble());
      return mean + random.nextGaussian() / Math.sqrt(exponential);
    };
  }

  /** Friedman's function of ten Cauchy-distributed numbers by their ranks. */
  static Concept friedmanOfCauchy() {
    return (random, row) -> {
      double value = friedman(random, row, 0, 1, 2, 3, 4) + random.nextGaussian();
      for (int c = 0; c < row.length; c++) {
        row[c] = ClassConcepts.cauchy(row[c]);
      }
      return value;
    };
  }

  /**
   * Impedance of a circuit, or its phase in hundredths of a radian, of four numbers: Friedman,
   * 1991.
   */
  static Concept circuit(boolean isPhase) {
    return (random, row) -> {
      ClassConcepts.uniform(random, row, 1);
      row[0] *= 100;
      row[1] = Math.PI * (40 + 520 * row[1]);
      row[3] = 1 + 10 * row[3];
      double reactance = row[1] * row[2] - 1 / (row[1] * row[3]);
      return isPhase
          ? 100 * StrictMath.atan(reactance / row[0]) + 10 * random.nextGaussian()
          : Math.sqrt(row[0] * row[0] + reactance * reactance) + 125 * random.nextGaussian();
    };
  }

  /** Two planes, of which the first column selects one: Breiman et al., 1984. */
  static Concept planes(boolean isReversed) {
    return (random, row) -> {
      row[0] = random.nextBoolean() ? 1 : -1;
      for (int c = 1; c < row.length; c++) {
        row[c] = random.nextInt(3) - 1;
      }
      double plane =
          row[0] > 0 != isReversed
              ? 3 + 3 * row[1] + 2 * row[2] + row[3]
              : -3 + 3 * row[4] + 2 * row[5] + row[6];
      return plane + random.nextGaussian();
    };
  }

  /** The height above a hyperplane that turns, with normal noise. */
  static Concept turningPlane(int columns, double change, long seed) {
    TurningPlane plane = new TurningPlane(columns, change, seed);
    return (random, row) -> {
      ClassConcepts.uniform(random, row, 1);
      double height = plane.height(row);
      plane.turn(random);
      return 10 * height + random.nextGaussian();
    };
  }

  /** A log-normal value: its logarithm is a curved function of normal numbers. */
  static Concept logNormalTarget() {
    return (random, row) -> {
      for (int c = 0; c < row.length; c++) {
        row[c] = random.nextGaussian();
      }
      double log = 2 + row[0] + 0.5 * row[1] * row[2] + 0.5 * random.nextGaussian();
      return StrictMath.exp(log);
    };
  }

  /** An autoregressive value with a daily wave; the columns are the hour and weak hints. */
  static Concept persistent() {
    double[] state = {0, 0}; // row, level
    return (random, row) -> {
      double hour = state[0] % 24;
      state[0]++;
      state[1] = 0.98 * state[1] + random.nextGaussian();
      for (int c = 1; c < row.length; c++) {
        row[c] = 0.2 * state[1] + random.nextGaussian();
      }
      row[0] = hour;
      return 20 + state[1] + StrictMath.sin(hour / 24 * 2 * Math.PI);
    };
  }

  /** Demand by hour, day of the week and temperature, with a slow trend. */
  static Concept seasonal() {
    double[] state = {0, 10}; // row, temperature
    return (random, row) -> {
      double hour = state[0] % 24;
      double day = Math.floor(state[0] / 24) % 7;
      double trend = state[0] / 2_000;
      state[0]++;
      state[1] = 10 + 0.95 * (state[1] - 10) + random.nextGaussian();
      row[0] = hour;
      row[1] = day;
      row[2] = state[1];
      row[3] = random.nextGaussian();
      double daily = 10 * StrictMath.sin((hour - 6) / 24 * 2 * Math.PI);
      double weekend = day >= 5 ? -8 : 0;
      double heating = Math.max(0, 12 - state[1]);
      return 50 + trend + daily + weekend + heating + 2 * random.nextGaussian();
    };
  }
}
