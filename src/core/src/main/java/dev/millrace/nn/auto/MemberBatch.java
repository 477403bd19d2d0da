package dev.millrace.nn.auto;

/** The records that a member learns in one step: the new one first, then those replayed. */
final class MemberBatch {

  private static final float[] EMPTY = {};

  // Scaled features; and the same followed by Fourier features, if the member uses them.
  float[] x = EMPTY;
  float[] wide = EMPTY;
  float[] targets = EMPTY;
  float[] weights = EMPTY;
}
