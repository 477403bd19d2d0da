package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.data.MetricsReport;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Counts the records of a key that come after one of a later event time, and the examples whose id
 * came before. Both are functions of the key's records in their order. Not thread-safe.
 *
 * <p>Each pass over a bounded data set starts again: it has the times and the ids of the last one.
 */
final class Arrivals {
  private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

  private long outOfOrder;
  private long duplicates;
  // Of the records of the current pass.
  private long latest = Long.MIN_VALUE;
  private int epoch;
  // Null if duplicates are not counted.
  private final @Nullable RecentIds ids;

  Arrivals(boolean countsDuplicates) {
    this(countsDuplicates ? new RecentIds() : null);
  }

  private Arrivals(@Nullable RecentIds ids) {
    this.ids = ids;
  }

  /** Returns the pass that the key is in, 0 before the first. */
  int epoch() {
    return epoch;
  }

  /** Starts a pass unless the key is in it, or in a later one. */
  void turnTo(int pass) {
    if (pass > epoch) {
      epoch = pass;
      latest = Long.MIN_VALUE;
    }
  }

  /** Counts a record of the pass that the key is in. */
  void add(Chunk chunk, int row) {
    if (ids != null && chunk.hasId(row)) {
      long hash = chunk.idHash(row) + GOLDEN_RATIO * epoch;
      if (ids.isKnownOrAdd(hash)) {
        duplicates++;
      }
    }
    long time = chunk.windowTime(row);
    if (time < latest) {
      outOfOrder++;
    } else {
      latest = time;
    }
  }

  long outOfOrder() {
    return outOfOrder;
  }

  long duplicates() {
    return duplicates;
  }

  MetricsReport.Arrivals report() {
    return new MetricsReport.Arrivals(outOfOrder, ids == null ? null : duplicates);
  }

  /** Returns the estimated bytes in memory. */
  long memoryBytes() {
    return ids == null ? 0 : ids.memoryBytes();
  }

  Arrivals copy() {
    Arrivals copy = new Arrivals(ids == null ? null : ids.copy());
    copy.outOfOrder = outOfOrder;
    copy.duplicates = duplicates;
    copy.latest = latest;
    copy.epoch = epoch;
    return copy;
  }

  void write(DataOutput out) throws IOException {
    out.writeLong(outOfOrder);
    out.writeLong(duplicates);
    out.writeLong(latest);
    out.writeInt(epoch);
    out.writeBoolean(ids != null);
    if (ids != null) {
      ids.write(out);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param countsDuplicates if false, stored ids are dropped
   */
  static Arrivals read(DataInput in, boolean countsDuplicates) throws IOException {
    long outOfOrder = in.readLong();
    long duplicates = in.readLong();
    long latest = in.readLong();
    int epoch = in.readInt();
    RecentIds stored = in.readBoolean() ? RecentIds.read(in) : null;
    Arrivals arrivals =
        countsDuplicates && stored != null ? new Arrivals(stored) : new Arrivals(countsDuplicates);
    arrivals.outOfOrder = outOfOrder;
    arrivals.duplicates = duplicates;
    arrivals.latest = latest;
    arrivals.epoch = epoch;
    return arrivals;
  }
}
