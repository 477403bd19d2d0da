package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.data.Prediction;
import dev.millrace.data.Prediction.OfClass;
import dev.millrace.data.Prediction.OfValue;
import dev.millrace.data.Prediction.Outcome;
import dev.millrace.nn.PredictedValue;
import java.util.Arrays;

/** Makes the predictions that are published, one an example. */
final class Predictions {
  private final TrainSpec spec;

  Predictions(TrainSpec spec) {
    this.spec = spec;
  }

  /**
   * Returns the prediction for an example that the model has just learned or held out.
   *
   * @param batch with the scores and the predicted class of that example
   * @param known classes that the model knew before
   * @param champion name of the model that predicted, null if there is but one
   * @param counts of that example
   */
  Prediction of(
      PrequentialModel model,
      Chunk chunk,
      int row,
      RowBatch batch,
      int known,
      String champion,
      LearnedCounts counts) {
    Outcome outcome =
        chunk.isClassification()
            ? new OfClass(
                model.classes().list(),
                Arrays.copyOf(batch.scores, known),
                model.hasProbabilities(),
                batch.predicted,
                chunk.label(chunk.labelOf(row)))
            : new OfValue(PredictedValue.read(batch.scores, 0), chunk.target(row));
    boolean isHeldOut = counts.examples() == 0;
    return prediction(chunk, row, model.seq(), outcome, champion, isHeldOut, counts.stepsBefore());
  }

  /**
   * Returns the prediction for features whose label comes later.
   *
   * @param scores of the classes known, or the value
   * @param predicted index of the predicted class, -1 if there is none
   */
  Prediction withoutLabel(
      PrequentialModel model, Chunk chunk, int row, float[] scores, int predicted) {
    Outcome outcome =
        model.task().isClassification()
            ? new OfClass(model.classes().list(), scores, model.hasProbabilities(), predicted, null)
            : new OfValue(PredictedValue.read(scores, 0), Double.NaN);
    return prediction(chunk, row, 0, outcome, model.champion(), false, model.learner().steps());
  }

  private Prediction prediction(
      Chunk chunk,
      int row,
      long seq,
      Outcome outcome,
      String champion,
      boolean isHeldOut,
      long version) {
    return new Prediction(
        spec.pipeline(),
        chunk.key(),
        chunk.id(row),
        seq,
        chunk.partition(row),
        chunk.offset(row),
        chunk.eventTime(row),
        outcome,
        champion,
        isHeldOut,
        version,
        spec.config());
  }
}
