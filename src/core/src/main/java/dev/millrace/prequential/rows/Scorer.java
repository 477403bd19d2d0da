package dev.millrace.prequential.rows;

import dev.millrace.data.Chunk;
import dev.millrace.eval.ClassCounts;
import dev.millrace.eval.ClassificationMetrics;
import dev.millrace.eval.KnownLabels;
import dev.millrace.eval.RegressionMetrics;
import dev.millrace.eval.RollingMetrics;
import dev.millrace.eval.ScoredClass;
import dev.millrace.eval.Segments;
import dev.millrace.eval.ValidationScores;
import dev.millrace.nn.PredictedValue;
import dev.millrace.prequential.key.Intervals;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.key.RowBatch;
import dev.millrace.prequential.labels.PendingFeatures;
import org.jspecify.annotations.Nullable;

/**
 * Updates the metrics of a model with the predictions for the rows of a batch, made before each was
 * learned. Not thread-safe.
 */
public final class Scorer {
  private final ScoredClass scored = new ScoredClass();
  private final @Nullable Segments segments;

  public Scorer(@Nullable Segments segments) {
    this.segments = segments;
  }

  /** Scores the rows of a batch; those held out count for validation alone. */
  public void score(PrequentialModel model, RowBatch batch) {
    ValidationScores validation =
        batch.use == RowBatch.Use.HOLD_OUT ? model.part(ValidationScores.class) : null;
    RollingMetrics metrics = validation == null ? model.metrics : validation.metrics();
    // The scores of the last epoch are final.
    boolean isFinal = validation != null && validation.isStopped();
    if (metrics instanceof ClassificationMetrics classification) {
      scoreClasses(model, batch, isFinal ? null : classification);
    } else if (!isFinal) {
      scoreValues(model, (RegressionMetrics) metrics, batch);
    }
  }

  private void scoreClasses(
      PrequentialModel model, RowBatch batch, @Nullable ClassificationMetrics metrics) {
    Intervals intervals = model.part(Intervals.class);
    for (int r = 0; r < batch.rows; r++) {
      int row = batch.from + r;
      int actual = batch.classes[r];
      boolean isPredicted = read(batch, r, actual, model.probabilities);
      scored.group = batch.chunk.group(row);
      scored.segment = segments == null ? 0 : segments.of(batch.features, r * batch.chunk.width());
      if (isPredicted && batch.use == RowBatch.Use.HOLD_OUT) {
        ((ClassificationMetrics) model.metrics).decide(scored);
      }
      KnownLabels known = batch.earlier == null ? null : batch.earlier.known();
      if (metrics != null && isPredicted && known != null) {
        metrics.update(scored, known, batch.chunk.weight(row), batch.chunk.windowTime(row));
      } else if (metrics != null && isPredicted) {
        metrics.update(scored, batch.chunk.weight(row), batch.chunk.windowTime(row));
      } else if (metrics != null) {
        metrics.observe(actual, batch.chunk.weight(row));
      }
      batch.predicted = isPredicted ? scored.predicted : ClassCounts.NO_PREDICTION;
      batch.error = !isPredicted ? Double.NaN : scored.predicted == actual ? 0 : 1;
      if (intervals != null && isPredicted) {
        intervals.score(batch, row, scored);
      }
    }
  }

  /**
   * Reads the prediction that counts for a row: the one just made, or the one made when the
   * features came.
   *
   * @return false if no class was known when it was made
   */
  private boolean read(RowBatch batch, int r, int actual, boolean areProbabilities) {
    PendingFeatures earlier = batch.earlier;
    int known = earlier == null ? batch.known : earlier.scores().length;
    if (batch.known == 0 || known == 0) {
      return false;
    }
    if (earlier == null) {
      scored.set(batch.scores, r * known, known, areProbabilities, actual);
    } else {
      scored.set(earlier.scores(), 0, known, areProbabilities, actual);
      scored.keep(earlier.predicted());
    }
    if (earlier == null && batch.use == RowBatch.Use.LEARN) {
      scored.loss = batch.losses[r];
    } else if (areProbabilities) {
      scored.loss = scored.logLoss;
    } else {
      // A new class has an output of 0.
      int outputs = batch.use == RowBatch.Use.LEARN_NEW_CLASS ? batch.known + 1 : batch.known;
      scored.loss = scored.squaredDistance() / (double) outputs;
    }
    return true;
  }

  private static void scoreValues(
      PrequentialModel model, RegressionMetrics metrics, RowBatch batch) {
    Chunk chunk = batch.chunk;
    PendingFeatures earlier = batch.earlier;
    Intervals intervals = model.part(Intervals.class);
    for (int r = 0; r < batch.rows; r++) {
      int row = batch.from + r;
      double target = batch.targets[r];
      float weight = chunk.weight(row);
      double value =
          earlier == null
              ? PredictedValue.read(batch.scores, PredictedValue.FLOATS * r)
              : PredictedValue.read(earlier.scores(), 0);
      // NaN is the prediction of a broken model, and of one before its first target.
      boolean hasLearned = earlier == null && batch.examplesBefore + r > 0;
      double loss = loss(batch, r, value);
      if (Double.isNaN(value) && !hasLearned) {
        metrics.observe(target, weight);
      } else if (batch.baselines != null) {
        metrics.update(target, value, batch.baselines, loss, weight, chunk.windowTime(row));
      } else if (earlier != null && earlier.known() != null) {
        metrics.update(target, value, earlier.known(), loss, weight, chunk.windowTime(row));
      } else {
        metrics.update(target, value, loss, weight, chunk.windowTime(row));
      }
      batch.error = Math.min(1, batch.losses[r]);
      if (intervals != null) {
        intervals.score(batch, row, value, target, batch.learnedTargets[r]);
      }
    }
  }

  /**
   * Returns the loss of a predicted value; NaN for one made when the features came, since the scale
   * of the targets has moved.
   */
  private static double loss(RowBatch batch, int r, double value) {
    if (batch.use == RowBatch.Use.HOLD_OUT) {
      double difference = value - batch.targets[r];
      return difference * difference;
    }
    return batch.earlier == null ? batch.losses[r] : Double.NaN;
  }

  /**
   * Returns the class that the scores of a single row predict, whose label comes later; -1 if no
   * class is known, and for a number.
   */
  public int predictedClass(PrequentialModel model, float[] scores) {
    if (scores.length == 0 || !(model.metrics instanceof ClassificationMetrics metrics)) {
      return ClassCounts.NO_PREDICTION;
    }
    scored.set(scores, 0, scores.length, model.probabilities, 0);
    metrics.decide(scored);
    return scored.predicted;
  }
}
