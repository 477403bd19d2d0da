package dev.millrace.cli.dashboard;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.data.Task;

/**
 * Figures of a metrics record that the dashboard draws over time, by kind of task. The first one is
 * in the list of keys.
 */
enum DashboardColumns {
  CLASSIFICATION(
      new String[] {
        "accuracy",
        "precision",
        "recall",
        "f1",
        "loss",
        "baseline_accuracy",
        "baseline_f1",
        "majority_accuracy",
        "validation_accuracy",
        "validation_loss",
        "auc",
        "log_loss",
        "log_loss_baseline"
      },
      "/window/accuracy",
      "/window/precision",
      "/window/recall",
      "/window/f1",
      "/window/loss",
      "/baseline/no_change/window/accuracy",
      "/baseline/no_change/window/f1",
      "/baseline/majority/window/accuracy",
      "/validation/window/accuracy",
      "/validation/window/loss",
      "/window/auc_roc",
      "/window/log_loss",
      "/window/log_loss_baseline"),
  // A validation loss of regression is in the label's units, so it is not drawn with the loss.
  REGRESSION(
      new String[] {
        "mae", "rmse", "r2", "loss", "baseline_mae", "baseline_rmse", "mean_mae", "validation_mae"
      },
      "/window/mae",
      "/window/rmse",
      "/window/r2",
      "/window/loss",
      "/baseline/last_value/window/mae",
      "/baseline/last_value/window/rmse",
      "/baseline/mean/window/mae",
      "/validation/window/mae");

  private static final int MAIN = 0;
  private static final int LOG_LOSS = 11;
  private static final int LOG_LOSS_BASELINE = 12;

  private final String[] names;
  private final JsonPointer[] pointers;

  DashboardColumns(String[] names, String... paths) {
    this.names = names;
    this.pointers = new JsonPointer[paths.length];
    for (int i = 0; i < paths.length; i++) {
      pointers[i] = JsonPointer.compile(paths[i]);
    }
  }

  static DashboardColumns of(Task task) {
    return task.isClassification() ? CLASSIFICATION : REGRESSION;
  }

  int count() {
    return names.length;
  }

  String name(int column) {
    return names[column];
  }

  /** Returns the index of accuracy or mean absolute error. */
  int mainColumn() {
    return MAIN;
  }

  /** Returns the index of the baseline's {@link #mainColumn}. */
  int baselineColumn() {
    return this == CLASSIFICATION ? 5 : 4;
  }

  /** Returns the index of the windowed loss, by which keys are ordered. */
  int lossColumn() {
    return this == CLASSIFICATION ? 4 : 3;
  }

  /**
   * Returns the gain of a model over its best baseline: positive if the model is better, NaN before
   * both are known. A classifier's gain is the smaller of its gains in accuracy and log-loss. A
   * regression's gain is relative, as each pipeline has its own unit.
   */
  float gain(float[] values) {
    float model = values[mainColumn()];
    float first = values[baselineColumn()];
    float second = values[baselineColumn() + 2]; // majority, mean
    if (this == REGRESSION) {
      float best = Float.isNaN(second) ? first : Math.min(first, second);
      return (best - model) / Math.max(best, Float.MIN_NORMAL);
    }
    float gain = model - (Float.isNaN(second) ? first : Math.max(first, second));
    float ofLogLoss = values[LOG_LOSS_BASELINE] - values[LOG_LOSS];
    return Float.isNaN(ofLogLoss) ? gain : Math.min(gain, ofLogLoss);
  }

  /** Returns the figures of one record in column order, NaN if the record has no value. */
  float[] read(JsonNode record) {
    float[] values = new float[pointers.length];
    for (int i = 0; i < values.length; i++) {
      JsonNode value = record.at(pointers[i]);
      values[i] = value.isNumber() ? value.floatValue() : Float.NaN;
    }
    return values;
  }
}
