package dev.millrace.data;

import java.util.List;

/**
 * Kind of a prediction: one of two classes, one of several classes, a number; or several of these,
 * which are a set of labels or targets of any kind.
 */
@PublicApi
public enum Task {
  BINARY,
  MULTICLASS,
  REGRESSION,
  /** A set of labels, each of which is in it or not. */
  MULTILABEL,
  /** Several targets, each a task of its own. */
  MULTI_TARGET;

  /** The tasks that one model has. */
  public static final List<Task> OF_ONE_OUTPUT = List.of(BINARY, MULTICLASS, REGRESSION);

  /** Returns the name in pipeline files and records, such as {@code binary}. */
  public String id() {
    return KebabCase.of(this);
  }

  /** Returns true if the prediction is one class. */
  public boolean isClassification() {
    return this == BINARY || this == MULTICLASS;
  }

  /** Returns true if there are several predictions, each of which is of another task. */
  public boolean hasOutputs() {
    return this == MULTILABEL || this == MULTI_TARGET;
  }
}
