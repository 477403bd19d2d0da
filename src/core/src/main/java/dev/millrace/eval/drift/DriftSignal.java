package dev.millrace.eval.drift;

import dev.millrace.data.PublicApi;

/** Result of one update of a detector. State holds the ordinal: append new ones. */
@PublicApi
public enum DriftSignal {
  /** No change, or the numbers fell. */
  NONE,
  /** The numbers may have risen. */
  WARNING,
  /** The numbers have risen; the detector has dropped what came before. */
  DRIFT
}
