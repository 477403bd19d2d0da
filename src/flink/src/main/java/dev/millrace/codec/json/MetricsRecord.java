package dev.millrace.codec.json;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.codec.json.RecordJson.Millis;
import dev.millrace.codec.json.RecordJson.OrNull;
import dev.millrace.data.Task;
import dev.millrace.report.MetricsReport.Estimate;
import dev.millrace.report.MetricsReport.GroupScores;
import dev.millrace.report.ScoreBlock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A record of the metrics topic, with the fields that commands read of what {@link MetricsJson}
 * writes. Anyone may write to the topic: a field that is absent or of another type is NaN, 0, an
 * empty text or an object of such fields.
 *
 * @param task as it is named; see {@link #kind}
 * @param epoch 0 if not counted
 * @param baseline by name; of forecasts also those of the seasons
 * @param threshold NaN if the larger probability decides
 * @param outputs by name; empty for models of one output
 */
public record MetricsRecord(
    String pipeline,
    String key,
    String series,
    String horizon,
    long seq,
    String task,
    long examples,
    @Millis long eventTime,
    int epoch,
    Block window,
    Block total,
    Baselines baseline,
    double threshold,
    Map<String, Output> outputs,
    @OrNull @Nullable Confusion confusionMatrix,
    Validation validation,
    @OrNull @Nullable Estimate estimate,
    Map<String, Double> importance,
    Forecast forecast,
    long outOfOrder,
    long duplicates,
    Members members,
    List<Model> models,
    String configHash) {

  /** Reads a record. */
  public static MetricsRecord of(JsonNode json) {
    return RecordJson.read(json, MetricsRecord.class);
  }

  /** Returns the task; empty if it is not known. */
  public Optional<Task> kind() {
    for (Task known : Task.values()) {
      if (known.id().equals(task)) {
        return Optional.of(known);
      }
    }
    return Optional.empty();
  }

  /** Returns true if the record is of a task. */
  public boolean is(Task wanted) {
    return wanted.id().equals(task);
  }

  /**
   * Returns true if a record has the scores of several outputs together, each of which has records
   * of its own, with the key {@code KEY@OUTPUT}.
   */
  public boolean isOfSeveralOutputs() {
    return is(Task.MULTILABEL) || is(Task.MULTI_TARGET);
  }

  /** Returns true if the record is one of a forecast. */
  public boolean isForecast() {
    return !horizon.isEmpty();
  }

  /**
   * Scores of some examples, and what belongs to them.
   *
   * @param size max number of examples
   * @param maeBaseline of an output: mean absolute error of the mean
   * @param interval scores of intervals of values
   * @param set scores of sets of classes
   */
  public record Block(
      ScoreBlock scores,
      long size,
      double maeBaseline,
      @OrNull @Nullable GroupScores groups,
      @OrNull @Nullable Segments segments,
      @OrNull @Nullable Region interval,
      @OrNull @Nullable Region set) {

    /** Returns the scores of intervals or sets of classes; null without them. */
    public @Nullable Region region() {
      return interval == null ? set : interval;
    }
  }

  /** Calibration of the examples of each value of a column. */
  public record Segments(String column, List<Segment> values) {}

  /**
   * Calibration of the examples of one value.
   *
   * @param value null for examples without a listed value
   */
  public record Segment(
      @OrNull @Nullable String value, long examples, double meanPredicted, double observedShare) {}

  /**
   * Scores of intervals or sets.
   *
   * @param size mean number of classes, NaN for intervals
   * @param width mean width, NaN for sets
   */
  public record Region(double level, double coverage, double size, double width, double winkler) {

    /** Returns the mean width, or the mean number of classes. */
    public double extent() {
      return Double.isNaN(width) ? size : width;
    }
  }

  /** Scores of predictors that a model has to beat. */
  public record Baselines(
      Baseline noChange,
      Baseline majority,
      Baseline lastValue,
      Baseline mean,
      List<Season> seasonal,
      double scale) {}

  /** Scores of one predictor. */
  public record Baseline(ScoreBlock window, ScoreBlock total) {}

  /** Predictors of one season. */
  public record Season(String season, Baseline naive, Baseline drift) {}

  /** Scores of one of several outputs, of which its own record has more. */
  public record Output(Block window) {}

  /** Weights by actual class, which is the row, and predicted class. */
  public record Confusion(List<String> labels, double[][] counts, double[][] totalCounts) {}

  /** Scores of the held-out examples of an epoch. */
  public record Validation(int bestEpoch, boolean stopped, Block epoch) {}

  /** What became of the forecasts of a series. */
  public record Forecast(long expired, Next next) {}

  /** The newest forecast. */
  public record Next(double value, double low, double high, @Millis long targetTime) {}

  /** Members of a mixture, by name. */
  public record Members(String leader, Map<String, Double> weights, Map<String, Double> losses) {}

  /** One of several models of a key. */
  public record Model(
      String name,
      String role,
      double examples,
      double logLoss,
      double mae,
      double accuracy,
      double lead) {

    /** Returns true if it is the model that answers. */
    public boolean isChampion() {
      return role.equals("champion");
    }
  }
}
