package dev.millrace.flink;

import dev.millrace.data.Chunk;
import dev.millrace.eval.ScoredClass;
import dev.millrace.nn.ClassWeights;
import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.Workspace;
import java.util.Arrays;

/**
 * Arrays of the chunk at hand, for the models of all keys of a subtask, which take turns: they grow
 * to the largest chunk seen, so that no example allocates.
 */
final class TrainScratch {
  final Workspace workspace = new Workspace();
  final ScoredClass scored = new ScoredClass();
  final ClassBalance balance = new ClassBalance();

  // Of each label of the chunk: the model's class index or -1, and the weight of its examples.
  int[] classOf = new int[4];
  float[] weightOf = new float[4];

  // Of rows that are learned together; [rows x width].
  float[] features = new float[0];
  int[] classes = new int[0];
  double[] targets = new double[0];
  float[] weights = new float[0];
  float[] losses = new float[0];
  // [rows x outputs]
  float[] scores = new float[0];
  // The prediction that is scored instead of the one that learning makes; null for that one.
  PendingFeatures pending;
  private float[] unpublished = new float[0];

  /** Looks the chunk's labels up: once a chunk, not once an example. */
  void findClasses(Chunk chunk, ClassNames known, ClassWeights classWeights) {
    int labels = chunk.labelCount();
    if (classOf.length < labels) {
      classOf = new int[labels];
      weightOf = new float[labels];
    }
    Arrays.fill(weightOf, 0, labels, 1f);
    for (int label = 0; label < labels; label++) {
      classOf[label] = known.index(chunk.label(label));
      Float weight = classWeights.byName().get(chunk.label(label));
      if (weight != null) {
        weightOf[label] = weight;
      }
    }
  }

  /** Takes over features, classes and weights of rows whose classes are known; makes room. */
  void takeClasses(Chunk chunk, int from, int to, int outputs) {
    takeFeatures(chunk, from, to);
    fit(to - from, outputs);
    for (int row = from; row < to; row++) {
      int label = chunk.labelOf(row);
      classes[row - from] = classOf[label];
      weights[row - from] = chunk.weight(row) * weightOf[label];
    }
  }

  /** Takes over features, targets and weights of the rows; makes room. */
  void takeValues(Chunk chunk, int from, int to) {
    takeFeatures(chunk, from, to);
    fit(to - from, PredictedValue.FLOATS);
    for (int row = from; row < to; row++) {
      targets[row - from] = chunk.target(row);
      weights[row - from] = chunk.weight(row);
    }
  }

  /** Takes over the features of the rows. */
  void takeFeatures(Chunk chunk, int from, int to) {
    int count = (to - from) * chunk.width();
    if (features.length < count) {
      features = new float[count];
    }
    chunk.copyFeatures(from, to, features);
  }

  /**
   * Takes the prediction of a row to be scored: the one just made, or the one that waited for the
   * label.
   *
   * @param known classes that the model knows
   * @param loss of the one just made
   * @return false if no class was known when it was made
   */
  boolean takeScored(int row, int known, boolean probabilities, int actual, double loss) {
    if (pending == null) {
      scored.take(scores, row * known, known, probabilities, actual);
      scored.loss = loss;
      return true;
    }
    int knownThen = pending.scores().length;
    if (knownThen == 0) {
      return false;
    }
    scored.take(pending.scores(), 0, knownThen, probabilities, actual);
    scored.keep(pending.predicted());
    scored.loss = scoredLoss(probabilities, known);
    return true;
  }

  /** The value predicted for a row: the one just made, or the one that waited for the label. */
  double scoredValue(int row) {
    return pending == null
        ? PredictedValue.read(scores, PredictedValue.FLOATS * row)
        : PredictedValue.read(pending.scores(), 0);
  }

  /** The loss of that; NaN of one that waited, since the scale of the targets has moved. */
  double scoredValueLoss(int row) {
    return pending == null ? losses[row] : Double.NaN;
  }

  /** Of cross-entropy, else of the mean squared error over so many outputs. */
  double scoredLoss(boolean probabilities, int outputs) {
    return probabilities ? scored.logLoss : scored.squaredDistance() / (double) outputs;
  }

  /** Where scores go that are of no use to anybody. */
  float[] unpublished(int outputs) {
    if (unpublished.length < outputs) {
      unpublished = new float[outputs];
    }
    return unpublished;
  }

  /** Makes room for the scores of so many rows, and all that goes with them. */
  void fit(int rows, int outputs) {
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
