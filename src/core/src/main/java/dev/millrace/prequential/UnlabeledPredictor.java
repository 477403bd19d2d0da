package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.nn.Workspace;
import dev.millrace.prequential.key.Intervals;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.labels.PendingBound;
import dev.millrace.prequential.rows.Explanations;
import dev.millrace.prequential.rows.PendingMemory;
import dev.millrace.prequential.rows.Predictions;
import dev.millrace.prequential.rows.Scorer;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.ModelEvent.InputDrift;
import dev.millrace.report.Prediction.Forecast;
import dev.millrace.report.Reasons;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Predicts features that have no label yet. Not thread-safe. */
final class UnlabeledPredictor {
  private final TrainSpec spec;
  private final Scorer scorer;
  private final Explanations explanations;
  private final Predictions predictions;
  private final EventReporter events;
  private final Workspace workspace;
  private final boolean hasLabelsLater;

  UnlabeledPredictor(
      TrainSpec spec,
      Workspace workspace,
      EventReporter events,
      Scorer scorer,
      Explanations explanations,
      Predictions predictions) {
    this.spec = spec;
    this.workspace = workspace;
    this.events = events;
    this.scorer = scorer;
    this.explanations = explanations;
    this.predictions = predictions;
    hasLabelsLater = spec.input().labels() != null || spec.input().forecast() != null;
  }

  /**
   * A prediction with the features that it was made from.
   *
   * @param scores of the classes known, or the value
   * @param memory what models recall when the label comes; see {@link PendingMemory}
   * @param predicted index of the predicted class, -1 if there is none
   * @param bound of the interval or set; {@link PendingBound#NONE} without intervals
   */
  record Scored(
      float[] features, float[] scores, float[] memory, int predicted, PendingBound bound) {}

  /** Predicts a row as if it were learned next, publishes that, and leaves the model as it is. */
  Scored predict(PrequentialModel model, Chunk chunk, int row, EngineListener listener) {
    float[] features = new float[chunk.width()];
    chunk.copyFeatures(row, row + 1, features);
    return predict(model, chunk, row, features, null, listener);
  }

  /**
   * Predicts a row from other features than its own.
   *
   * @param forecast what is predicted; null if it is the label of the row
   */
  Scored predict(
      PrequentialModel model,
      Chunk chunk,
      int row,
      float[] features,
      @Nullable Forecast forecast,
      EngineListener listener) {
    float[] scores = new float[model.learner.outputs()];
    float[] memory = PendingMemory.NONE;
    if (hasLabelsLater && scores.length > 0) {
      memory = PendingMemory.predict(model, features, scores, workspace);
    } else if (scores.length > 0) {
      model.learner.use(workspace);
      model.learner.predictNext(features, 0, scores);
    }
    explanations.prepare(model, features);
    int predicted = scorer.predictedClass(model, scores);
    Intervals intervals = model.part(Intervals.class);
    PendingBound bound = intervals == null ? PendingBound.NONE : intervals.bound(scores);
    Reasons reasons = explanations.explain(model, scores, model.learner.classes(), predicted);
    if (spec.publish().predictions()) {
      listener.prediction(
          predictions
              .withoutLabel(model, chunk, row, scores, predicted, bound.value())
              .withForecast(forecast)
              .withReasons(reasons),
          model.counters.timestamp,
          chunk,
          row);
    }
    List<InputDrift> changes = model.compareInputs(features, 1, features.length);
    events.inputDrift(model, changes, chunk, row, listener);
    return new Scored(features, scores, memory, predicted, bound);
  }
}
