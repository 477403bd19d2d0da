package dev.millrace.data;

import java.util.List;

/**
 * What the model of a key said about one example before it learned from it, beside the truth if
 * that is known yet.
 *
 * @param id that names the example, or null
 * @param seq number of the example among those of its key, from 1; 0 if its label comes later
 * @param partition of the example's record
 * @param offset of the example's record
 * @param eventTime of the example, milliseconds since the epoch
 * @param model name of the one that answered, null if there is but one
 * @param heldOut whether the model does not learn from the example; known with its label
 * @param modelVersion steps that the model's weights had taken
 * @param config fingerprint of the pipeline's configuration
 */
public record Prediction(
    String pipeline,
    String key,
    String id,
    long seq,
    int partition,
    long offset,
    long eventTime,
    Outcome outcome,
    String model,
    boolean heldOut,
    long modelVersion,
    String config) {

  /** The same without the scores of the classes, which grow with their number and their names. */
  public Prediction withoutScores() {
    Outcome shorter =
        outcome instanceof OfClass whole
            ? new OfClass(
                whole.classes(),
                new float[0],
                whole.probabilities(),
                whole.predicted(),
                whole.actual())
            : outcome;
    return new Prediction(
        pipeline,
        key,
        id,
        seq,
        partition,
        offset,
        eventTime,
        shorter,
        model,
        heldOut,
        modelVersion,
        config);
  }

  /** The prediction proper, by the kind of the task. */
  public sealed interface Outcome permits OfClass, OfValue {}

  /**
   * Of a classifier.
   *
   * @param classes that the model knew, empty before the first
   * @param scores of each of them
   * @param probabilities whether the scores are probabilities
   * @param predicted index of the class that counts as predicted, -1 if none was known
   * @param actual null if it is not known yet
   */
  public record OfClass(
      List<String> classes, float[] scores, boolean probabilities, int predicted, String actual)
      implements Outcome {}

  /**
   * Of a regression model.
   *
   * @param value NaN before the first target
   * @param actual NaN if it is not known yet
   */
  public record OfValue(double value, double actual) implements Outcome {}

  /** The first of the largest scores, as it is counted in the metrics; -1 if there are none. */
  public static int best(float[] scores) {
    int best = scores.length - 1;
    for (int c = best - 1; c >= 0; c--) {
      best = scores[c] >= scores[best] ? c : best;
    }
    return best;
  }
}
