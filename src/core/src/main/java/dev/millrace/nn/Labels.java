package dev.millrace.nn;

/** Checks of what a model is to learn. */
final class Labels {
  private Labels() {}

  /** Refuses a weight that no gradient can be multiplied by. */
  static void requireWeight(float weight) {
    if (!(weight >= 0f && weight < Float.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "the weight of an example must be finite and at least 0, but was " + weight);
    }
  }

  /** Refuses a target that nothing can be learned from. */
  static void requireTarget(double target) {
    if (!Double.isFinite(target)) {
      throw new IllegalArgumentException("a target must be finite, but was " + target);
    }
  }

  /**
   * @param known classes of the model
   * @throws IndexOutOfBoundsException if it is none of them
   * @throws IllegalStateException if the model learns values
   */
  static void requireClass(int classIndex, int known, OnlineModel model) {
    if (classIndex < 0 || classIndex >= known) {
      if (learnsValues(model)) {
        throw new IllegalStateException("a model of values learns no class: use learnValue");
      }
      throw new IndexOutOfBoundsException(
          "class " + classIndex + " is not one of the " + known + " known: add it first");
    }
  }

  /**
   * @throws IllegalStateException if the model learns classes
   */
  static void requireValues(OnlineModel model) {
    if (!learnsValues(model)) {
      throw new IllegalStateException("a model of classes learns no value: use learnClass");
    }
  }

  private static boolean learnsValues(OnlineModel model) {
    return model.classes() < model.outputs();
  }
}
