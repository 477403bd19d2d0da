package dev.millrace.prequential;

import dev.millrace.data.Chunk;

/**
 * Counts the examples of one key, and knows where the last of them was and what of it has been
 * reported. Not thread-safe.
 */
final class KeyCounters {
  final SeenOffsets offsets;

  // Learned from, and held out.
  long examples;
  long validated;

  // Event time of the last record, and the timestamp of records published about it.
  long eventTime;
  long timestamp;

  // The pass over a bounded data set; 0 if passes are not counted.
  int epoch;

  // What seq() was at the last report.
  long reported;

  // Skipped steps that have been reported.
  long reportedSkips;

  /** Creates the counters of a key without records. */
  KeyCounters() {
    this(new SeenOffsets());
  }

  KeyCounters(SeenOffsets offsets) {
    this.offsets = offsets;
  }

  KeyCounters copy() {
    KeyCounters copy = new KeyCounters(offsets.copy());
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
    for (int row = batch.from; row < batch.from + batch.rows; row++) {
      record(batch.chunk, row);
    }
  }

  /** Records the time and the place of the key's last record. */
  void record(Chunk chunk, int row) {
    eventTime = chunk.eventTime(row);
    timestamp = chunk.windowTime(row);
    if (chunk.hasPlace(row)) {
      offsets.record(chunk.partition(row), chunk.offset(row));
    }
  }
}
