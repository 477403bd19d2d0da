package dev.millrace.nn;

/** Checks the labels and weights of examples before a model learns them. */
final class Labels {
  private Labels() {}

  /** Rejects a weight that is negative or not finite. */
  static void requireWeight(float weight) {
    if (!(weight >= 0f && weight < Float.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "the weight of an example must be finite and at least 0, but was " + weight);
    }
  }

  /** Rejects a target that is not finite. */
  static void requireTarget(double target) {
    if (!Double.isFinite(target)) {
      throw new IllegalArgumentException("a target must be finite, but was " + target);
    }
  }

  /**
   * Rejects a class that the model does not know.
   *
   * @param known number of classes of the model
   * @throws IndexOutOfBoundsException if the class is unknown
   * @throws IllegalStateException if the model learns values
   */
  static void requireClass(int classIndex, int known, OnlineModel model) {
    if (classIndex < 0 || classIndex >= known) {
      if (learnsValues(model)) {
        throw new IllegalStateException("a regression model learns no class: use learnValue");
      }
      throw new IndexOutOfBoundsException(
          "class " + classIndex + " is not one of the " + known + " known classes: add it first");
    }
  }

  /** Rejects a model that learns classes. */
  static void requireValues(OnlineModel model) {
    if (!learnsValues(model)) {
      throw new IllegalStateException("a classification model learns no value: use learnClass");
    }
  }

  private static boolean learnsValues(OnlineModel model) {
    return model.classes() < model.outputs();
  }
}
