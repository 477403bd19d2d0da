package dev.millrace.eval.drift;

/** What a detector says after a number. State holds the place of one here: new ones come last. */
public enum DriftSignal {
  /** As before. */
  NONE,
  /** It may be drifting. */
  WARNING,
  /** It has drifted; the detector starts afresh. */
  DRIFT
}
