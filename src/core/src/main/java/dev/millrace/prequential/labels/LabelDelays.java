package dev.millrace.prequential.labels;

import dev.millrace.data.SizeChecks;
import dev.millrace.report.MetricsReport;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Keeps the delays of the last labels after their features. Not thread-safe. */
final class LabelDelays {
  /** Maximum number of delays that are kept. */
  static final int MAX = 10_000;

  private static final int FIRST_ROOM = 16;

  private final int max;
  // A ring once it is full: the oldest is the one to be overwritten next.
  private long[] millis;
  private int size;
  private int next;

  /**
   * @param window delays that are kept, if not more than {@link #MAX}
   */
  LabelDelays(int window) {
    max = Math.min(window, MAX);
    millis = new long[Math.min(FIRST_ROOM, max)];
  }

  void add(long delayMillis) {
    if (size == millis.length && size < max) {
      millis = Arrays.copyOf(millis, (int) Math.min(max, 2L * size));
    }
    millis[next] = delayMillis;
    size = Math.max(size, next + 1);
    next = next + 1 == max ? 0 : next + 1;
  }

  /** Returns nearest-rank quantiles of the delays; null if there are none. */
  MetricsReport.@Nullable Delays report() {
    if (size == 0) {
      return null;
    }
    long[] sorted = Arrays.copyOf(millis, size);
    Arrays.sort(sorted);
    return new MetricsReport.Delays(
        quantile(sorted, 50), quantile(sorted, 90), quantile(sorted, 99), sorted[size - 1]);
  }

  private static long quantile(long[] sorted, int percent) {
    int rank = (int) ((percent * (long) sorted.length + 99) / 100);
    return sorted[Math.max(1, rank) - 1];
  }

  long memoryBytes() {
    return (long) millis.length * Long.BYTES;
  }

  /** Returns a copy. It is by hand, as delay by delay would take several times longer. */
  LabelDelays copy() {
    LabelDelays copy = new LabelDelays(max);
    copy.millis = millis.clone();
    copy.size = size;
    copy.next = next;
    return copy;
  }

  void write(DataOutput out) throws IOException {
    out.writeInt(size);
    int oldest = size < max ? 0 : next;
    for (int i = 0; i < size; i++) {
      out.writeLong(millis[(oldest + i) % max]);
    }
  }

  /** Reads what was written; of a larger window the newest. */
  static LabelDelays read(DataInput in, int window) throws IOException {
    LabelDelays delays = new LabelDelays(window);
    for (int left = SizeChecks.read(in, "delays of labels", MAX, Long.BYTES); left > 0; left--) {
      delays.add(in.readLong());
    }
    return delays;
  }
}
