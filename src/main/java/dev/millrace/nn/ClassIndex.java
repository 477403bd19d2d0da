package dev.millrace.nn;

/** The check of a class that a model is to learn. */
final class ClassIndex {
  private ClassIndex() {}

  /**
   * @throws IndexOutOfBoundsException if it is none of the classes that are known
   */
  static void require(int classIndex, int known) {
    if (classIndex < 0 || classIndex >= known) {
      throw new IndexOutOfBoundsException(
          "class " + classIndex + " is not one of the " + known + " known: add it first");
    }
  }
}
