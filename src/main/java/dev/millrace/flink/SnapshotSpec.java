package dev.millrace.flink;

import java.io.Serializable;

/**
 * When a model is published while the job goes on, besides the end of its input.
 *
 * @param every after each so many examples of a key; 0 is never
 * @param atLatestMillis what a model has learned is published at the latest after so many
 *     milliseconds; 0 is never
 */
public record SnapshotSpec(int every, long atLatestMillis) implements Serializable {

  /** At the end of the input alone. */
  public static final SnapshotSpec AT_THE_END = new SnapshotSpec(0, 0);

  /** What holds where nothing is said. */
  public static final SnapshotSpec DEFAULT = new SnapshotSpec(10_000, 5 * 60_000);
}
