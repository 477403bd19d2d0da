package dev.millrace.prequential.key;

import dev.millrace.data.Chunk;
import dev.millrace.prequential.labels.Arrivals;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * Counts the examples of one key, and knows where the last of them was and what of it has been
 * reported. Not thread-safe.
 */
public final class KeyCounters implements State {
  public final SeenOffsets offsets = new SeenOffsets();
  public final Arrivals arrivals;

  // Learned from, and held out.
  public long examples;
  long validated;

  // Event time of the last record, and the timestamp of records published about it.
  public long eventTime;
  public long timestamp;

  // The pass over a bounded data set, or the one after which learning stopped; 0 if passes are not
  // counted.
  public int epoch;

  // What seq() was at the last report.
  public long reported;

  // Skipped steps that have been reported.
  long reportedSkips;

  /** Creates the counters of a key without records. */
  public KeyCounters(boolean countsDuplicates) {
    arrivals = new Arrivals(countsDuplicates);
  }

  /** Returns the number of examples so far, those held out included. */
  public long seq() {
    return examples + validated;
  }

  /** Returns true if examples have come since the last report. */
  public boolean hasUnreported() {
    return seq() > reported;
  }

  /** Counts the examples of a batch, and records the times and places of their records. */
  public void add(RowBatch batch) {
    if (batch.use == RowBatch.Use.HOLD_OUT) {
      validated += batch.rows;
    } else {
      examples += batch.rows;
    }
    // The records of an example that was joined have been counted when they arrived.
    boolean isJoined = batch.origin != batch.chunk;
    for (int row = batch.from; row < batch.from + batch.rows; row++) {
      record(batch.chunk, row);
      if (!isJoined) {
        arrivals.add(batch.chunk, row);
      }
    }
  }

  /** Counts a record of features or a label that came apart. */
  public void arrive(Chunk chunk, int row) {
    record(chunk, row);
    arrivals.add(chunk, row);
  }

  /** Records the time and the place of the key's last record. */
  private void record(Chunk chunk, int row) {
    eventTime = chunk.eventTime(row);
    timestamp = chunk.windowTime(row);
    if (chunk.hasPlace(row)) {
      offsets.record(chunk.partition(row), chunk.offset(row));
    }
  }

  public KeyCounters copy() {
    return State.copy(this, new KeyCounters(arrivals.countsDuplicates()));
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    offsets.visit(v);
    arrivals.visit(v);
    examples = v.number(examples);
    validated = v.number(validated);
    eventTime = v.number(eventTime);
    timestamp = v.number(timestamp);
    epoch = v.number(epoch);
    reported = v.number(reported);
    reportedSkips = v.number(reportedSkips);
  }
}
