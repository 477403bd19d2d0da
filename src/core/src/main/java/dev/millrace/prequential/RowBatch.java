package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.eval.ClassCounts;
import dev.millrace.eval.ScoredClass;
import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.Workspace;

/**
 * Arrays for the rows of one call of a {@link PrequentialModel}, and the results of that call. The
 * models of all keys of a thread take turns with one object: its arrays grow to the largest batch,
 * so that no example allocates. Not thread-safe.
 *
 * <p>Each call fills what it reads. Its caller may read {@link #scores}, {@link #error} and {@link
 * #predicted} until the next call.
 */
final class RowBatch {
  final Workspace workspace;
  final ScoredClass scored = new ScoredClass();
  final ClassBalance balance = new ClassBalance();

  // [rows x width], row-major.
  float[] features = new float[0];
  int[] classes = new int[0];
  double[] targets = new double[0];
  float[] weights = new float[0];
  float[] losses = new float[0];

  /** Predictions, [rows x outputs], row-major. */
  float[] scores = new float[0];

  /** How wrong the prediction of the last row was, 0 to 1; NaN if there was none. */
  double error;

  /** Class that was predicted for the last row, -1 if none was known. */
  int predicted = ClassCounts.NO_PREDICTION;

  private float[] unpublished = new float[0];

  /**
   * @param workspace shared by the models of the thread
   */
  RowBatch(Workspace workspace) {
    this.workspace = workspace;
  }

  /** Copies features, classes and weights of rows whose classes are known; makes room. */
  void copyClasses(Chunk chunk, int from, int to, ChunkClasses labels, int outputs) {
    copyFeatures(chunk, from, to);
    ensureCapacity(to - from, outputs);
    for (int row = from; row < to; row++) {
      int label = chunk.labelOf(row);
      classes[row - from] = labels.index(label);
      weights[row - from] = chunk.weight(row) * labels.weight(label);
    }
  }

  /** Copies features, targets and weights of rows; makes room. */
  void copyValues(Chunk chunk, int from, int to) {
    copyFeatures(chunk, from, to);
    ensureCapacity(to - from, PredictedValue.FLOATS);
    for (int row = from; row < to; row++) {
      targets[row - from] = chunk.target(row);
      weights[row - from] = chunk.weight(row);
    }
  }

  /** Copies the features of rows. */
  void copyFeatures(Chunk chunk, int from, int to) {
    int count = (to - from) * chunk.width();
    if (features.length < count) {
      features = new float[count];
    }
    chunk.copyFeatures(from, to, features);
  }

  /**
   * Fills {@link #scored} with the prediction that counts for a row: the one just made, or the one
   * made when the features came.
   *
   * @param known classes that the model knows
   * @param earlier features with their prediction, null for the one just made
   * @param loss of the one just made
   * @return false if no class was known when it was made
   */
  boolean score(
      int row, int known, boolean probabilities, int actual, PendingFeatures earlier, double loss) {
    if (earlier == null) {
      scored.set(scores, row * known, known, probabilities, actual);
      scored.loss = loss;
      return true;
    }
    int knownThen = earlier.scores().length;
    if (knownThen == 0) {
      return false;
    }
    scored.set(earlier.scores(), 0, knownThen, probabilities, actual);
    scored.keep(earlier.predicted());
    scored.loss = scoredLoss(probabilities, known);
    return true;
  }

  /** Returns the value that counts as predicted for a row. */
  double scoredValue(int row, PendingFeatures earlier) {
    return earlier == null
        ? PredictedValue.read(scores, PredictedValue.FLOATS * row)
        : PredictedValue.read(earlier.scores(), 0);
  }

  /** Returns its loss; NaN for an earlier one, since the scale of the targets has moved. */
  double scoredValueLoss(int row, PendingFeatures earlier) {
    return earlier == null ? losses[row] : Double.NaN;
  }

  /** Returns the cross-entropy of {@link #scored}, or its mean squared error over the outputs. */
  double scoredLoss(boolean probabilities, int outputs) {
    return probabilities ? scored.logLoss : scored.squaredDistance() / (double) outputs;
  }

  /** Returns an array for scores that are not used. */
  float[] unpublished(int outputs) {
    if (unpublished.length < outputs) {
      unpublished = new float[outputs];
    }
    return unpublished;
  }

  /** Makes room for rows with their scores. */
  void ensureCapacity(int rows, int outputs) {
    if (classes.length < rows) {
      classes = new int[rows];
      targets = new double[rows];
      weights = new float[rows];
      losses = new float[rows];
    }
    if (scores.length < rows * outputs) {
      scores = new float[rows * outputs];
    }
  }
}
