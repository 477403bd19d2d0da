package dev.millrace.cli.dashboard;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.watch.MetricsRecords;
import dev.millrace.data.Task;

/**
 * Figures of a metrics record that the dashboard draws over time, by kind of task. The first one is
 * in the list of keys.
 */
enum DashboardColumns {
  CLASSIFICATION(
      "accuracy /window/accuracy",
      "precision /window/precision",
      "recall /window/recall",
      "f1 /window/f1",
      "loss /window/loss",
      "baseline_accuracy /baseline/no_change/window/accuracy",
      "baseline_f1 /baseline/no_change/window/f1",
      "majority_accuracy /baseline/majority/window/accuracy",
      "validation_accuracy /validation/window/accuracy",
      "validation_loss /validation/window/loss",
      "auc /window/auc_roc",
      "log_loss /window/log_loss",
      "log_loss_baseline /window/log_loss_baseline",
      "coverage /window/set/coverage",
      "coverage_level /window/set/level",
      "estimated_accuracy /estimate/accuracy",
      "estimated_f1 /estimate/f1"),
  // A validation loss of regression is in the label's units, so it is not drawn with the loss.
  REGRESSION(
      "mae /window/mae",
      "rmse /window/rmse",
      "r2 /window/r2",
      "loss /window/loss",
      "baseline_mae /baseline/last_value/window/mae",
      "baseline_rmse /baseline/last_value/window/rmse",
      "mean_mae /baseline/mean/window/mae",
      "validation_mae /validation/window/mae",
      "coverage /window/interval/coverage",
      "coverage_level /window/interval/level",
      "value /forecast/value",
      "forecast /forecast/last/value",
      "forecast_low /forecast/last/low",
      "forecast_high /forecast/last/high",
      "seasonal_mae /baseline/seasonal/0/naive/window/mae",
      "mase /window/mase"),
  // Of several outputs together, which have no common loss; each has its own record.
  OUTPUTS(
      "f1 /window/f1",
      "exact_match /window/exact_match",
      "macro_f1 /window/macro_f1",
      "jaccard /window/jaccard",
      "jaccard_samples /window/jaccard_samples",
      "hamming_loss /window/hamming_loss",
      "precision /window/precision",
      "recall /window/recall");

  private static final int MAIN = 0;
  private static final int EXACT_MATCH = 1;
  private static final int F1 = 3;
  private static final int MAJORITY = 7;
  private static final int AUC = 10;
  private static final int LOG_LOSS = 11;
  private static final int LOG_LOSS_BASELINE = 12;
  private static final int MASE = 15;

  // From here on, accuracy says little about the rare classes.
  private static final float SKEWED_MAJORITY = 0.9f;

  private final String[] names;
  private final JsonPointer[] pointers;

  /**
   * @param columns name and JSON pointer of each figure
   */
  DashboardColumns(String... columns) {
    names = new String[columns.length];
    pointers = new JsonPointer[columns.length];
    for (int i = 0; i < columns.length; i++) {
      String[] parts = columns[i].split(" ");
      names[i] = parts[0];
      pointers[i] = JsonPointer.compile(parts[1]);
    }
  }

  static DashboardColumns of(Task task) {
    return task.hasOutputs() ? OUTPUTS : task.isClassification() ? CLASSIFICATION : REGRESSION;
  }

  int count() {
    return names.length;
  }

  String name(int column) {
    return names[column];
  }

  private int baselineColumn() {
    return this == CLASSIFICATION ? 5 : 4;
  }

  /**
   * Returns the index of the figure by which the keys of such a record are ordered, highest first:
   * the windowed loss; forecasts, which have none, by their MASE.
   */
  int rankColumn(float[] values) {
    int loss = lossColumn();
    return this == REGRESSION && Float.isNaN(values[loss]) && !Float.isNaN(values[MASE])
        ? MASE
        : loss;
  }

  /** Returns the index of the windowed loss; of several outputs, the Hamming loss. */
  int lossColumn() {
    return switch (this) {
      case CLASSIFICATION -> 4;
      case REGRESSION -> 3;
      case OUTPUTS -> 5;
    };
  }

  /**
   * Returns the figure by which keys are ordered, highest first; NaN before there is one.
   *
   * @see MetricsRecords#severity
   */
  double rank(float[] values) {
    return this == REGRESSION
        ? MetricsRecords.severity(
            values[lossColumn()], values[MASE], values[MAIN], values[baselineColumn()])
        : values[rankColumn(values)];
  }

  /**
   * Returns the indexes of the figures in the list of keys; where nearly all examples have the same
   * class, F1 and AUC among them.
   */
  int[] listed(float[] values) {
    int rank = rankColumn(values);
    if (this == OUTPUTS) {
      return new int[] {rank, MAIN};
    }
    return isSkewed(values)
        ? new int[] {rank, MAIN, baselineColumn(), F1, AUC}
        : new int[] {rank, MAIN, baselineColumn()};
  }

  /** Returns true if always predicting the most frequent class is right nearly always. */
  private boolean isSkewed(float[] values) {
    return this == CLASSIFICATION && values[MAJORITY] >= SKEWED_MAJORITY;
  }

  /** Returns the F1 of a model of skewed classes, else NaN. */
  float rareF1(float[] values) {
    return isSkewed(values) ? values[F1] : Float.NaN;
  }

  /** Returns the AUC of a model of skewed classes, else NaN. */
  float rareAuc(float[] values) {
    return isSkewed(values) ? values[AUC] : Float.NaN;
  }

  /** Returns the MASE of forecasts, else NaN. */
  float mase(float[] values) {
    return this == REGRESSION ? values[MASE] : Float.NaN;
  }

  /** Returns the accuracy, or the share of the examples all of whose outputs are right. */
  float accuracy(float[] values) {
    return switch (this) {
      case CLASSIFICATION -> values[MAIN];
      case REGRESSION -> Float.NaN;
      case OUTPUTS -> values[EXACT_MATCH];
    };
  }

  /**
   * Returns the gain of a model over its best baseline: positive if the model is better, NaN before
   * both are known. A classifier's gain is the smaller of its gains in accuracy and log-loss. A
   * regression's gain is relative, as each pipeline has its own unit. Several outputs have none
   * together.
   */
  float gain(float[] values) {
    if (this == OUTPUTS) {
      return Float.NaN;
    }
    float model = values[MAIN];
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
      values[i] = number(record.at(pointers[i]));
    }
    return values;
  }

  /** Returns a number, NaN if it is none. */
  static float number(JsonNode value) {
    return value.isNumber() ? value.floatValue() : Float.NaN;
  }
}
