package dev.millrace.prequential.rows;

import dev.millrace.data.Chunk;
import dev.millrace.eval.interval.ConformalBounds;
import dev.millrace.nn.PredictedValue;
import dev.millrace.prequential.key.Intervals;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.key.RowBatch;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.ModelVersion;
import dev.millrace.report.Prediction;
import dev.millrace.report.Prediction.OfClass;
import dev.millrace.report.Prediction.OfValue;
import dev.millrace.report.Prediction.Outcome;
import dev.millrace.report.PredictionRegion;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Creates the predictions that are published, one per example. */
public final class Predictions {
  private final TrainSpec spec;

  public Predictions(TrainSpec spec) {
    this.spec = spec;
  }

  /** Returns the prediction for the single example of a batch, which was learned or held out. */
  public Prediction of(PrequentialModel model, RowBatch batch) {
    Chunk chunk = batch.chunk;
    int row = batch.from;
    Outcome outcome =
        chunk.isClassification()
            ? new OfClass(
                model.classes.list(),
                Arrays.copyOf(batch.scores, batch.known),
                model.probabilities,
                batch.predicted,
                chunk.label(chunk.labelOf(row)))
            : new OfValue(PredictedValue.read(batch.scores, 0), chunk.target(row));
    long seq = model.counters.seq();
    boolean isHeldOut = batch.use == RowBatch.Use.HOLD_OUT;
    PredictionRegion region =
        region(model, batch.scores, batch.known, batch.predicted, batch.bound);
    return prediction(chunk, row, seq, outcome, batch.champion, isHeldOut, version(batch), region);
  }

  /**
   * Returns the prediction for features whose label comes later.
   *
   * @param scores of the classes known, or the value
   * @param predicted index of the predicted class, -1 if there is none
   * @param bound of the interval or set, NaN if not known
   */
  public Prediction withoutLabel(
      PrequentialModel model, Chunk chunk, int row, float[] scores, int predicted, double bound) {
    Outcome outcome =
        model.task.isClassification()
            ? new OfClass(model.classes.list(), scores, model.probabilities, predicted, null)
            : new OfValue(PredictedValue.read(scores, 0), Double.NaN);
    PredictionRegion region = region(model, scores, scores.length, predicted, bound);
    return prediction(chunk, row, 0, outcome, model.champion(), false, version(model), region);
  }

  private static @Nullable PredictionRegion region(
      PrequentialModel model, float[] scores, int classes, int predicted, double bound) {
    Intervals intervals = model.part(Intervals.class);
    if (intervals == null) {
      return null;
    }
    ConformalBounds bounds = intervals.bounds;
    return model.task.isClassification()
        ? bounds.set(model.classes.list(), scores, classes, predicted, bound)
        : bounds.interval(PredictedValue.read(scores, 0), bound);
  }

  /** Returns the version of the model before it learned the rows. */
  private ModelVersion version(RowBatch batch) {
    return version(batch.stepsBefore, batch.examplesBefore);
  }

  private ModelVersion version(PrequentialModel model) {
    return version(model.learner.steps(), model.learner.examples());
  }

  /** Returns the version of models that have taken some steps and learned some examples. */
  public ModelVersion version(long steps, long examples) {
    return new ModelVersion(steps, examples, spec.configHash());
  }

  /** Returns a prediction of a row. */
  public Prediction prediction(
      Chunk chunk,
      int row,
      long seq,
      Outcome outcome,
      @Nullable String champion,
      boolean isHeldOut,
      ModelVersion version,
      @Nullable PredictionRegion region) {
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
        region,
        null,
        null);
  }
}
