package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.ModelCommand.Promote;
import dev.millrace.data.PublicApi;
import dev.millrace.data.RecentlyUsed;
import dev.millrace.nn.Workspace;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.labels.Arrivals;
import dev.millrace.prequential.rows.ScoreListener;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Predicts, scores and learns each example of a key with the key's own model (prequential
 * evaluation), and passes what there is to publish to a listener. The caller keeps the state of a
 * key: it is passed in and returned. How examples fall into chunks changes no bit of it.
 *
 * <p>If records have several outputs, a key has a model of each, which reports under the key, an at
 * sign and the name of the output; and the key reports the scores of all together.
 *
 * <p>One engine serves any number of keys, in one thread. Not thread-safe.
 */
@PublicApi
public final class PrequentialEngine {
  // Each has scratch of the size of its models.
  private static final int MAX_LEARNERS = 64;

  private final TrainSpec spec;
  private final long maxBytes;
  private final ShapeChange onShapeChange;
  // Of all learners, which come and go with declared columns.
  private final AtomicBoolean isForgettingLogged = new AtomicBoolean();
  private final KeyLearner learner;
  private final EventReporter events;
  private final OutputsReporter outputs;
  private final PromotionHandler promotions;
  private final EraseHandler erasures;
  // Of keys whose records declare their columns.
  private final RecentlyUsed<DeclaredColumns, KeyLearner> byColumns;

  /**
   * @param maxBytes memory that all of a key may take: its models, and what is kept of its records
   * @param onShapeChange treatment of stored state that does not fit the settings
   */
  public PrequentialEngine(TrainSpec spec, long maxBytes, ShapeChange onShapeChange) {
    this.spec = spec;
    this.maxBytes = maxBytes;
    this.onShapeChange = onShapeChange;
    events = new EventReporter(spec);
    outputs = new OutputsReporter(spec);
    promotions = new PromotionHandler(events);
    erasures = new EraseHandler(events);
    learner = create(spec);
    byColumns =
        RecentlyUsed.byColumns(
            MAX_LEARNERS, RecentlyUsed.MAX_BYTES, columns -> create(spec.withColumns(columns)));
  }

  private KeyLearner create(TrainSpec of) {
    KeyBudget budget = new KeyBudget(of, maxBytes, isForgettingLogged);
    return of.input().hasOutputs()
        ? new OutputsLearner(of, maxBytes, budget, onShapeChange)
        : new ModelLearner(
            of, maxBytes, budget, onShapeChange, new Workspace(), ScoreListener.NONE);
  }

  // Columns that the first record of a key declared count unless the pipeline declares some.
  private @Nullable DeclaredColumns columns(TrainState stored) throws IOException {
    return spec.input().hasFeatures() ? null : stored.columns();
  }

  private @Nullable DeclaredColumns columns(Chunk first) {
    return spec.input().hasFeatures() ? null : first.columns();
  }

  // A key with declared columns is treated as if the pipeline had declared them.
  private KeyLearner learner(@Nullable DeclaredColumns columns) {
    return columns == null ? learner : byColumns.of(columns);
  }

  /**
   * Learns the examples of a chunk, and rejects those that the model cannot learn. Features without
   * label are predicted; unless labels are delayed, no label is expected and the model stays as it
   * is.
   *
   * @param stored state of the chunk's key, null if it has none
   * @return the state to keep; null if there is nothing new to keep
   * @throws UnusableStateException if the stored state cannot be used
   */
  public @Nullable TrainState learn(
      @Nullable TrainState stored, Chunk chunk, EngineListener listener) throws IOException {
    DeclaredColumns columns = stored == null ? columns(chunk) : columns(stored);
    KeyLearner learner = learner(columns);
    String key = chunk.key();
    String mismatch = stored == null ? null : learner.resume(stored, key, listener);
    TrainState known = mismatch == null ? stored : null;
    long outOfOrder = known == null ? 0 : known.counters().arrivals.outOfOrder();
    long duplicates = known == null ? 0 : known.counters().arrivals.duplicates();
    TrainState state = learner.learn(known, chunk, listener);
    learner.budget().end(key, listener);
    if (state == null) {
      return null;
    }
    Arrivals arrivals = state.counters().arrivals;
    listener.arrived(arrivals.outOfOrder() - outOfOrder, arrivals.duplicates() - duplicates);
    if (mismatch != null) {
      events.reset(key, chunk.timestamp(0), mismatch, listener);
    }
    state.useColumns(columns);
    return state;
  }

  /**
   * Makes one of a key's models its champion, or rejects the command. Of several outputs, each that
   * has such a model promotes it.
   *
   * @param stored state of the key, null if it has none
   * @param record of the command
   * @return true if that has changed the state
   * @throws UnusableStateException if the stored state cannot be used
   */
  public boolean promote(
      @Nullable TrainState stored,
      String key,
      Promote command,
      KafkaRecord record,
      EngineListener listener)
      throws IOException {
    return promotions.promote(usable(stored, key, listener), key, command, record, listener);
  }

  /** What erasing ids has done to the stored state of a key. */
  public enum Erasing {
    /** The state had none of the ids. */
    UNCHANGED,
    /** The state has changed. */
    CHANGED,
    /** The state does not fit the settings; the caller drops it. */
    DROPPED
  }

  /**
   * Erases ids from the models of a key, its features that wait for a label, what features are
   * derived from, and the groups of its metrics. Reports each id that the key had, and publishes
   * the model once if it had one of them.
   *
   * @param stored state of the key, null if it has none
   * @throws UnusableStateException if the stored state cannot be used
   */
  public Erasing erase(
      @Nullable TrainState stored, String key, List<IdErasure> ids, EngineListener listener)
      throws IOException {
    ids.forEach(IdErasure::beginKey);
    TrainState state = usable(stored, key, listener);
    if (state == null) {
      return stored == null ? Erasing.UNCHANGED : Erasing.DROPPED;
    }
    return erasures.erase(state, key, ids, listener) ? Erasing.CHANGED : Erasing.UNCHANGED;
  }

  /**
   * Reports that a key has nothing of an id that was to be erased from it.
   *
   * @param stored state of the key, null if it has none
   */
  public void reportNothingErased(
      @Nullable TrainState stored, String key, IdErasure erasure, EngineListener listener) {
    events.erased(stored == null ? null : stored.usable(), key, erasure.nothing(), listener);
  }

  /**
   * Reports what a command has erased from all keys of a subtask.
   *
   * @param subtask number of the subtask, from 0
   * @param subtasks their number
   */
  public void reportErasure(IdErasure erasure, int subtask, int subtasks, EngineListener listener) {
    events.erasure(erasure, subtask, subtasks, listener);
  }

  /**
   * Reports that a key is erased; the caller drops its state.
   *
   * @param stored state of the key, which need not be usable; null if it has none
   * @param until timestamp of the command
   */
  public void eraseKey(@Nullable TrainState stored, String key, long until, EngineListener listener)
      throws IOException {
    TrainState state;
    try {
      state = usable(stored, key, listener);
    } catch (UnusableStateException e) {
      state = null;
    }
    erasures.eraseKey(state, key, until, listener);
  }

  /** Returns stored state, made usable; null if there is none, or the key restarts. */
  private @Nullable TrainState usable(
      @Nullable TrainState stored, String key, EngineListener listener) throws IOException {
    return stored != null && resume(stored, key, listener) ? stored : null;
  }

  /**
   * Makes stored state usable.
   *
   * @return false if it does not fit the settings and the key restarts with its next example
   * @throws UnusableStateException if it cannot be used
   */
  public boolean resume(TrainState state, String key, EngineListener listener) throws IOException {
    return learner(columns(state)).resume(state, key, listener) == null;
  }

  /**
   * Reports a key, whose state is usable, if it has unreported examples.
   *
   * @return true if it had, which has changed the state
   */
  public boolean report(TrainState state, String key, EngineListener listener) {
    boolean hasUnreported = state.hasUnreported();
    for (Map.Entry<String, PrequentialModel> each : state.usable().models(key).entrySet()) {
      if (each.getValue().hasUnreported()) {
        events.metrics(each.getValue(), each.getKey(), listener);
      }
    }
    if (hasUnreported && state.usable().hasOutputs()) {
      outputs.report(OutputsState.of(state), key, listener);
    }
    return hasUnreported;
  }

  /** Publishes what is left of a key, whose state is usable and reported, at the end of input. */
  public void end(TrainState state, String key, EngineListener listener) throws IOException {
    state.usable().models(key).forEach((own, model) -> events.skippedSteps(model, own, listener));
    if (state.counters().seq() > 0) { // else all of it is pending
      listener.modelDue(key, state);
    }
  }

  /** Reports that a key, whose state is usable, is forgotten. */
  public void forget(TrainState state, String key, EngineListener listener) {
    events.expired(state.usable(), key, listener);
  }

  /**
   * Returns the factor of the configured interval after which a key, whose state is usable, is
   * reported by the clock: 1 unless a report is large, 0 if there is nothing to report.
   */
  public int reportSpacing(TrainState state) {
    if (!state.hasUnreported()) {
      return 0;
    }
    return state.usable().hasOutputs() ? 1 : state.model().reportSpacing;
  }
}
