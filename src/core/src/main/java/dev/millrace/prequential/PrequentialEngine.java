package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.PromoteRequest;
import dev.millrace.data.PublicApi;
import dev.millrace.data.RecentlyUsed;
import dev.millrace.nn.Workspace;
import java.io.IOException;
import java.util.List;
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
  private static final int MAX_ENGINES = 64;

  private final TrainSpec spec;
  private final long maxBytes;
  private final ShapeChange onShapeChange;
  // Of all engines, which come and go with declared columns.
  private final AtomicBoolean isForgettingLogged = new AtomicBoolean();
  private final KeyEngine engine;
  private final EventReporter events;
  // Of keys whose records declare their columns.
  private final RecentlyUsed<DeclaredColumns, KeyEngine> byColumns;

  /**
   * @param maxBytes memory that all of a key may take: its models, and what is kept of its records
   * @param onShapeChange treatment of stored state that does not fit the settings
   */
  public PrequentialEngine(TrainSpec spec, long maxBytes, ShapeChange onShapeChange) {
    this.spec = spec;
    this.maxBytes = maxBytes;
    this.onShapeChange = onShapeChange;
    events = new EventReporter(spec);
    engine = create(spec);
    byColumns =
        RecentlyUsed.byColumns(
            MAX_ENGINES, RecentlyUsed.MAX_BYTES, columns -> create(spec.withColumns(columns)));
  }

  private KeyEngine create(TrainSpec of) {
    KeyBudget budget = new KeyBudget(of, maxBytes, isForgettingLogged);
    return of.input().hasOutputs()
        ? new OutputsEngine(of, maxBytes, budget, onShapeChange)
        : new ModelEngine(of, maxBytes, budget, onShapeChange, new Workspace(), null);
  }

  /**
   * Returns the columns that decide what the records of a key mean: those that its first record
   * declared.
   *
   * @param stored state of the key, null if it has none
   * @param chunk the next examples of the key, null if there are none
   * @return null if the pipeline declares the columns, or no record did
   */
  public @Nullable DeclaredColumns columns(@Nullable TrainState stored, @Nullable Chunk chunk)
      throws IOException {
    if (spec.input().hasFeatures()) {
      return null;
    }
    return stored != null ? stored.columns() : chunk == null ? null : chunk.columns();
  }

  private KeyEngine engine(@Nullable TrainState stored) throws IOException {
    return engine(columns(stored, null));
  }

  private KeyEngine engineOfUsable(TrainState state) {
    return engine(spec.input().hasFeatures() ? null : state.usedColumns());
  }

  // A key with declared columns is treated as if the pipeline had declared them.
  private KeyEngine engine(@Nullable DeclaredColumns columns) {
    return columns == null ? engine : byColumns.of(columns);
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
    DeclaredColumns columns = columns(stored, chunk);
    TrainState state = engine(columns).learn(stored, chunk, listener);
    if (state != null) {
      state.useColumns(columns);
    }
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
      PromoteRequest command,
      KafkaRecord record,
      EngineListener listener)
      throws IOException {
    return engine(stored).promote(usable(stored, key, listener), key, command, record, listener);
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
    return engine(state).erase(state, key, ids, listener) ? Erasing.CHANGED : Erasing.UNCHANGED;
  }

  /**
   * Reports that a key has nothing of an id that was to be erased from it.
   *
   * @param stored state of the key, null if it has none
   */
  public void reportNothingErased(
      @Nullable TrainState stored, String key, IdErasure erasure, EngineListener listener) {
    events.erased(stored, key, erasure.nothing(), listener);
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
    engine(state).eraseKey(state, key, until, listener);
  }

  /** Returns stored state, made usable; null if there is none, or the key restarts. */
  private @Nullable TrainState usable(
      @Nullable TrainState stored, String key, EngineListener listener) throws IOException {
    return stored != null && engine(stored).resume(stored, key, listener) ? stored : null;
  }

  /**
   * Makes stored state usable.
   *
   * @return false if it does not fit the settings and the key restarts with its next example
   * @throws UnusableStateException if it cannot be used
   */
  public boolean resume(TrainState state, String key, EngineListener listener) throws IOException {
    return engine(state).resume(state, key, listener);
  }

  /**
   * Reports a key, whose state is usable, if it has unreported examples.
   *
   * @return true if it had, which has changed the state
   */
  public boolean report(TrainState state, String key, EngineListener listener) {
    return engineOfUsable(state).report(state, key, listener);
  }

  /** Publishes what is left of a key, whose state is usable and reported, at the end of input. */
  public void end(TrainState state, String key, EngineListener listener) throws IOException {
    engine(state).end(state, key, listener);
  }

  /** Reports that a key, whose state is usable, is forgotten. */
  public void forget(TrainState state, String key, EngineListener listener) {
    engineOfUsable(state).forget(state, key, listener);
  }

  /**
   * Returns the factor of the configured interval after which a key, whose state is usable, is
   * reported by the clock: 1 unless a report is large, 0 if there is nothing to report.
   */
  public int reportSpacing(TrainState state) {
    return engineOfUsable(state).reportSpacing(state);
  }
}
