package dev.millrace.data;

/** What a model predicts: one of two classes, one of several classes, or a number. */
public enum Task {
  BINARY,
  MULTICLASS,
  REGRESSION;

  public boolean isClassification() {
    return this != REGRESSION;
  }
}
