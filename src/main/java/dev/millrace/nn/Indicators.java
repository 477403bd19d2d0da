package dev.millrace.nn;

import java.io.Serializable;
import java.util.BitSet;

/**
 * The features that are 0 or 1 by what they mean: one-hot and hashed values, booleans, and marks of
 * missing values. Normalization leaves them as they are, because a standardised rare 1 would be a
 * far outlier and a 0 would no longer be nothing. Only declared features are known to be
 * indicators.
 */
public final class Indicators implements Serializable {
  private static final long serialVersionUID = 1L;

  /** No feature is an indicator. */
  public static final Indicators NONE = new Indicators(new BitSet());

  private final BitSet columns;

  private Indicators(BitSet columns) {
    this.columns = columns;
  }

  /** Creates indicators from the columns that are set. */
  public static Indicators of(BitSet columns) {
    return columns.isEmpty() ? NONE : new Indicators((BitSet) columns.clone());
  }

  /** Creates indicators from column numbers, counted from 0. */
  public static Indicators of(int... columns) {
    BitSet set = new BitSet();
    for (int column : columns) {
      set.set(column);
    }
    return of(set);
  }

  /** Returns true if a column is an indicator. */
  public boolean contains(int column) {
    return columns.get(column);
  }

  /** Returns the indicators among the first {@code width} columns, ascending. */
  int[] among(int width) {
    return columns.stream().takeWhile(column -> column < width).toArray();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Indicators indicators && indicators.columns.equals(columns);
  }

  @Override
  public int hashCode() {
    return columns.hashCode();
  }

  @Override
  public String toString() {
    return columns.toString();
  }
}
