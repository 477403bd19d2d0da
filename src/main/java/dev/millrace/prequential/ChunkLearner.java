package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.eval.drift.DriftSignal;
import dev.millrace.nn.Workspace;
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
    String champion = model.champion();
    int known = model.classes().size();
    counts.begin(model);
    int next = learnRows(model, chunk, row, joined, listener);
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
      reportAndPublish(state, model, chunk.key(), isPromoted, listener);
    } else if (isPromoted) {
      listener.modelDue(chunk.key(), state);
    }
    return next;
  }

  /** Learns the row and as many following rows as one call may contain; returns the next row. */
  private int learnRows(
      PrequentialModel model, Chunk chunk, int row, JoinedExample joined, EngineListener listener) {
    if (isRejected(model, chunk, row, joined, listener)) {
      return row + 1;
    }
    PendingFeatures earlier = joined == null ? null : joined.earlier();
    if (isHeldOut(chunk, row)) {
      model.validate(chunk, row, labels, earlier, batch);
      return row + 1;
    }
    int end = firstHeldOut(chunk, row + 1, row + maxTogether(model, chunk.size() - row));
    if (!chunk.isClassification()) {
      model.learnValues(chunk, row, end, earlier, batch);
      return end;
    }
    int unknown = firstUnknown(chunk, row, end);
    if (unknown == row) {
      model.learnNewClass(chunk, row, labels, earlier, batch);
      return row + 1;
    }
    model.learnClasses(chunk, row, unknown, labels, earlier, batch);
    return unknown;
  }

  /** Rejects an example that the model cannot learn; returns false if it can. */
  private boolean isRejected(
      PrequentialModel model, Chunk chunk, int row, JoinedExample joined, EngineListener listener) {
    Chunk origin = joined == null ? chunk : joined.origin();
    int originRow = joined == null ? row : joined.row();
    if (chunk.width() != model.learner().inputs()) {
      rejections.forWidth(model, origin, originRow, listener);
      return true;
    }
    if (chunk.isClassification() != model.task().isClassification()) {
      rejections.reject(
          origin,
          originRow,
          DeadLetterReason.INVALID_LABEL,
          "the label is a %s; the model of this key learned %s"
              .formatted(
                  chunk.isClassification() ? "class" : "number",
                  model.task().isClassification() ? "classes" : "numbers"),
          listener);
      return true;
    }
    if (!chunk.isClassification() || labels.isKnown(chunk.labelOf(row))) {
      return false;
    }
    Rejections.Rejection rejection = rejections.ofClass(model, chunk.label(chunk.labelOf(row)));
    if (rejection == null) {
      return false;
    }
    rejections.reject(origin, originRow, rejection.reason(), rejection.message(), listener);
    return true;
  }

  /**
   * Returns how many examples may be learned in one call: a report and a snapshot show the model
   * after its last example, a prediction the steps that the model had taken, and after a drift or a
   * change of the champion the next example meets another model, so none is learned beyond those.
   */
  private int maxTogether(PrequentialModel model, int rows) {
    if (spec.predictions() || spec.drift() != null || spec.model().contest() != null) {
      return 1;
    }
    long every = spec.reportEvery(model);
    long untilReport = every - model.examples() % every;
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
    boolean isPromoted = events.championChange(model, key, listener);
    if (spec.drift() != null && counts.examples() > 0) {
      long steps = model.learner().steps();
      DriftSignal signal = model.detectDrift(spec, key, batch.error, batch.workspace);
      events.drift(model, key, signal, steps, listener);
      isPromoted |= events.championChange(model, key, listener);
    }
    return isPromoted;
  }

  /** Reports the metrics and publishes the model, each if it is due after what was learned. */
  private void reportAndPublish(
      TrainState state,
      PrequentialModel model,
      String key,
      boolean isPromoted,
      EngineListener listener)
      throws IOException {
    if (model.examples() % spec.reportEvery(model) == 0) {
      state.report(spec, key, listener);
      events.skippedSteps(model, key, listener);
    }
    // Consumers of the models topic must serve the current champion.
    if (isPromoted || spec.snapshots().isDue(model.examples())) {
      listener.modelDue(key, state);
    }
  }
}
