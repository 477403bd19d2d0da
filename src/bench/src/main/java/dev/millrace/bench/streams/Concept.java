package dev.millrace.bench.streams;

import java.util.Random;

/** Draws rows whose label follows one rule. May change by itself from row to row. */
interface Concept {

  /**
   * Draws the next row.
   *
   * @param row receives the features in the order of the columns, nominal ones as the number of
   *     their value
   * @return the number of the class, or the value
   */
  double next(Random random, double[] row);
}
