package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.eval.drift.DriftSignal;
import dev.millrace.prequential.key.JoinedExample;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.key.RowBatch;
import dev.millrace.prequential.rows.DerivedFiller;
import dev.millrace.prequential.rows.Explanations;
import dev.millrace.prequential.rows.Predictions;
import dev.millrace.prequential.rows.Rejections;
import dev.millrace.prequential.rows.Rejections.Rejection;
import dev.millrace.prequential.rows.RowSelector;
import dev.millrace.prequential.rows.ScoreListener;
import dev.millrace.prequential.rows.Scorer;
import dev.millrace.prequential.rows.Trainer;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.ModelEvent.InputDrift;
import dev.millrace.report.Reasons;
import java.io.IOException;
import java.util.List;

/**
 * Takes the examples of a chunk through the stages: rows are selected, predicted and learned,
 * scored, and reported. Not thread-safe.
 */
final class ChunkLearner implements RowLearner {
  private final TrainSpec spec;
  private final Rejections rejections;
  private final RowSelector selector;
  private final Trainer trainer;
  private final Scorer scorer;
  private final Explanations explanations;
  private final Predictions predictions;
  private final UnlabeledPredictor predictor;
  private final EventReporter events;
  private final DerivedFiller derived;
  private final KeyBudget budget;
  private final ScoreListener scores;
  private final LearnedCounts counts = new LearnedCounts();
  private final RowBatch batch;
  // Examples after which a model is reported, unless its reports are large.
  private final long every;

  /**
   * @param scores receives what was scored
   */
  ChunkLearner(Stages stages, UnlabeledPredictor predictor, ScoreListener scores) {
    spec = stages.spec();
    rejections = stages.rejections();
    scorer = stages.scorer();
    explanations = stages.explanations();
    predictions = stages.predictions();
    events = stages.events();
    derived = stages.derived();
    budget = stages.budget();
    this.predictor = predictor;
    this.scores = scores;
    selector = new RowSelector(spec, rejections);
    trainer = new Trainer(spec);
    batch = new RowBatch(stages.workspace());
    every = spec.metrics().every();
  }

  /** Learns the examples of a chunk, and predicts features without label. */
  @Override
  public void learn(TrainState state, Chunk chunk, int from, EngineListener listener)
      throws IOException {
    PrequentialModel model = state.model();
    selector.begin(model, chunk);
    int end;
    for (int row = from; row < chunk.size(); row = end) {
      // Not beyond the next report or snapshot, which show what was derived until there.
      int max = Math.min(chunk.size() - row, budget.rowsUntilCheck(model));
      end = row + selector.rowsTogether(model, chunk, row, reportEvery(model), max);
      derived.fillAll(model, chunk, row, end);
      learnRows(state, chunk, row, end, listener);
      budget.check(state, batch.use == RowBatch.Use.LEARN_NEW_CLASS);
    }
  }

  /** Learns rows that may be learned together, in as few calls as their kinds allow. */
  private void learnRows(TrainState state, Chunk chunk, int from, int end, EngineListener listener)
      throws IOException {
    PrequentialModel model = state.model();
    for (int row = from; row < end; row += batch.rows) {
      batch.begin(chunk, row);
      if (chunk.isPlain() || chunk.kind(row).hasLabel()) {
        learnNext(state, model, end - row, listener);
      } else {
        predict(model, chunk, row, listener);
      }
    }
  }

  private void predict(PrequentialModel model, Chunk chunk, int row, EngineListener listener) {
    if (chunk.width() == model.learner.inputs()) {
      predictor.predict(model, chunk, row, listener);
    } else {
      listener.rejected(rejections.letter(chunk, row, rejections.ofWidth(model, chunk)));
    }
  }

  /** Learns an example whose features and label came apart. */
  void learn(TrainState state, JoinedExample joined, EngineListener listener) throws IOException {
    PrequentialModel model = state.model();
    selector.begin(model, joined.example());
    batch.begin(joined);
    learnNext(state, model, 1, listener);
  }

  /**
   * Rejects the row of the batch, or learns it with the following rows that one call may contain
   * without changing the result; then acts on a drift, and reports.
   *
   * @param max number of rows
   */
  private void learnNext(TrainState state, PrequentialModel model, int max, EngineListener listener)
      throws IOException {
    Rejection rejection = selector.select(model, max, batch);
    if (rejection != null) {
      listener.rejected(rejections.letter(batch.origin, batch.originRow, rejection));
      return;
    }
    // What belongs to a prediction was done when that was made, which may have been earlier.
    boolean isPredictedNow = batch.earlier == null;
    List<InputDrift> changes = List.of();
    if (isPredictedNow) {
      changes = model.compareInputs(batch.features, batch.rows, batch.chunk.width());
      explanations.prepare(model, batch.features);
    }
    trainer.learn(model, batch);
    counts.update(model.learner, batch);
    scorer.score(model, batch);
    scores.scored(model, batch);
    model.counters.add(batch);
    events.inputDrift(model, changes, batch.chunk, batch.from + batch.rows - 1, listener);
    listener.learned(counts);
    if (isPredictedNow) {
      publish(model, listener);
    }
    if (batch.use != RowBatch.Use.HOLD_OUT) {
      boolean isPromoted = reportLearning(model, listener);
      isPromoted |= actOnDrift(model, listener);
      report(state, model, isPromoted, listener);
    }
  }

  private void publish(PrequentialModel model, EngineListener listener) {
    Reasons reasons = explanations.explain(model, batch.scores, batch.known, batch.predicted);
    if (spec.publish().predictions()) {
      listener.prediction(
          predictions.of(model, batch).withReasons(reasons),
          model.counters.timestamp,
          batch.origin,
          batch.originRow);
    }
  }

  private long reportEvery(PrequentialModel model) {
    return every * model.reportSpacing;
  }

  /**
   * Reports a rollback, and a change of the champion by the examples that were learned.
   *
   * @return true if the champion has changed
   */
  private boolean reportLearning(PrequentialModel model, EngineListener listener) {
    String key = batch.chunk.key();
    if (counts.rollbacks() > 0) {
      events.rollback(model, key, listener);
    }
    return events.championChange(model, key, listener);
  }

  /**
   * Updates the drift detector, lets the model act on a drift, and reports both.
   *
   * @return true if the champion has changed
   */
  private boolean actOnDrift(PrequentialModel model, EngineListener listener) {
    String key = batch.chunk.key();
    long steps = model.learner.steps();
    DriftSignal signal = model.detectDrift(spec, key, batch.error, batch.workspace);
    events.drift(model, key, signal, steps, listener);
    return events.championChange(model, key, listener);
  }

  /** Reports the metrics, and publishes the model, if that is due. */
  private void report(
      TrainState state, PrequentialModel model, boolean isPromoted, EngineListener listener)
      throws IOException {
    String key = batch.chunk.key();
    if (model.counters.examples % reportEvery(model) == 0) {
      events.metrics(model, key, listener);
      events.skippedSteps(model, key, listener);
    }
    // Consumers of the models topic must serve the current champion.
    if (isPromoted || spec.publish().snapshots().isDue(model.counters.examples)) {
      listener.modelDue(key, state);
    }
  }
}
