package dev.millrace.data;

/**
 * Ids, and a time, as floats of a row of features: each float is a whole number of 22 bits, so that
 * a row is plain numbers wherever it goes. An id is a hash of 64 bits in three words, and in {@link
 * FeatureSpec.Type#SPARSE} its number is the fourth; a missing id is NaN in each of them.
 */
public final class IdWords {
  /** Floats of an id. */
  public static final int ID_WIDTH = 3;

  /** Floats of a time. */
  public static final int TIME_WIDTH = 2;

  private static final int BITS = 22;
  private static final long MASK = (1L << BITS) - 1;

  private IdWords() {}

  /** Returns the floats of one id, with its number if it has one. */
  public static int width(boolean isWeighted) {
    return isWeighted ? ID_WIDTH + 1 : ID_WIDTH;
  }

  /** Writes an id. */
  public static void write(long id, float[] row, int place) {
    row[place] = (float) (id & MASK);
    row[place + 1] = (float) ((id >>> BITS) & MASK);
    row[place + 2] = (float) (id >>> (2 * BITS));
  }

  /** Returns true if there is an id. */
  public static boolean isPresent(float[] row, int place) {
    return !Float.isNaN(row[place]);
  }

  /** Returns the id that {@link #write} wrote. */
  public static long read(float[] row, int place) {
    return (long) row[place]
        | ((long) row[place + 1] << BITS)
        | ((long) row[place + 2] << (2 * BITS));
  }

  /**
   * Writes a time.
   *
   * @param millis since the epoch; one before it counts as 0, one after the year 2527 as that
   */
  public static void writeTime(long millis, float[] row, int place) {
    long within = Math.max(0, Math.min((1L << (2 * BITS)) - 1, millis));
    row[place] = (float) (within & MASK);
    row[place + 1] = (float) (within >>> BITS);
  }

  /** Returns the time that {@link #writeTime} wrote. */
  public static long readTime(float[] row, int place) {
    return (long) row[place] | ((long) row[place + 1] << BITS);
  }
}
