package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.eval.drift.DriftSignal;
import dev.millrace.eval.drift.InputDriftDetector;
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
import org.jspecify.annotations.Nullable;

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
  // Null without a listener.
  private final @Nullable ScoreListener scores;
  private final LearnedCounts counts = new LearnedCounts();
  private final RowBatch batch;
  // Examples after which a model is reported, unless its reports are large.
  private final long every;

  /**
   * @param scores receives what was scored; null without a listener
   */
  ChunkLearner(Stages stages, UnlabeledPredictor predictor, @Nullable ScoreListener scores) {
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
    int filled = from;
    for (int row = from; row < chunk.size(); row += batch.rows) {
      if (row == filled) {
        // Not beyond the next report or snapshot, which show what was derived until there.
        int max = Math.min(chunk.size() - row, budget.rowsUntilCheck(model));
        filled += selector.rowsTogether(model, chunk, row, reportEvery(model), max);
        derived.fillAll(model, chunk, row, filled);
      }
      if (chunk.isPlain() || chunk.kind(row).hasLabel()) {
        learnNext(state, model, chunk, row, filled - row, null, listener);
      } else {
        predict(model, chunk, row, listener);
      }
      if (row + batch.rows == filled) {
        budget.check(state, batch.use == RowBatch.Use.LEARN_NEW_CLASS);
      }
    }
  }

  private void predict(PrequentialModel model, Chunk chunk, int row, EngineListener listener) {
    batch.begin(chunk, row, null);
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
    learnNext(state, model, joined.example(), 0, 1, joined, listener);
  }

  /**
   * Rejects the row, or learns it with the following rows that one call may contain without
   * changing the result.
   *
   * @param max number of rows
   * @param joined null if features and label came together
   */
  private void learnNext(
      TrainState state,
      PrequentialModel model,
      Chunk chunk,
      int row,
      int max,
      @Nullable JoinedExample joined,
      EngineListener listener)
      throws IOException {
    Rejection rejection = selector.select(model, chunk, row, max, joined, batch);
    if (rejection != null) {
      listener.rejected(rejections.letter(batch.origin, batch.originRow, rejection));
      return;
    }
    List<InputDrift> changes = compareInputs(model);
    if (batch.earlier == null) {
      explanations.prepare(model, batch.features);
    }
    trainer.learn(model, batch);
    counts.update(model.learner, batch);
    scorer.score(model, batch);
    if (scores != null) {
      scores.scored(model, batch);
    }
    model.counters.add(batch);
    events.inputDrift(model, changes, batch.chunk, batch.from + batch.rows - 1, listener);
    report(state, model, listener);
  }

  /** Features that came before their label were compared when they came. */
  private List<InputDrift> compareInputs(PrequentialModel model) {
    InputDriftDetector detector = model.part(InputDriftDetector.class);
    return detector == null || batch.earlier != null
        ? List.of()
        : detector.add(batch.features, batch.rows, batch.chunk.width());
  }

  private void report(TrainState state, PrequentialModel model, EngineListener listener)
      throws IOException {
    listener.learned(counts);
    // The prediction of an earlier record was explained and published when that came.
    if (batch.earlier == null) {
      publish(model, listener);
    }
    if (batch.use == RowBatch.Use.HOLD_OUT) {
      return;
    }
    String key = batch.chunk.key();
    boolean isPromoted = reportEvents(model, key, listener);
    if (model.counters.examples % reportEvery(model) == 0) {
      events.metrics(model, key, listener);
      events.skippedSteps(model, key, listener);
    }
    // Consumers of the models topic must serve the current champion.
    if (isPromoted || spec.publish().snapshots().isDue(model.counters.examples)) {
      listener.modelDue(key, state);
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
   * Reports a rollback, a change of the champion and a drift, on which the model acts.
   *
   * @return true if the champion has changed
   */
  private boolean reportEvents(PrequentialModel model, String key, EngineListener listener) {
    if (counts.rollbacks() > 0) {
      events.rollback(model, key, listener);
    }
    boolean isPromoted = events.championChange(model, key, listener);
    long steps = model.learner.steps();
    DriftSignal signal = model.detectDrift(spec, key, batch.error, batch.workspace);
    events.drift(model, key, signal, steps, listener);
    return events.championChange(model, key, listener) || isPromoted;
  }
}
