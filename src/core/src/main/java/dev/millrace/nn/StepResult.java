package dev.millrace.nn;

/** Outcome of one step. */
enum StepResult {
  /** The weights were updated. */
  TAKEN,
  /** The weights were updated along a gradient of which some part was clipped. */
  CLIPPED,
  /** The gradient was not finite or too great; nothing has changed. */
  SKIPPED
}
