package dev.millrace.nn.auto.members;

/**
 * Constants of the mixers and of the members that are no networks, the same for every stream.
 * {@code bench tune} searches them, and those of {@link MemberKind}, on the development set of
 * {@code bench streams}.
 */
public enum MixtureConstant {
  /** Step of the weights in a mixture of classes. */
  CLASS_MIXER_RATE(0.005f),
  /** Step of the weights in a mixture of values. */
  VALUE_MIXER_RATE(0.005f),
  /** How many times as long the first of these steps is. */
  FIRST_RATE_FACTOR(8f),
  /** Examples after which that factor has halved. */
  RATE_DECAY(400f),
  /** Step of the linear member: divided by √(1 + Σ x²), or a row of many would move it too far. */
  LINEAR_RATE(0.25f),
  /** Examples over which the linear member sums up squares, 1 or more: fewer, longer steps. */
  LINEAR_MEMORY(100f),
  /** Step of the sum of the ferns' weights of a class. */
  FERN_CLASS_RATE(2f),
  /** Step of the sum of the ferns' weights of a value. */
  FERN_VALUE_RATE(0.7f),
  /** Examples that the class frequencies count for beside what followed the previous label. */
  PREVIOUS_LABEL_PRIOR(1f);

  /** The value, the same for every stream. */
  public final float value;

  MixtureConstant(float value) {
    this.value = value;
  }
}
