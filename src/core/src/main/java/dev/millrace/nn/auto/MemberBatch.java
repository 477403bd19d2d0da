package dev.millrace.nn.auto;

/** What one member learns from in a step: the new record first, then those that it replays. */
final class MemberBatch {

  private static final float[] EMPTY = {};

  // Scaled features, and beside them Fourier features if the member sees such.
  float[] x = EMPTY;
  float[] wide = EMPTY;
  float[] targets = EMPTY;
  float[] weights = EMPTY;
}
