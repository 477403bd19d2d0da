package dev.millrace.prequential.labels;

import dev.millrace.data.KebabCase;
import dev.millrace.data.PublicApi;

/**
 * Outcome of features and labels that came apart. Together with what still waits these are all
 * records of a key: a match is two of them, everything else is one.
 *
 * <p>State has the counts in this order; new ones come behind.
 */
@PublicApi
public enum LabelOutcome {
  /** A label found its features; the example was learned. */
  MATCHED,
  /** A record had both, of an example that nothing was known of. */
  COMPLETE,
  /** Features whose label did not come in time. */
  TIMED_OUT,
  /** A label whose features did not come in time. */
  WITHOUT_FEATURES,
  /** Features of an example whose features have come before. */
  DUPLICATE_FEATURES,
  /** A label of an example whose label has come before. */
  DUPLICATE_LABELS,
  /** Features that there was no room for. */
  DROPPED_FEATURES,
  /** A label that waited for its features and had to make room. */
  DROPPED_LABELS,
  /**
   * A label whose features had timed out, or had found no room. Where they were learned with the
   * label for a time-out, one that says the same.
   */
  LATE,
  /** Features whose label did not come in time; learned with the label for that. */
  IMPUTED,
  /** Another label of such features that came after all, and was learned too. */
  CORRECTED;

  /** Returns the name in Flink's metrics, such as {@code timed-out}. */
  public String id() {
    return KebabCase.of(this);
  }
}
