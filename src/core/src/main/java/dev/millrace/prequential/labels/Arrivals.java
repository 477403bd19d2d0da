package dev.millrace.prequential.labels;

import dev.millrace.data.Chunk;
import dev.millrace.report.MetricsReport;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Counts the records of a key that come after one of a later event time, and the examples whose id
 * came before. Both are functions of the key's records in their order. Not thread-safe.
 *
 * <p>Each pass over a bounded data set starts again: it has the times and the ids of the last one.
 */
public final class Arrivals implements State {
  private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

  private long outOfOrder;
  private long duplicates;
  // Of the records of the current pass.
  private long latest = Long.MIN_VALUE;
  private int epoch;
  // Null if duplicates are not counted.
  private @Nullable RecentIds ids;

  public Arrivals(boolean countsDuplicates) {
    ids = countsDuplicates ? new RecentIds() : null;
  }

  public boolean countsDuplicates() {
    return ids != null;
  }

  /** Returns the pass that the key is in, 0 before the first. */
  public int epoch() {
    return epoch;
  }

  /** Starts a pass unless the key is in it, or in a later one. */
  public void turnTo(int pass) {
    if (pass > epoch) {
      epoch = pass;
      latest = Long.MIN_VALUE;
    }
  }

  /** Counts a record of the pass that the key is in. */
  public void add(Chunk chunk, int row) {
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

  public long outOfOrder() {
    return outOfOrder;
  }

  public long duplicates() {
    return duplicates;
  }

  public MetricsReport.Arrivals report() {
    return new MetricsReport.Arrivals(outOfOrder, countsDuplicates() ? duplicates : null);
  }

  /** Returns the estimated bytes in memory. */
  public long memoryBytes() {
    return ids == null ? 0 : ids.memoryBytes();
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    outOfOrder = v.number(outOfOrder);
    duplicates = v.number(duplicates);
    latest = v.number(latest);
    epoch = v.number(epoch);
    if (v.flag(ids != null)) {
      RecentIds stored = v.custom(ids, RecentIds::write, RecentIds::read, RecentIds::copy);
      ids = ids == null ? null : stored; // dropped if duplicates are no longer counted
    }
  }
}
