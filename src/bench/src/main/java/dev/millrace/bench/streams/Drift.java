package dev.millrace.bench.streams;

import java.util.Random;

/** Transition from one concept of a stream to the next. */
enum Drift {
  /** One concept, which stays as it is. */
  NONE,
  /** Concepts that share the rows equally, each from one row to the next. */
  ABRUPT,
  /**
   * As {@link #ABRUPT}, but near a change a row is drawn from the new concept with the probability
   * 1 / (1 + e^(-4 (row - change) / width)), with a width of a tenth of the rows: Bifet et al.,
   * "New ensemble methods for evolving data streams", 2009.
   */
  GRADUAL,
  /** Concepts in turn, each of them {@value #RECURRENCES} times. */
  RECURRING,
  /** One concept that changes a little with each row. */
  INCREMENTAL;

  private static final int RECURRENCES = 3;

  /**
   * Returns the place of the concept that a row is drawn from.
   *
   * @param random used by gradual drift alone
   */
  int concept(int row, int rows, int concepts, Random random) {
    return switch (this) {
      case NONE, INCREMENTAL -> 0;
      case ABRUPT -> segment(row, rows, concepts);
      case RECURRING -> segment(row, rows, RECURRENCES * concepts) % concepts;
      case GRADUAL -> {
        double draw = random.nextDouble();
        int concept = 0;
        for (int c = 1; c < concepts; c++) {
          double distance = row - (double) c * rows / concepts;
          if (draw < 1 / (1 + StrictMath.exp(-4 * distance / (0.1 * rows)))) {
            concept = c;
          }
        }
        yield concept;
      }
    };
  }

  private static int segment(int row, int rows, int segments) {
    return (int) Math.min(segments - 1L, (long) row * segments / rows);
  }
}
