package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.input.ForecastSpec;
import dev.millrace.input.InputSpec.LateLabels;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.selection.ChampionChallenger;
import dev.millrace.nn.spec.SelectionSpec.OnChange;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.rows.Rejections;
import dev.millrace.prequential.rows.Rejections.Rejection;
import dev.millrace.prequential.rows.ScoreListener;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lets the model of a key learn, or that of one of its outputs. Not thread-safe. */
final class ModelLearner implements KeyLearner {
  private final TrainSpec spec;
  private final long maxBytes;
  private final KeyBudget budget;
  private final ShapeChange onShapeChange;
  private final Workspace workspace;
  private final EventReporter events;
  private final Rejections rejections;
  private final RowLearner rows;
  private final MismatchPolicy mismatches;
  // Changes of champion and challengers that the log has.
  private final Set<String> warned = new HashSet<>();
  // Records of an output were checked before.
  private final boolean isOfOutput;

  /**
   * @param maxBytes of all that a key keeps
   * @param budget of the model and all that its key has besides
   * @param onShapeChange treatment of stored state that does not fit the settings
   * @param scores receives what was scored of an output; {@link ScoreListener#NONE} for the only
   *     model of a key
   */
  ModelLearner(
      TrainSpec spec,
      long maxBytes,
      KeyBudget budget,
      ShapeChange onShapeChange,
      Workspace workspace,
      ScoreListener scores) {
    this.workspace = workspace;
    isOfOutput = scores != ScoreListener.NONE;
    this.spec = onShapeChange == ShapeChange.RESET ? spec.with(OnChange.RESET) : spec;
    this.maxBytes = maxBytes;
    this.budget = budget;
    this.onShapeChange = onShapeChange;
    mismatches = new MismatchPolicy(onShapeChange);
    Stages stages = Stages.of(this.spec, maxBytes, budget, workspace);
    events = stages.events();
    rejections = stages.rejections();
    UnlabeledPredictor predictor =
        new UnlabeledPredictor(
            this.spec,
            workspace,
            events,
            stages.scorer(),
            stages.explanations(),
            stages.predictions());
    ChunkLearner together = new ChunkLearner(stages, predictor, scores);
    LateLabels labels = spec.input().labels();
    ForecastSpec forecast = spec.input().forecast();
    if (forecast != null) {
      rows = new Forecaster(stages, forecast, together, predictor);
    } else {
      rows =
          labels == null ? together : new DelayedLabelJoiner(stages, labels, together, predictor);
    }
  }

  @Override
  public @Nullable TrainState learn(
      @Nullable TrainState state, Chunk chunk, EngineListener listener) throws IOException {
    if (state == null) {
      return learnFirst(chunk, listener);
    }
    learn(state, chunk, 0, listener);
    return state;
  }

  /** Learns the first chunk of a key. */
  private @Nullable TrainState learnFirst(Chunk chunk, EngineListener listener) throws IOException {
    int begin = 0;
    while (begin < chunk.size() && !rows.canBegin(chunk, begin)) {
      listener.rejected(rejections.letter(chunk, begin, Rejections.BEFORE_FEATURES));
      begin++;
    }
    if (begin == chunk.size()) {
      return null;
    }
    Chunk shape = rows.shape(chunk);
    long bytes = spec.firstModelBytes(shape);
    if (bytes > maxBytes) {
      rejectForSize(chunk, begin, bytes, listener);
      return null;
    }
    TrainState state = TrainState.begin(spec, shape, workspace);
    learn(state, chunk, begin, listener);
    return state.isEmpty() ? null : state; // no row was learned
  }

  private void rejectForSize(Chunk chunk, int from, long bytes, EngineListener listener) {
    for (int row = from; row < chunk.size(); row++) {
      Rejection rejection =
          rows.canBegin(chunk, row) ? rejections.ofSize(bytes) : Rejections.BEFORE_FEATURES;
      listener.rejected(rejections.letter(chunk, row, rejection));
    }
  }

  /** Learns the rows from there on. */
  private void learn(TrainState state, Chunk chunk, int from, EngineListener listener)
      throws IOException {
    if (chunk.epoch() > 0) {
      if (rejectOtherPass(state.model(), chunk, from, listener)) {
        return;
      }
      state.model().counters.arrivals.turnTo(chunk.epoch());
      turnEpoch(state, chunk, listener);
      if (state.model().isStopped()) {
        listener.skipped(chunk.size());
        return;
      }
    }
    rows.learn(state, chunk, from, listener);
  }

  /** Rejects the rows of a pass that the key cannot be in; returns true if it has. */
  private boolean rejectOtherPass(
      PrequentialModel model, Chunk chunk, int from, EngineListener listener) {
    Rejection rejection = isOfOutput ? null : Rejections.ofEpoch(model.counters.arrivals, chunk);
    for (int row = from; rejection != null && row < chunk.size(); row++) {
      listener.rejected(rejections.letter(chunk, row, rejection));
    }
    return rejection != null;
  }

  /** Ends the epoch of a key if the chunk is of a later one, which starts unless learning ends. */
  private void turnEpoch(TrainState state, Chunk chunk, EngineListener listener) {
    PrequentialModel model = state.model();
    if (chunk.epoch() <= model.counters.epoch || model.isStopped()) {
      return;
    }
    // Reported before it ends, as the clock would: reports of one seq have the same content.
    if (state.hasUnreported()) {
      events.metrics(model, chunk.key(), listener);
    }
    if (model.endEpoch()) {
      events.metrics(model, chunk.key(), listener);
      return;
    }
    rows.startEpoch(state, chunk.epoch(), listener);
  }

  @Override
  public @Nullable String resume(TrainState state, String key, EngineListener listener)
      throws IOException {
    if (state.serialized() == null) {
      return null;
    }
    return mismatches.resume(
        key,
        listener,
        () -> {
          if (onShapeChange == ShapeChange.GROW && StateExpansion.resume(state, spec, workspace)) {
            listener.expanded(key);
          }
          warnOfChanges(state.resume(spec, workspace), key, listener);
        });
  }

  /** Warns once of models whose names or kinds differ from those in the pipeline file. */
  private void warnOfChanges(PrequentialModel model, String key, EngineListener listener) {
    ChampionChallenger selection = model.selection();
    if (selection == null) {
      return;
    }
    for (String change : selection.pollNotes()) {
      if (warned.add(change)) {
        listener.warning(key, change);
      }
    }
  }

  @Override
  public KeyBudget budget() {
    return budget;
  }
}
