package dev.millrace.flink;

import dev.millrace.data.Chunk;

/**
 * How far one key has come: how many examples, where the last of them was, and what has been told
 * of them. Not thread-safe.
 */
final class KeyProgress {
  final SeenOffsets offsets;

  // Learned from, and held out.
  long examples;
  long validated;

  // Of the last record: the event time, and what is published about it goes by.
  long eventTime;
  long timestamp;

  // The pass over a bounded data set; 0 if nobody counts.
  int epoch;

  // What seq() was at the last report.
  long reported;

  // Steps left out, as far as they have been told of.
  long toldSkips;

  /** Of a key without records. */
  KeyProgress() {
    this(new SeenOffsets());
  }

  KeyProgress(SeenOffsets offsets) {
    this.offsets = offsets;
  }

  KeyProgress copy() {
    KeyProgress copy = new KeyProgress(offsets.copy());
    copy.examples = examples;
    copy.validated = validated;
    copy.eventTime = eventTime;
    copy.timestamp = timestamp;
    copy.epoch = epoch;
    copy.reported = reported;
    copy.toldSkips = toldSkips;
    return copy;
  }

  /** Examples so far, those held out included. */
  long seq() {
    return examples + validated;
  }

  /** Whether examples have come since the last report. */
  boolean hasNews() {
    return seq() > reported;
  }

  /** Notes when the key's last record was, and where. */
  void see(Chunk chunk, int row) {
    eventTime = chunk.eventTime(row);
    timestamp = Math.min(eventTime, chunk.timestamp(row));
    offsets.see(chunk.partition(row), chunk.offset(row));
  }
}
