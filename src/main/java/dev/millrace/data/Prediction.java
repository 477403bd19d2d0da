package dev.millrace.data;

import java.util.List;

/**
 * What the model of a key said about one example before it learned from it, beside the truth.
 *
 * @param seq number of the example among those of its key, from 1
 * @param partition of the example's record
 * @param offset of the example's record
 * @param eventTime of the example, milliseconds since the epoch
 * @param modelVersion steps that the model's weights had taken
 * @param config fingerprint of the pipeline's configuration
 */
public record Prediction(
    String pipeline,
    String key,
    long seq,
    int partition,
    long offset,
    long eventTime,
    Outcome outcome,
    long modelVersion,
    String config) {

  /** The prediction proper, by the kind of the task. */
  public sealed interface Outcome permits OfClass, OfValue {}

  /**
   * Of a classifier.
   *
   * @param classes that the model knew, empty before the first
   * @param predicted index of the predicted one, -1 before the first
   * @param scores of each of them
   * @param probabilities whether the scores are probabilities
   */
  public record OfClass(
      List<String> classes, int predicted, float[] scores, boolean probabilities, String actual)
      implements Outcome {}

  /**
   * Of a regression model.
   *
   * @param value NaN before the first target
   */
  public record OfValue(float value, double actual) implements Outcome {}
}
