package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Counts the examples of one key, and knows where the last of them was and what of it has been
 * reported. Not thread-safe.
 */
final class KeyCounters {
  final SeenOffsets offsets;
  final Arrivals arrivals;

  // Learned from, and held out.
  long examples;
  long validated;

  // Event time of the last record, and the timestamp of records published about it.
  long eventTime;
  long timestamp;

  // The pass over a bounded data set, or the one after which learning stopped; 0 if passes are not
  // counted.
  int epoch;

  // What seq() was at the last report.
  long reported;

  // Skipped steps that have been reported.
  long reportedSkips;

  /** Creates the counters of a key without records. */
  KeyCounters(TrainSpec spec) {
    this(new SeenOffsets(), new Arrivals(spec.countsDuplicates()));
  }

  KeyCounters(SeenOffsets offsets, Arrivals arrivals) {
    this.offsets = offsets;
    this.arrivals = arrivals;
  }

  void write(DataOutput out) throws IOException {
    offsets.write(out);
    arrivals.write(out);
    out.writeLong(examples);
    out.writeLong(validated);
    out.writeLong(eventTime);
    out.writeLong(timestamp);
    out.writeInt(epoch);
    out.writeLong(reported);
    out.writeLong(reportedSkips);
  }

  static KeyCounters read(DataInput in, TrainSpec spec) throws IOException {
    SeenOffsets offsets = SeenOffsets.read(in);
    KeyCounters counters = new KeyCounters(offsets, Arrivals.read(in, spec.countsDuplicates()));
    counters.examples = in.readLong();
    counters.validated = in.readLong();
    counters.eventTime = in.readLong();
    counters.timestamp = in.readLong();
    counters.epoch = in.readInt();
    counters.reported = in.readLong();
    counters.reportedSkips = in.readLong();
    return counters;
  }

  KeyCounters copy() {
    KeyCounters copy = new KeyCounters(offsets.copy(), arrivals.copy());
    copy.examples = examples;
    copy.validated = validated;
    copy.eventTime = eventTime;
    copy.timestamp = timestamp;
    copy.epoch = epoch;
    copy.reported = reported;
    copy.reportedSkips = reportedSkips;
    return copy;
  }

  /** Returns the number of examples so far, those held out included. */
  long seq() {
    return examples + validated;
  }

  /** Returns true if examples have come since the last report. */
  boolean hasUnreported() {
    return seq() > reported;
  }

  /** Counts the examples of a batch, and records the times and places of their records. */
  void add(RowBatch batch) {
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
  void arrive(Chunk chunk, int row) {
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
}
