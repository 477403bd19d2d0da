package dev.millrace.cli;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.data.Task;

/** The figures of a metrics record that the dashboard draws over time, by kind of task. */
enum DashboardColumns {
  CLASSIFICATION(
      new String[] {"accuracy", "f1", "loss", "baseline_accuracy", "baseline_f1"},
      "/window/accuracy",
      "/window/f1",
      "/window/loss",
      "/baseline/no_change/window/accuracy",
      "/baseline/no_change/window/f1"),
  REGRESSION(
      new String[] {"mae", "rmse", "r2", "loss", "baseline_mae", "baseline_rmse"},
      "/window/mae",
      "/window/rmse",
      "/window/r2",
      "/window/loss",
      "/baseline/last_value/window/mae",
      "/baseline/last_value/window/rmse");

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

  /** Index of the windowed loss, by which keys are ordered. */
  int lossColumn() {
    return this == CLASSIFICATION ? 2 : 3;
  }

  /** The figures of one record, in column order; NaN where the record has no value. */
  float[] read(JsonNode record) {
    float[] values = new float[pointers.length];
    for (int i = 0; i < values.length; i++) {
      JsonNode value = record.at(pointers[i]);
      values[i] = value.isNumber() ? value.floatValue() : Float.NaN;
    }
    return values;
  }
}
