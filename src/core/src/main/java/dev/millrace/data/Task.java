package dev.millrace.data;

/** Kind of a prediction: one of two classes, one of several classes, or a number. */
@PublicApi
public enum Task {
  BINARY,
  MULTICLASS,
  REGRESSION;

  /** Returns the name in pipeline files and records, such as {@code binary}. */
  public String id() {
    return KebabCase.of(this);
  }

  public boolean isClassification() {
    return this != REGRESSION;
  }
}
