package dev.millrace.prequential.key;

import dev.millrace.report.MetricsReport;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;

/** First and last offset that a key has seen, a pair for each partition. Not thread-safe. */
public final class SeenOffsets implements State {
  private static final int PARTITION = 0;
  private static final int FIRST = 1;
  private static final int LAST = 2;
  private static final int STRIDE = 3;
  private static final int PARTITION_BYTES = Integer.BYTES + 2 * Long.BYTES;
  private static final int MAX_PARTITIONS = 1 << 20;

  // [partitions x STRIDE]; one mostly, unless the producer does not partition by key.
  private long[] seen = {};

  void record(int partition, long offset) {
    for (int i = 0; i < seen.length; i += STRIDE) {
      if (seen[i + PARTITION] == partition) {
        seen[i + FIRST] = Math.min(seen[i + FIRST], offset);
        seen[i + LAST] = Math.max(seen[i + LAST], offset);
        return;
      }
    }
    int added = seen.length;
    seen = Arrays.copyOf(seen, added + STRIDE);
    seen[added + PARTITION] = partition;
    seen[added + FIRST] = offset;
    seen[added + LAST] = offset;
  }

  public MetricsReport.Offsets report(String topic) {
    int size = seen.length / STRIDE;
    int[] partitions = new int[size];
    long[] first = new long[size];
    long[] last = new long[size];
    for (int i = 0; i < size; i++) {
      partitions[i] = (int) seen[i * STRIDE + PARTITION];
      first[i] = seen[i * STRIDE + FIRST];
      last[i] = seen[i * STRIDE + LAST];
    }
    return new MetricsReport.Offsets(topic, partitions, first, last);
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    int partitions =
        v.count("partitions of a key", seen.length / STRIDE, MAX_PARTITIONS, PARTITION_BYTES);
    if (v.isFilling()) {
      seen = new long[partitions * STRIDE];
    }
    for (int i = 0; i < seen.length; i += STRIDE) {
      seen[i + PARTITION] = v.number((int) seen[i + PARTITION]);
      seen[i + FIRST] = v.number(seen[i + FIRST]);
      seen[i + LAST] = v.number(seen[i + LAST]);
    }
  }
}
