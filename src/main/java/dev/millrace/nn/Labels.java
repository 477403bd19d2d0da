package dev.millrace.nn;

/** Checks of what a model is to learn. */
final class Labels {
  private Labels() {}

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
