package dev.millrace.derived;

import org.jspecify.annotations.Nullable;

/**
 * Keeps what one derived feature needs of earlier values, in cells of an array that it shares with
 * others. Of its own it has scratch alone, so one thread uses it at a time.
 *
 * <p>Times are milliseconds since the epoch and never decrease. A missing value is not added.
 */
interface Accumulator {

  /** Returns the number of cells, which all are 0 before the first value. */
  int cells();

  /**
   * Computes the features.
   *
   * @param cells null if no value has been added
   * @param at first cell
   * @param time of the record that the features are for
   * @param recordValue value of that record; NaN if it is not known
   * @param prior mean of the values of all groups; NaN if there is none
   * @param out receives the features from {@code to} on; NaN is a missing value
   */
  void compute(
      double @Nullable [] cells,
      int at,
      double time,
      double recordValue,
      double prior,
      float[] out,
      int to);

  /** Adds a value. */
  void add(double[] cells, int at, double time, double value);
}
