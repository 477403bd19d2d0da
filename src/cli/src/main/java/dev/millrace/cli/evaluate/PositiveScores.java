package dev.millrace.cli.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.eval.AreaUnderCurve;

/**
 * The scores of the positive class of two in the predictions of all keys, for the areas under the
 * curves over all rows that were learned. Each row counts once, whatever its weight. Not
 * thread-safe.
 */
final class PositiveScores {
  // Some 340 MB.
  private static final int MOST = 20_000_000;

  private final String positive;
  private final AreaUnderCurve area = new AreaUnderCurve(0);
  private boolean isComplete = true;

  /**
   * @param positive name of the positive class
   */
  PositiveScores(String positive) {
    this.positive = positive;
  }

  /**
   * Takes a record of the predictions topic; rows that were held out, or not predicted, do not
   * count.
   */
  void accept(JsonNode prediction) {
    JsonNode scores = prediction.path(prediction.has("scores") ? "scores" : "probabilities");
    if (prediction.path("held_out").asBoolean() || scores.isEmpty()) {
      return;
    }
    isComplete &= area.size() < MOST;
    if (isComplete) {
      float score = scores.path(positive).floatValue(); // 0 for a class that is not known yet
      area.add(score, prediction.path("actual").asText().equals(positive), 1);
    }
  }

  /** Computes the areas, once; they are NaN where one class came alone, or too many rows. */
  AreaUnderCurve compute() {
    return isComplete ? area.compute() : new AreaUnderCurve(0).compute();
  }
}
