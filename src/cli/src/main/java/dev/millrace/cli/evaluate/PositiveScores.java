package dev.millrace.cli.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.eval.probability.AreaUnderCurve;

/**
 * Areas under the curves of the positive class over all learned rows, without weights. Not
 * thread-safe.
 */
public final class PositiveScores {
  // About 340 MB.
  private static final int MAX_ROWS = 20_000_000;

  private final String positive;
  private final AreaUnderCurve area = new AreaUnderCurve(0);
  private boolean isComplete = true;

  /**
   * @param positive name of the positive class
   */
  public PositiveScores(String positive) {
    this.positive = positive;
  }

  /** Adds a record of the predictions topic; ignores rows that were held out or not predicted. */
  public void accept(JsonNode prediction) {
    JsonNode scores = prediction.path(prediction.has("scores") ? "scores" : "probabilities");
    if (prediction.path("held_out").asBoolean() || scores.isEmpty()) {
      return;
    }
    isComplete &= area.size() < MAX_ROWS;
    if (isComplete) {
      float score = scores.path(positive).floatValue(); // 0 for a class unknown to the model
      area.add(score, prediction.path("actual").asText().equals(positive), 1);
    }
  }

  /** Computes the areas, once; NaN if there was only one class, or too many rows. */
  public AreaUnderCurve compute() {
    return isComplete ? area.compute() : new AreaUnderCurve(0).compute();
  }
}
