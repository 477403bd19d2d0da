package dev.millrace.report;

import dev.millrace.data.PublicApi;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Prediction for one example, made before the model learned from it, with the actual label if that
 * is known.
 *
 * @param id of the example; null if it has none
 * @param seq number of the example among those of its key, from 1; 0 if its label comes later
 * @param partition of the example's record; below 0 if it has no place in a topic
 * @param offset of the example's record
 * @param eventTime of the example, milliseconds since the epoch
 * @param model name of the champion; null if there is one model
 * @param heldOut true if the model does not learn from the example; known with its label
 * @param version of the model
 * @param region interval or set of classes; null if the pipeline has none
 * @param reasons columns that moved it; null if the pipeline explains none, or nothing is known yet
 * @param forecast what the prediction is of; null if it is of the example's label
 */
@PublicApi
public record Prediction(
    String pipeline,
    String key,
    @Nullable String id,
    long seq,
    int partition,
    long offset,
    long eventTime,
    Outcome outcome,
    @Published(doc = "With models: the model that predicted.", optional = true)
        @Nullable String model,
    @Published(
            doc =
                "With validation.fraction: true if the model does not learn the example, else"
                    + " absent.",
            optional = true,
            column = true)
        boolean heldOut,
    ModelVersion version,
    @Nullable PredictionRegion region,
    @Nullable Reasons reasons,
    @Nullable Forecast forecast) {

  /** Returns the same without the scores of the classes, their names, their set and reasons. */
  public Prediction withoutScores() {
    Outcome shorter =
        outcome instanceof OfClass whole
            ? new OfClass(
                whole.classes(),
                new float[0],
                whole.probabilities(),
                whole.predicted(),
                whole.actual())
            : outcome instanceof OfOutputs several
                ? new OfOutputs(several.labels(), several.actual(), List.of())
                : outcome;
    return with(
        shorter, region instanceof PredictionRegion.ClassSet ? null : region, null, forecast);
  }

  /** Returns the same as a forecast. */
  public Prediction withForecast(@Nullable Forecast other) {
    return with(outcome, region, reasons, other);
  }

  /** Returns the same with reasons. */
  public Prediction withReasons(@Nullable Reasons other) {
    return with(outcome, region, other, forecast);
  }

  private Prediction with(
      Outcome otherOutcome,
      @Nullable PredictionRegion otherRegion,
      @Nullable Reasons otherReasons,
      @Nullable Forecast other) {
    return new Prediction(
        pipeline,
        key,
        id,
        seq,
        partition,
        offset,
        eventTime,
        otherOutcome,
        model,
        heldOut,
        version,
        otherRegion,
        otherReasons,
        other);
  }

  /**
   * The future value that a forecast is of.
   *
   * @param targetTime event time of that value in milliseconds since the epoch; if the horizon is a
   *     number of records, estimated from the distance of the last two; -1 if not known
   */
  public record Forecast(String series, String horizon, long targetTime) {
    /** {@link #targetTime} that is not known. */
    public static final long UNKNOWN_TIME = -1;
  }

  /** Predicted class or value. */
  public sealed interface Outcome permits OfClass, OfValue, OfOutputs {}

  /**
   * Prediction of a classifier.
   *
   * @param classes that the model knew, empty before the first
   * @param scores of each of them
   * @param probabilities true if the scores are probabilities
   * @param predicted index of the class that counts as predicted, -1 if none was known
   * @param actual null if it is not known yet
   */
  public record OfClass(
      List<String> classes,
      float[] scores,
      boolean probabilities,
      int predicted,
      @Nullable String actual)
      implements Outcome {

    /** Returns the same with another class that counts as predicted. */
    public OfClass withPredicted(int other) {
      return new OfClass(classes, scores, probabilities, other, actual);
    }
  }

  /**
   * Prediction of a regression model.
   *
   * @param value NaN before the first target
   * @param actual NaN if it is not known yet
   */
  public record OfValue(double value, double actual) implements Outcome {}

  /**
   * Predictions of several outputs.
   *
   * @param labels predicted to be in the set; null unless the pipeline predicts a set of labels
   * @param actual labels in the set; null if they are not known yet, and without a set
   * @param outputs of each target, or label that is known, in the order of the targets, or of the
   *     discovery of the labels
   */
  public record OfOutputs(
      @Nullable List<String> labels, @Nullable List<String> actual, List<NamedOutcome> outputs)
      implements Outcome {

    public OfOutputs {
      outputs = List.copyOf(outputs);
    }
  }

  /**
   * The prediction of one of several outputs.
   *
   * @param name of the target or label
   * @param region interval or set of classes; null if the pipeline has none
   */
  public record NamedOutcome(String name, Outcome outcome, @Nullable PredictionRegion region) {}

  /** Returns the index of the first of the largest scores, as metrics count it; -1 if empty. */
  public static int best(float[] scores) {
    int best = scores.length - 1;
    for (int c = best - 1; c >= 0; c--) {
      best = scores[c] >= scores[best] ? c : best;
    }
    return best;
  }
}
