package dev.millrace.prequential.key;

import dev.millrace.data.Chunk;
import dev.millrace.eval.ClassCounts;
import dev.millrace.eval.KnownValues;
import dev.millrace.eval.interval.ConformalBounds;
import dev.millrace.nn.Workspace;
import dev.millrace.prequential.labels.PendingFeatures;
import org.jspecify.annotations.Nullable;

/**
 * The rows that a model predicts and learns in one call, and what each stage leaves for the next.
 * The models of all keys of a thread share one object: its arrays grow to the largest batch, so
 * that no example allocates. Not thread-safe.
 */
public final class RowBatch {
  /** Use of the rows. */
  public enum Use {
    /** They are learned; classes are known. */
    LEARN,
    /** A single row is learned, the first of its class. */
    LEARN_NEW_CLASS,
    /** A single row is scored for validation, and not learned. */
    HOLD_OUT
  }

  public final Workspace workspace;

  public Chunk chunk = new Chunk();
  public int from;
  public int rows;
  public Use use = Use.LEARN;

  /** Features with the prediction that counts, of a single row; null for the one made now. */
  public @Nullable PendingFeatures earlier;

  /** Forecasts of the baselines for a single row; null if it is no forecast. */
  public @Nullable KnownValues baselines;

  /** The record that completed the example, and its row. */
  public Chunk origin = chunk;

  public int originRow;

  /** Name of the model that answers before the rows are learned; null if there is one model. */
  public @Nullable String champion;

  /** Number of classes known before the rows are learned. */
  public int known;

  // Counts of the model before the rows are learned.
  public long examplesBefore;
  public long stepsBefore;
  public long skippedBefore;
  public long clippedBefore;
  public long rollbacksBefore;

  // [rows x width], row-major.
  public float[] features = new float[0];
  public int[] classes = new int[0];
  public double[] targets = new double[0];

  /** Targets as models learn them: absurd ones are limited. */
  public double[] learnedTargets = new double[0];

  // Of the gradients; metrics use those of the examples.
  public float[] weights = new float[0];
  public float[] losses = new float[0];

  /** Predictions, [rows x outputs], row-major. */
  public float[] scores = new float[0];

  /** Error of the prediction of the last row, 0 to 1; NaN if there was none. */
  public double error;

  /** Class that was predicted for the last row, -1 if none was known. */
  public int predicted = ClassCounts.NO_PREDICTION;

  /** Half width of the interval, or threshold of the set, of the last row; NaN if not known. */
  public double bound = ConformalBounds.UNKNOWN;

  private float[] unpublished = new float[0];

  /**
   * @param workspace shared by the models of the thread
   */
  public RowBatch(Workspace workspace) {
    this.workspace = workspace;
  }

  /** Starts a batch of a single row, whose features and label came together. */
  public void begin(Chunk newChunk, int row) {
    chunk = newChunk;
    from = row;
    rows = 1;
    use = Use.LEARN;
    bound = ConformalBounds.UNKNOWN;
    earlier = null;
    baselines = null;
    origin = newChunk;
    originRow = row;
  }

  /** Starts a batch of an example whose features and label came apart. */
  public void begin(JoinedExample joined) {
    begin(joined.example(), 0);
    earlier = joined.earlier();
    baselines = joined.known();
    origin = joined.origin();
    originRow = joined.row();
  }

  /** Returns the features of a row, which {@link #copyFeatures} replaces. */
  public float[] featuresOf(Chunk source, int row) {
    if (features.length < source.width()) {
      features = new float[source.width()];
    }
    source.copyFeatures(row, row + 1, features);
    return features;
  }

  /** Copies the features of the rows; makes room for labels, weights and predictions. */
  public void copyFeatures(int outputs) {
    int count = rows * chunk.width();
    if (features.length < count) {
      features = new float[count];
    }
    chunk.copyFeatures(from, from + rows, features);
    if (classes.length < rows) {
      classes = new int[rows];
      targets = new double[rows];
      learnedTargets = new double[rows];
      weights = new float[rows];
      losses = new float[rows];
    }
    if (scores.length < rows * outputs) {
      scores = new float[rows * outputs];
    }
  }

  /** Returns an array for scores that are not used. */
  public float[] unpublished(int outputs) {
    if (unpublished.length < outputs) {
      unpublished = new float[outputs];
    }
    return unpublished;
  }
}
