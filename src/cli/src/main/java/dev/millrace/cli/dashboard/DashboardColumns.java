package dev.millrace.cli.dashboard;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.watch.MetricsRecords;
import dev.millrace.data.Task;
import dev.millrace.report.Score;

/**
 * Figures of a metrics record that the dashboard draws over time, by kind of task. The first one is
 * in the list of keys.
 */
enum DashboardColumns {
  CLASSIFICATION(
      window(Score.ACCURACY),
      window(Score.PRECISION),
      window(Score.RECALL),
      window(Score.F1),
      window(Score.LOSS),
      score("baseline", "/baseline/no_change/window", Score.ACCURACY),
      score("baseline", "/baseline/no_change/window", Score.F1),
      score("majority", "/baseline/majority/window", Score.ACCURACY),
      score("validation", "/validation/window", Score.ACCURACY),
      score("validation", "/validation/window", Score.LOSS),
      window(Score.AUC_ROC),
      window(Score.LOG_LOSS),
      window(Score.LOG_LOSS_BASELINE),
      new Column("coverage", "/window/set/coverage"),
      new Column("coverage_level", "/window/set/level"),
      score("estimate", "/estimate", Score.ACCURACY),
      score("estimate", "/estimate", Score.F1)),
  // A validation loss of regression is in the label's units, so it is not drawn with the loss.
  REGRESSION(
      window(Score.MAE),
      window(Score.RMSE),
      window(Score.R2),
      window(Score.VALUE_LOSS),
      score("baseline", "/baseline/last_value/window", Score.MAE),
      score("baseline", "/baseline/last_value/window", Score.RMSE),
      score("mean", "/baseline/mean/window", Score.MAE),
      score("validation", "/validation/window", Score.MAE),
      new Column("coverage", "/window/interval/coverage"),
      new Column("coverage_level", "/window/interval/level"),
      new Column("value", "/forecast/value"),
      new Column("forecast", "/forecast/last/value"),
      new Column("forecast_low", "/forecast/last/low"),
      new Column("forecast_high", "/forecast/last/high"),
      score("seasonal", "/baseline/seasonal/0/naive/window", Score.MAE),
      window(Score.MASE)),
  // Of several outputs together, which have no common loss; each has its own record.
  OUTPUTS(
      window(Score.SET_F1),
      window(Score.EXACT_MATCH),
      window(Score.SET_MACRO_F1),
      window(Score.JACCARD),
      window(Score.JACCARD_SAMPLES),
      window(Score.HAMMING_LOSS),
      window(Score.SET_PRECISION),
      window(Score.SET_RECALL));

  /** Figure of a record: its name in the page's requests, and its place. */
  private record Column(String name, JsonPointer place) {
    Column(String name, String place) {
      this(name, JsonPointer.compile(place));
    }
  }

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

  private final Column[] columns;

  DashboardColumns(Column... columns) {
    this.columns = columns;
  }

  private static Column window(Score score) {
    return new Column(score.field(), "/window/" + score.field());
  }

  /** Returns a score that the page draws with that of the window, named by its source. */
  private static Column score(String source, String block, Score score) {
    return new Column(source + "_" + score.field(), block + "/" + score.field());
  }

  static DashboardColumns of(Task task) {
    return task.hasOutputs() ? OUTPUTS : task.isClassification() ? CLASSIFICATION : REGRESSION;
  }

  int count() {
    return columns.length;
  }

  String name(int column) {
    return columns[column].name();
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
    float logLossGain = values[LOG_LOSS_BASELINE] - values[LOG_LOSS];
    return Float.isNaN(logLossGain) ? gain : Math.min(gain, logLossGain);
  }

  /** Returns the figures of one record in column order, NaN if the record has no value. */
  float[] read(JsonNode record) {
    float[] values = new float[columns.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = number(record.at(columns[i].place()));
    }
    return values;
  }

  /** Returns a number, NaN if it is none. */
  static float number(JsonNode value) {
    return value.isNumber() ? value.floatValue() : Float.NaN;
  }
}
