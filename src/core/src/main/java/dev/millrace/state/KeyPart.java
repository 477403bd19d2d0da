package dev.millrace.state;

import dev.millrace.input.ErasedId;
import dev.millrace.report.MetricsReport;
import java.util.List;

/**
 * A part of a model key that some pipelines ask for: a detector, scores, features that are derived,
 * what waits for labels. What concerns every part alike is asked of all of them through this
 * interface; by default a part has nothing to do with it. Not thread-safe.
 */
public interface KeyPart extends Stored {

  /** Returns a deep copy; values that cannot change are shared. */
  KeyPart copy();

  /** Returns the estimated bytes in memory. */
  long memoryBytes();

  /** Names the classes known now, by index: when the part is new or restored, and for a new one. */
  default void nameClasses(List<String> classes) {}

  /**
   * Starts another pass over the data.
   *
   * @param last number of the pass that has ended; 0 if passes were not counted
   */
  default void startEpoch(int last) {}

  /**
   * Erases what is known of an id.
   *
   * @return number of entries erased
   */
  default long erase(ErasedId id) {
    return 0;
  }

  /**
   * Drops examples that have an id and wait for their label.
   *
   * @return number of examples dropped
   */
  default long erasePending(ErasedId id) {
    return 0;
  }

  /** Returns the number of records that wait: features for their label, or labels for these. */
  default int pending() {
    return 0;
  }

  /** Returns true if the part has counted a record. */
  default boolean hasRecords() {
    return false;
  }

  /** Returns true if the part has counted records since the last report. */
  default boolean hasUnreported() {
    return false;
  }

  /** Adds to the report of the key; {@link #hasUnreported} is false after it. */
  default void report(MetricsReport.Draft report) {}

  /** Returns what can forget its least recently used entries. */
  default List<? extends Evictable> evictables() {
    return List.of();
  }
}
