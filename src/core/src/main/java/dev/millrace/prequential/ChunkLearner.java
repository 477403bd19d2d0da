package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.eval.drift.DriftSignal;
import dev.millrace.nn.SelectionSpec;
import dev.millrace.nn.Workspace;
import dev.millrace.prequential.Rejections.Rejection;
import java.io.IOException;

/**
 * Predicts, scores and learns the examples of a chunk with the model of its key, and reports what
 * comes of each. Not thread-safe.
 */
final class ChunkLearner {
  private final TrainSpec spec;
  private final Rejections rejections;
  private final EventReporter events;
  private final Predictions predictions;
  private final double heldOutFraction;
  private final boolean hasChampion;
  private final ChunkClasses labels = new ChunkClasses();
  private final LearnedCounts counts = new LearnedCounts();
  private final RowBatch batch;

  /**
   * @param workspace shared by the models of the thread
   */
  ChunkLearner(TrainSpec spec, Rejections rejections, EventReporter events, Workspace workspace) {
    this.spec = spec;
    this.rejections = rejections;
    this.events = events;
    predictions = new Predictions(spec);
    heldOutFraction = spec.metrics().validation().fraction();
    hasChampion = spec.model() instanceof SelectionSpec;
    batch = new RowBatch(workspace);
  }

  /** Learns all examples of a chunk. */
  void learn(TrainState state, Chunk chunk, EngineListener listener) throws IOException {
    labels.find(chunk, state.model().classes(), spec.model().classWeights());
    for (int row = 0; row < chunk.size(); ) {
      row = learnNext(state, chunk, row, null, listener);
    }
  }

  /** Learns an example whose features and label came apart. */
  void learn(TrainState state, JoinedExample joined, EngineListener listener) throws IOException {
    Chunk example = joined.example();
    labels.find(example, state.model().classes(), spec.model().classWeights());
    learnNext(state, example, 0, joined, listener);
  }

  /**
   * Learns the row, together with those behind it as far as that changes nothing, or rejects it,
   * and reports what came of that.
   *
   * @param joined null if features and label came together
   * @return the next row
   */
  private int learnNext(
      TrainState state, Chunk chunk, int row, JoinedExample joined, EngineListener listener)
      throws IOException {
    PrequentialModel model = state.model();
    String champion = hasChampion ? model.champion() : null;
    int known = model.classes().size();
    long reportEvery = spec.reportEvery(model);
    counts.begin(model);
    int next = learnRows(model, chunk, row, reportEvery, joined, listener);
    counts.end(model);
    listener.learned(counts);
    // The prediction of an earlier record was published when that came.
    if (spec.predictions() && counts.seq() > 0 && (joined == null || joined.earlier() == null)) {
      Chunk origin = joined == null ? chunk : joined.origin();
      int originRow = joined == null ? row : joined.row();
      listener.prediction(
          predictions.of(model, chunk, row, batch, known, champion, counts),
          model.timestamp(),
          origin,
          originRow);
    }
    boolean isPromoted = reportEvents(model, chunk.key(), listener);
    if (counts.examples() > 0) {
      // A report of more classes may be due more rarely.
      long every = model.classes().size() == known ? reportEvery : spec.reportEvery(model);
      reportIfDue(state, model, chunk.key(), every, listener);
    }
    // Consumers of the models topic must serve the current champion.
    if (isPromoted || (counts.examples() > 0 && spec.snapshots().isDue(model.examples()))) {
      listener.modelDue(chunk.key(), state);
    }
    return next;
  }

  /** Learns the row and as many following rows as one call may contain; returns the next row. */
  private int learnRows(
      PrequentialModel model,
      Chunk chunk,
      int row,
      long reportEvery,
      JoinedExample joined,
      EngineListener listener) {
    Rejection rejection = rejections.ofShape(model, chunk);
    if (rejection != null) {
      reject(chunk, row, joined, rejection, listener);
      return row + 1;
    }
    PendingFeatures earlier = joined == null ? null : joined.earlier();
    if (isHeldOut(chunk, row)) {
      model.validate(chunk, row, labels, earlier, batch);
      return row + 1;
    }
    int end =
        firstHeldOut(chunk, row + 1, row + maxTogether(model, reportEvery, chunk.size() - row));
    if (!chunk.isClassification()) {
      model.learnValues(chunk, row, end, earlier, batch);
      return end;
    }
    int unknown = firstUnknown(chunk, row, end);
    if (unknown > row) {
      model.learnClasses(chunk, row, unknown, labels, earlier, batch);
      return unknown;
    }
    rejection = rejections.ofClass(model, chunk.label(chunk.labelOf(row)));
    if (rejection == null) {
      model.learnNewClass(chunk, row, labels, earlier, batch);
    } else {
      reject(chunk, row, joined, rejection, listener);
    }
    return row + 1;
  }

  private void reject(
      Chunk chunk, int row, JoinedExample joined, Rejection rejection, EngineListener listener) {
    if (joined == null) {
      rejections.reject(chunk, row, rejection, listener);
    } else {
      rejections.reject(joined.origin(), joined.row(), rejection, listener);
    }
  }

  /**
   * Returns how many examples may be learned in one call: a report and a snapshot show the model
   * after its last example, a prediction the steps that the model had taken, and after a drift or a
   * change of the champion the next example meets another model, so none is learned beyond those.
   */
  private int maxTogether(PrequentialModel model, long reportEvery, int rows) {
    if (rows == 1 || spec.predictions() || spec.drift() != null || hasChampion) {
      return 1;
    }
    long untilReport = reportEvery - model.examples() % reportEvery;
    long most = Math.min(untilReport, spec.snapshots().examplesLeft(model.examples()));
    // An event names the example at which a model was rolled back.
    return (int) Math.min(Math.min(rows, most), model.learner().maxTogether());
  }

  /** Returns true if no model learns from the example; the first of its class is always learned. */
  private boolean isHeldOut(Chunk chunk, int row) {
    if (heldOutFraction == 0 || (chunk.isClassification() && !labels.isKnown(chunk.labelOf(row)))) {
      return false;
    }
    if (!chunk.hasId(row)) {
      batch.copyFeatures(chunk, row, row + 1);
    }
    return HoldoutSplit.isHeldOut(chunk, row, batch.features, heldOutFraction);
  }

  /** Returns the first row from there on that is held out, or the end. */
  private int firstHeldOut(Chunk chunk, int from, int end) {
    if (heldOutFraction == 0) {
      return end;
    }
    int row = from;
    while (row < end && !isHeldOut(chunk, row)) {
      row++;
    }
    return row;
  }

  /** Returns the first row whose class the model does not know, or the end. */
  private int firstUnknown(Chunk chunk, int from, int end) {
    int row = from;
    while (row < end && labels.isKnown(chunk.labelOf(row))) {
      row++;
    }
    return row;
  }

  /**
   * Reports a rollback, a change of the champion and a drift, on which the model acts.
   *
   * @return true if the champion has changed
   */
  private boolean reportEvents(PrequentialModel model, String key, EngineListener listener) {
    if (counts.rollbacks() > 0) {
      events.rollback(model, key, listener);
    }
    boolean isPromoted = hasChampion && events.championChange(model, key, listener);
    if (spec.drift() != null && counts.examples() > 0) {
      long steps = model.learner().steps();
      DriftSignal signal = model.detectDrift(spec, key, batch.error, batch.workspace);
      events.drift(model, key, signal, steps, listener);
      isPromoted |= hasChampion && events.championChange(model, key, listener);
    }
    return isPromoted;
  }

  /** Reports the metrics if they are due after the number of examples. */
  private void reportIfDue(
      TrainState state, PrequentialModel model, String key, long every, EngineListener listener) {
    if (model.examples() % every == 0) {
      state.report(spec, key, listener);
      events.skippedSteps(model, key, listener);
    }
  }
}
