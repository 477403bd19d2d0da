package dev.millrace.nn.auto.rows;

import dev.millrace.nn.WeightInitializer;

/**
 * Draws the records that the next examples replay, and the places where those will be kept. Draws
 * depend on the examples' numbers alone, so they are made before the examples are learned. All
 * records are read at once: one cache miss takes as long as many at a time.
 */
public final class ReplaySampler {

  // [examples x (place, replayed records)], of the current one from {@code at} on.
  private int[] records = {};
  private int width;
  private int at;

  /** Keeps the bits read, or the compiler would not read them. */
  @SuppressWarnings("UnusedVariable")
  private int fetched;

  /**
   * Draws for the next examples.
   *
   * @param seed of this key
   * @param number of the next example
   * @param replays number of records that each replays, once there is one
   */
  public void begin(ReplayBuffer buffer, long seed, long number, int examples, int replays) {
    width = 1 + replays;
    at = -width;
    if (records.length < examples * width) {
      records = new int[examples * width];
    }
    int read = 0;
    for (int e = 0; e < examples; e++) {
      int size = buffer.sizeAfter(e);
      long draws = WeightInitializer.mix(seed + number + e);
      for (int r = 0; r < width; r++) {
        long draw = WeightInitializer.mix(draws + r);
        int record = r == 0 ? buffer.place(size, draw) : WeightInitializer.below(size, draw);
        records[e * width + r] = record;
        read |= buffer.fetch(record);
      }
    }
    fetched = read;
  }

  /** Goes on to the next example. */
  public void next() {
    at += width;
  }

  /** Returns the place where the example is kept. */
  public int place() {
    return records[at];
  }

  /** Returns the r-th record to replay, from 1. */
  public int replayed(int r) {
    return records[at + r];
  }
}
