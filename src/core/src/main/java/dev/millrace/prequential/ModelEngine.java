package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.data.ForecastSpec;
import dev.millrace.data.InputSpec.LateLabels;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.PromoteRequest;
import dev.millrace.nn.SelectionSpec.OnChange;
import dev.millrace.nn.Workspace;
import dev.millrace.prequential.Rejections.Rejection;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The engine of keys that have one model, with the labels of one output. Not thread-safe. */
final class ModelEngine implements KeyEngine {
  private final TrainSpec spec;
  private final long maxBytes;
  private final KeyBudget budget;
  private final ShapeChange onShapeChange;
  private final Workspace workspace;
  private final EventReporter events;
  private final PromotionHandler promotions;
  private final EraseHandler erasures;
  private final Rejections rejections;
  private final ChunkLearner learner;
  // Null if labels come with their features.
  private final @Nullable DelayedLabelJoiner joiner;
  // Null if labels are not the future values of a series.
  private final @Nullable Forecaster forecaster;
  private final MismatchPolicy mismatches;
  // Records of an output were checked before.
  private final boolean isOfOutput;

  /**
   * @param maxBytes of all that a key keeps
   * @param budget of the model and all that its key has besides
   * @param onShapeChange treatment of stored state that does not fit the settings
   * @param scores receives what was scored of an output; null for the only model of a key
   */
  ModelEngine(
      TrainSpec spec,
      long maxBytes,
      KeyBudget budget,
      ShapeChange onShapeChange,
      Workspace workspace,
      @Nullable ScoreListener scores) {
    this.workspace = workspace;
    isOfOutput = scores != null;
    this.spec = onShapeChange == ShapeChange.RESET ? spec.with(OnChange.RESET) : spec;
    this.maxBytes = maxBytes;
    this.budget = budget;
    this.onShapeChange = onShapeChange;
    mismatches = new MismatchPolicy(onShapeChange);
    events = new EventReporter(this.spec);
    promotions = new PromotionHandler(events);
    erasures = new EraseHandler(events);
    rejections = new Rejections(this.spec, maxBytes);
    Scorer scorer = new Scorer(this.spec.metrics().segments());
    Predictions predictions = new Predictions(this.spec);
    Explanations explanations = new Explanations(this.spec, workspace);
    UnlabeledPredictor predictor =
        new UnlabeledPredictor(this.spec, scorer, explanations, predictions, events, workspace);
    DerivedFiller derived = new DerivedFiller(this.spec);
    learner =
        new ChunkLearner(
            this.spec,
            rejections,
            scorer,
            explanations,
            predictions,
            predictor,
            events,
            derived,
            budget,
            scores,
            workspace);
    LateLabels labels = spec.input().labels();
    joiner =
        labels == null
            ? null
            : new DelayedLabelJoiner(
                this.spec, labels, budget, learner, rejections, predictor, derived);
    ForecastSpec forecast = spec.input().forecast();
    forecaster =
        forecast == null
            ? null
            : new Forecaster(this.spec, forecast, budget, learner, rejections, predictor, derived);
  }

  @Override
  public @Nullable TrainState learn(
      @Nullable TrainState stored, Chunk chunk, EngineListener listener) throws IOException {
    if (stored == null) {
      return learnFirst(chunk, null, listener);
    }
    String mismatch = mismatchOnResume(stored, chunk.key(), listener);
    if (mismatch != null) {
      return learnFirst(chunk, mismatch, listener);
    }
    learn(stored, chunk, 0, listener);
    return stored;
  }

  /**
   * Learns the first chunk of a key.
   *
   * @param mismatch why its stored state cannot be used, null if there was none
   */
  private @Nullable TrainState learnFirst(
      Chunk chunk, @Nullable String mismatch, EngineListener listener) throws IOException {
    int begin = 0;
    while (begin < chunk.size() && !canBegin(chunk, begin)) {
      rejections.reject(chunk, begin, Rejections.BEFORE_FEATURES, listener);
      begin++;
    }
    if (begin == chunk.size()) {
      return null;
    }
    Chunk shape = joiner == null ? chunk : joiner.shape(chunk);
    long bytes = spec.firstModelBytes(shape);
    if (bytes > maxBytes) {
      rejectForSize(chunk, begin, bytes, listener);
      return null;
    }
    TrainState state = TrainState.begin(spec, shape, workspace);
    learn(state, chunk, begin, listener);
    if (state.isEmpty()) {
      return null; // no row was learned
    }
    if (mismatch != null) {
      events.reset(chunk.key(), chunk.timestamp(begin), mismatch, listener);
    }
    return state;
  }

  private boolean canBegin(Chunk chunk, int row) {
    return joiner == null || joiner.canBegin(chunk, row);
  }

  private void rejectForSize(Chunk chunk, int from, long bytes, EngineListener listener) {
    for (int row = from; row < chunk.size(); row++) {
      Rejection rejection =
          canBegin(chunk, row) ? rejections.ofSize(bytes) : Rejections.BEFORE_FEATURES;
      rejections.reject(chunk, row, rejection, listener);
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
    Arrivals arrivals = state.model().counters.arrivals;
    long outOfOrder = arrivals.outOfOrder();
    long duplicates = arrivals.duplicates();
    learnRows(state, chunk, from, listener);
    budget.end(state, chunk.key(), listener);
    listener.arrived(arrivals.outOfOrder() - outOfOrder, arrivals.duplicates() - duplicates);
  }

  /** Rejects the rows of a pass that the key cannot be in; returns true if it has. */
  private boolean rejectOtherPass(
      PrequentialModel model, Chunk chunk, int from, EngineListener listener) {
    Rejection rejection = isOfOutput ? null : Rejections.ofEpoch(model.counters.arrivals, chunk);
    for (int row = from; rejection != null && row < chunk.size(); row++) {
      rejections.reject(chunk, row, rejection, listener);
    }
    return rejection != null;
  }

  private void learnRows(TrainState state, Chunk chunk, int from, EngineListener listener)
      throws IOException {
    if (forecaster != null) {
      ForecastState forecasts = Objects.requireNonNull(state.forecasts());
      forecaster.learn(state, forecasts, chunk, from, listener);
    } else if (joiner == null) {
      learner.learn(state, chunk, listener);
    } else {
      joiner.learn(state, Objects.requireNonNull(state.labels()), chunk, from, listener);
    }
  }

  /** Ends the epoch of a key if the chunk is of a later one, which starts unless learning ends. */
  private void turnEpoch(TrainState state, Chunk chunk, EngineListener listener) {
    PrequentialModel model = state.model();
    if (chunk.epoch() <= model.counters.epoch || model.isStopped()) {
      return;
    }
    // Reported before it ends, as the clock would: reports of one seq have the same content.
    report(state, chunk.key(), listener);
    if (model.endEpoch()) {
      events.metrics(state, chunk.key(), listener);
      return;
    }
    if (joiner == null) {
      model.startEpoch(chunk.epoch());
    } else {
      joiner.startEpoch(model, Objects.requireNonNull(state.labels()), chunk.epoch(), listener);
    }
  }

  @Override
  public boolean promote(
      @Nullable TrainState state,
      String key,
      PromoteRequest command,
      KafkaRecord record,
      EngineListener listener)
      throws IOException {
    return promotions.promote(state, key, command, record, listener);
  }

  @Override
  public boolean erase(TrainState state, String key, List<IdErasure> ids, EngineListener listener)
      throws IOException {
    return erasures.erase(state, key, ids, listener);
  }

  @Override
  public void eraseKey(
      @Nullable TrainState state, String key, long until, EngineListener listener) {
    erasures.eraseKey(state, key, until, listener);
  }

  @Override
  public boolean resume(TrainState state, String key, EngineListener listener) throws IOException {
    return mismatchOnResume(state, key, listener) == null;
  }

  /** Makes stored state usable; returns why it does not fit if the key is to restart, else null. */
  private @Nullable String mismatchOnResume(TrainState state, String key, EngineListener listener)
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
          promotions.warnOfChanges(state.resume(spec, workspace), key, listener);
        });
  }

  @Override
  public boolean report(TrainState state, String key, EngineListener listener) {
    boolean hasUnreported = state.hasUnreported();
    if (hasUnreported) {
      events.metrics(state, key, listener);
    }
    return hasUnreported;
  }

  @Override
  public void end(TrainState state, String key, EngineListener listener) throws IOException {
    events.skippedSteps(state.model(), key, listener);
    if (state.model().counters.seq() > 0) { // else all of it is pending
      listener.modelDue(key, state);
    }
  }

  @Override
  public void forget(TrainState state, String key, EngineListener listener) {
    events.expired(state.model(), key, listener);
  }

  @Override
  public int reportSpacing(TrainState state) {
    return state.hasUnreported() ? state.model().reportSpacing : 0;
  }
}
