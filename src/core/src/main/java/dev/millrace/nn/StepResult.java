package dev.millrace.nn;

/** Outcome of one step. */
enum StepResult {
  /** The weights were updated. */
  APPLIED,
  /** The weights were updated by a clipped gradient. */
  CLIPPED,
  /** The gradient was not finite or too large; nothing has changed. */
  SKIPPED
}
