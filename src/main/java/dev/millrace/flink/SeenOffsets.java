package dev.millrace.flink;

import dev.millrace.data.MetricsReport;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/** First and last offset that a key has seen, a pair for each partition. Not thread-safe. */
final class SeenOffsets {
  // A key's records come from one partition, unless their producer does not partition by key.
  private int[] partitions = new int[1];
  private long[] first = new long[1];
  private long[] last = new long[1];
  private int size;

  void see(int partition, long offset) {
    for (int i = 0; i < size; i++) {
      if (partitions[i] == partition) {
        first[i] = Math.min(first[i], offset);
        last[i] = Math.max(last[i], offset);
        return;
      }
    }
    if (size == partitions.length) {
      partitions = Arrays.copyOf(partitions, size * 2);
      first = Arrays.copyOf(first, size * 2);
      last = Arrays.copyOf(last, size * 2);
    }
    partitions[size] = partition;
    first[size] = offset;
    last[size] = offset;
    size++;
  }

  MetricsReport.Offsets report(String topic) {
    return new MetricsReport.Offsets(
        topic,
        Arrays.copyOf(partitions, size),
        Arrays.copyOf(first, size),
        Arrays.copyOf(last, size));
  }

  void write(DataOutput out) throws IOException {
    out.writeInt(size);
    for (int i = 0; i < size; i++) {
      out.writeInt(partitions[i]);
      out.writeLong(first[i]);
      out.writeLong(last[i]);
    }
  }

  static SeenOffsets read(DataInput in) throws IOException {
    SeenOffsets offsets = new SeenOffsets();
    for (int left = in.readInt(); left > 0; left--) {
      int partition = in.readInt();
      offsets.see(partition, in.readLong());
      offsets.see(partition, in.readLong());
    }
    return offsets;
  }

  SeenOffsets copy() {
    SeenOffsets copy = new SeenOffsets();
    for (int i = 0; i < size; i++) {
      copy.see(partitions[i], first[i]);
      copy.see(partitions[i], last[i]);
    }
    return copy;
  }
}
