package dev.millrace.data;

/** What a model predicts: one of two classes, one of several classes, or a number. */
public enum Task {
  BINARY,
  MULTICLASS,
  REGRESSION;

  /** The name in pipeline files and records, such as {@code binary}. */
  public String id() {
    return KebabCase.of(this);
  }

  public boolean isClassification() {
    return this != REGRESSION;
  }
}
