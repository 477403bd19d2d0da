package dev.millrace.nn.auto;

import dev.millrace.nn.WeightInitializer;

/**
 * The records that the next examples replay, and whose places they take: known before the examples
 * are, for what is drawn depends on their numbers alone. All are read at once, because a place in a
 * buffer that is not in a near cache is waited for as long as many of them.
 */
final class ReplaySampler {

  // [examples x (place, replayed records)], of the one at hand from {@code at} on.
  private int[] records = {};
  private int width;
  private int at;

  /** Keeps what was read, so that no compiler leaves the reading out. */
  @SuppressWarnings("UnusedVariable")
  private int fetched;

  /**
   * Draws for the next examples.
   *
   * @param seed of this key
   * @param number of the next example
   * @param replays records that each replays, once there is one
   */
  void begin(ReplayBuffer buffer, long seed, long number, int examples, int replays) {
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
        int record = r == 0 ? buffer.place(size, draw) : ReplayBuffer.below(size, draw);
        records[e * width + r] = record;
        read |= buffer.fetch(record);
      }
    }
    fetched = read;
  }

  /** Goes on to the next example. */
  void next() {
    at += width;
  }

  /** Where the example is kept. */
  int place() {
    return records[at];
  }

  /** The r-th record to be replayed, from 1. */
  int replayed(int r) {
    return records[at + r];
  }
}
