package dev.millrace.bench.streams;

import java.util.Random;

/** Concepts with classes that are a formula. */
final class ClassConcepts {

  /** {@link #sea} has these thresholds in the paper. */
  static final double[] SEA_THRESHOLDS = {8, 9, 7, 9.5};

  static final int SEGMENTS = 7;
  static final int LED_COLUMNS = 24;
  static final int WAVE_LENGTH = 21;

  // Segments of the digits 0 to 9: top, upper left and right, middle, lower left and right, bottom.
  private static final String[] DIGITS = {
    "1110111", "0010010", "1011101", "1011011", "0111010",
    "1101011", "1101111", "1010010", "1111111", "1111011"
  };
  private static final double LED_NOISE = 0.1;
  private static final int[] WAVE_PEAKS = {7, 15, 11};

  private ClassConcepts() {}

  /**
   * Three numbers from 0 to 10, of which the first two decide: Street and Kim, "A streaming
   * ensemble algorithm (SEA) for large-scale classification", 2001. A tenth of the labels is
   * inverted.
   */
  static Concept sea(double threshold) {
    return (random, row) -> {
      uniform(random, row, 10);
      return noisy(row[0] + row[1] <= threshold, random, 0.1);
    };
  }

  /**
   * Three nominal columns of three values, size, colour and shape: Schlimmer and Granger,
   * "Incremental learning from noisy data", 1986.
   *
   * @param rule 0 for small and red, 1 for green or circle, 2 for medium or large
   */
  static Concept stagger(int rule) {
    return (random, row) -> {
      for (int c = 0; c < row.length; c++) {
        row[c] = random.nextInt(3);
      }
      boolean isPositive =
          switch (rule) {
            case 0 -> row[0] == 0 && row[1] == 0;
            case 1 -> row[1] == 2 || row[2] == 0;
            default -> row[0] != 0;
          };
      return isPositive ? 1 : 0;
    };
  }

  /**
   * Two numbers from 0 to 1 on either side of a sine: Gama et al., "Learning with drift detection",
   * 2004.
   *
   * @param isWave true for the curve 0.5 + 0.3 sin 3πx (SINE2), false for sin x (SINE1)
   */
  static Concept sine(boolean isWave, boolean isReversed) {
    return (random, row) -> {
      uniform(random, row, 1);
      double curve = isWave ? wave(row[0]) : StrictMath.sin(row[0]);
      return row[1] < curve != isReversed ? 1 : 0;
    };
  }

  /** Two of three conditions decide, on two booleans and a curve: Gama et al., 2004. */
  static Concept mixed(boolean isReversed) {
    return (random, row) -> {
      uniform(random, row, 1);
      row[2] = random.nextInt(2);
      row[3] = random.nextInt(2);
      int met = (row[1] < wave(row[0]) ? 1 : 0) + (int) row[2] + (int) row[3];
      return met >= 2 != isReversed ? 1 : 0;
    };
  }

  private static double wave(double x) {
    return 0.5 + 0.3 * StrictMath.sin(3 * Math.PI * x);
  }

  /**
   * Seven segments of a digit, each inverted in a tenth of the rows, and 17 random columns: Breiman
   * et al., "Classification and regression trees", 1984.
   *
   * @param swapped number of segments that change places with random columns
   */
  static Concept led(int swapped) {
    return (random, row) -> {
      int digit = random.nextInt(DIGITS.length);
      for (int c = 0; c < row.length; c++) {
        row[c] = random.nextInt(2);
      }
      for (int s = 0; s < SEGMENTS; s++) {
        int lit = DIGITS[digit].charAt(s) - '0';
        row[s < swapped ? SEGMENTS + s : s] = random.nextDouble() < LED_NOISE ? 1 - lit : lit;
      }
      return digit;
    };
  }

  /**
   * Random mixtures of two of three triangular waves with normal noise, and columns of noise alone:
   * Breiman et al., 1984. The best possible accuracy is 0.86.
   *
   * @param shift positions that all columns move by
   */
  static Concept waveform(int shift) {
    return (random, row) -> {
      int label = random.nextInt(3);
      int first = WAVE_PEAKS[label];
      int second = WAVE_PEAKS[(label + 1) % 3];
      double share = random.nextDouble();
      for (int c = 0; c < row.length; c++) {
        double wave =
            c < WAVE_LENGTH ? share * height(c, first) + (1 - share) * height(c, second) : 0;
        row[(c + shift) % row.length] = wave + random.nextGaussian();
      }
      return label;
    };
  }

  private static double height(int column, int peak) {
    return Math.max(0, 6 - Math.abs(column + 1 - peak));
  }

  /**
   * Numbers from 0 to 1 on either side of a hyperplane that turns: Hulten et al., "Mining
   * time-changing data streams", 2001. One label in 20 is inverted.
   *
   * @param change of each weight with each row
   */
  static Concept hyperplane(int columns, double change, long seed) {
    TurningPlane plane = new TurningPlane(columns, change, seed);
    return (random, row) -> {
      uniform(random, row, 1);
      boolean isAbove = plane.height(row) >= 0;
      plane.turn(random);
      return noisy(isAbove, random, 0.05);
    };
  }

  /** Log-normal features; the label is a curved rule of their logarithms. */
  static Concept logNormalFeatures() {
    return (random, row) -> {
      double[] logs = new double[row.length];
      for (int c = 0; c < row.length; c++) {
        logs[c] = random.nextGaussian();
        row[c] = StrictMath.exp(1.5 * logs[c]);
      }
      double sum = logs[0] + logs[1] * logs[2] + 0.5 * logs[3] + 0.3 * random.nextGaussian();
      return sum > 0 ? 1 : 0;
    };
  }

  /** Cauchy features; three classes by the ranks of two of them. */
  static Concept cauchyFeatures() {
    return (random, row) -> {
      double[] ranks = new double[row.length];
      for (int c = 0; c < row.length; c++) {
        ranks[c] = random.nextDouble();
        row[c] = cauchy(ranks[c]);
      }
      return noise(ranks[0] + ranks[1] < 0.8 ? 0 : ranks[2] < 0.5 ? 1 : 2, 3, random, 0.05);
    };
  }

  /** Normal features with a linear rule; one number in 50 is a hundred times as large. */
  static Concept outliers() {
    return (random, row) -> {
      double sum = 0;
      for (int c = 0; c < row.length; c++) {
        row[c] = random.nextGaussian();
        sum += c % 2 == 0 ? row[c] : -row[c];
        if (random.nextInt(50) == 0) {
          row[c] *= 100;
        }
      }
      return noisy(sum > 0, random, 0.05);
    };
  }

  /** Normal features around a class that stays the same for ten rows on average. */
  static Concept persistent(long seed) {
    int[] state = {(int) (seed & 1)};
    return (random, row) -> {
      if (random.nextDouble() < 0.1) {
        state[0] = 1 - state[0];
      }
      for (int c = 0; c < row.length; c++) {
        row[c] = random.nextGaussian() + (c < 2 ? 0.6 * state[0] : 0);
      }
      return state[0];
    };
  }

  /** Returns the Cauchy-distributed number of a rank from 0 to 1. */
  static double cauchy(double rank) {
    return StrictMath.tan(Math.PI * (rank - 0.5));
  }

  static void uniform(Random random, double[] row, double max) {
    for (int c = 0; c < row.length; c++) {
      row[c] = max * random.nextDouble();
    }
  }

  private static int noisy(boolean isPositive, Random random, double share) {
    return isPositive != random.nextDouble() < share ? 1 : 0;
  }

  private static int noise(int label, int classes, Random random, double share) {
    return random.nextDouble() < share ? random.nextInt(classes) : label;
  }
}
