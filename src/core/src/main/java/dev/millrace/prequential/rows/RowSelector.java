package dev.millrace.prequential.rows;

import dev.millrace.data.Chunk;
import dev.millrace.eval.drift.InputDriftDetector;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.key.RowBatch;
import dev.millrace.prequential.rows.Rejections.Rejection;
import dev.millrace.prequential.spec.SnapshotSpec;
import dev.millrace.prequential.spec.TrainSpec;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Selects the rows of a chunk that a model can predict and learn in one call, and copies them into
 * a batch. Names of classes are looked up once per chunk. Not thread-safe.
 */
public final class RowSelector {
  private static final int UNKNOWN = -1;

  private final Rejections rejections;
  private final Map<String, Float> weightsByName;
  private final SnapshotSpec snapshots;
  private final double heldOutFraction;
  private final boolean isOneByOne;
  // Classes in the model and configured weights, by the position of the label in the chunk.
  private int[] classes = new int[4];
  private float[] classWeights = new float[4];

  public RowSelector(TrainSpec spec, Rejections rejections) {
    this.rejections = rejections;
    weightsByName = spec.model().classWeights().byName();
    snapshots = spec.publish().snapshots();
    heldOutFraction = spec.metrics().validation().fraction();
    isOneByOne =
        spec.publish().predictions()
            || spec.publish().reasons() > 0
            || spec.drift() != null
            || spec.model() instanceof SelectionSpec;
  }

  /** Looks up the classes of a chunk. */
  public void begin(PrequentialModel model, Chunk chunk) {
    int labels = chunk.labelCount();
    if (classes.length < labels) {
      classes = new int[labels];
      classWeights = new float[labels];
    }
    Arrays.fill(classWeights, 0, labels, 1f);
    for (int label = 0; label < labels; label++) {
      String name = chunk.label(label);
      classes[label] = model.classes.index(name);
      Float weight = weightsByName.get(name);
      if (weight != null) {
        classWeights[label] = weight;
      }
    }
  }

  /**
   * Selects the row that a batch begins with, and following ones that the model may learn in the
   * same call.
   *
   * @param max number of rows that may be learned in one call, by {@link #rowsTogether}
   * @return why the model cannot learn the row; null if it can
   */
  public @Nullable Rejection select(PrequentialModel model, int max, RowBatch batch) {
    Chunk chunk = batch.chunk;
    int row = batch.from;
    Rejection rejection = rejections.ofShape(model, chunk);
    if (rejection != null) {
      return rejection;
    }
    OnlineModel learner = model.learner;
    batch.champion = model.champion();
    batch.known = model.classes.size();
    batch.examplesBefore = learner.examples();
    batch.stepsBefore = learner.steps();
    batch.skippedBefore = learner.skippedSteps();
    batch.clippedBefore = learner.clippedSteps();
    batch.rollbacksBefore = learner.rollbacks();
    if (!isKnown(chunk, row)) {
      int label = chunk.labelOf(row);
      rejection = rejections.ofClass(model, chunk.label(label));
      if (rejection != null) {
        return rejection;
      }
      classes[label] = batch.known;
      batch.use = RowBatch.Use.LEARN_NEW_CLASS;
    } else if (isHeldOut(chunk, row, batch)) {
      batch.use = RowBatch.Use.HOLD_OUT;
    } else {
      while (batch.rows < max
          && isKnown(chunk, row + batch.rows)
          && !isHeldOut(chunk, row + batch.rows, batch)) {
        batch.rows++;
      }
    }
    copy(batch, learner.outputs());
    return null;
  }

  /**
   * Returns how many rows from one on may be learned in one call: not beyond those that {@link
   * #maxRowsTogether} allows, and one with a class that is new alone.
   *
   * @param reportEvery examples after which the model is reported
   * @param max number of rows, 1 or more
   */
  public int rowsTogether(PrequentialModel model, Chunk chunk, int row, long reportEvery, int max) {
    int most = maxRowsTogether(model, reportEvery, chunk.isPlain() ? max : 1);
    int rows = 1;
    while (rows < most && isKnown(chunk, row + rows - 1) && isKnown(chunk, row + rows)) {
      rows++;
    }
    return rows;
  }

  /**
   * Returns how many examples may be learned in one call: a report and a snapshot show the model
   * after its last example, a prediction or a drift of the input the steps that the model had
   * taken, and after a drift or a change of the champion another model predicts the next example,
   * so none is learned beyond those.
   */
  private int maxRowsTogether(PrequentialModel model, long reportEvery, int rows) {
    if (rows == 1 || isOneByOne) {
      return 1;
    }
    long examples = model.counters.examples;
    long untilReport = reportEvery - examples % reportEvery;
    long max = Math.min(untilReport, snapshots.examplesLeft(examples));
    InputDriftDetector inputDrift = model.part(InputDriftDetector.class);
    if (inputDrift != null) {
      max = Math.min(max, inputDrift.untilComparison());
    }
    // An event names the example at which a model was rolled back.
    return (int) Math.min(Math.min(rows, max), model.learner.maxTogether());
  }

  /** Returns true if the label of a row is a number, or a class that the model knows. */
  private boolean isKnown(Chunk chunk, int row) {
    return !chunk.isClassification() || classes[chunk.labelOf(row)] != UNKNOWN;
  }

  /** Returns true if no model learns from the example, whose class is known. */
  private boolean isHeldOut(Chunk chunk, int row, RowBatch batch) {
    if (heldOutFraction == 0) {
      return false;
    }
    float[] features = chunk.hasId(row) ? batch.features : batch.featuresOf(chunk, row);
    return HoldoutSplit.isHeldOut(chunk, row, features, heldOutFraction);
  }

  private void copy(RowBatch batch, int outputs) {
    Chunk chunk = batch.chunk;
    batch.copyFeatures(outputs);
    for (int r = 0; r < batch.rows; r++) {
      int row = batch.from + r;
      batch.weights[r] = chunk.weight(row);
      if (chunk.isClassification()) {
        int label = chunk.labelOf(row);
        batch.classes[r] = classes[label];
        batch.weights[r] *= classWeights[label];
      } else {
        batch.targets[r] = chunk.target(row);
        batch.learnedTargets[r] = batch.targets[r];
      }
    }
  }
}
