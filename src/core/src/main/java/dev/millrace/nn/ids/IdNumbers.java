package dev.millrace.nn.ids;

/** Places of the numbers that {@link IdTable} keeps of an id. */
final class IdNumbers {
  /** Floats of the vector of an id. */
  static final int VECTOR = 8;

  /** Records that had the id; a float counts to 2^24. */
  static final int COUNT = 0;

  /** Weight of those records, as far as it counts in the mean. */
  static final int WEIGHT = 1;

  /** Mean target of those records. */
  static final int MEAN = 2;

  /** Sum of the squared gradients of the vector. */
  static final int SQUARES = 3;

  /** Start of the vector. */
  static final int FACTORS = 4;

  /** Start of z and n, two floats for each output. */
  static final int LINEAR = FACTORS + VECTOR;

  private IdNumbers() {}

  /** Returns the floats of an id. */
  static int width(int outputs) {
    return LINEAR + 2 * outputs;
  }
}
