package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.PromoteRequest;
import dev.millrace.nn.ModelMismatchException;
import dev.millrace.nn.SelectionSpec.OnChange;
import dev.millrace.nn.Workspace;
import dev.millrace.prequential.Rejections.Rejection;
import java.io.IOException;

/**
 * Predicts, scores and learns each example of a key with the key's own model (prequential
 * evaluation), and tells a listener what there is to publish. The state of a key is the caller's to
 * keep: it is passed in and returned. How examples fall into chunks changes no bit of it.
 *
 * <p>One engine serves any number of keys, in one thread. Not thread-safe.
 */
public final class PrequentialEngine {
  private final TrainSpec spec;
  private final long maxModelBytes;
  private final ShapeChange onShapeChange;
  private final Workspace workspace = new Workspace();
  private final EventReporter events;
  private final PromotionHandler promotions;
  private final Rejections rejections;
  private final ChunkLearner learner;
  // Null if labels come with their features.
  private final DelayedLabelJoiner joiner;
  private boolean hasWarnedOfMismatch;

  /**
   * @param maxModelBytes memory that the weights and the optimizer of a key may take
   * @param onShapeChange treatment of stored state that does not fit the settings
   */
  public PrequentialEngine(TrainSpec spec, long maxModelBytes, ShapeChange onShapeChange) {
    this.spec = onShapeChange == ShapeChange.RESET ? spec.with(OnChange.RESET) : spec;
    this.maxModelBytes = maxModelBytes;
    this.onShapeChange = onShapeChange;
    events = new EventReporter(this.spec);
    promotions = new PromotionHandler(events);
    rejections = new Rejections(this.spec, maxModelBytes);
    learner = new ChunkLearner(this.spec, rejections, events, workspace);
    joiner =
        spec.input().labels() == null
            ? null
            : new DelayedLabelJoiner(
                this.spec, maxModelBytes, learner, rejections, new RowBatch(workspace));
  }

  /**
   * Learns the examples of a chunk, and rejects those that the model cannot learn.
   *
   * @param stored state of the chunk's key, null if it has none
   * @return the state to keep; null if there is nothing new to keep
   * @throws UnusableStateException if the stored state cannot be used
   */
  public TrainState learn(TrainState stored, Chunk chunk, EngineListener listener)
      throws IOException {
    if (stored == null) {
      return learnFirst(chunk, null, listener);
    }
    if (stored.isSerialized()) {
      try {
        deserialize(stored, chunk.key(), listener);
      } catch (ModelMismatchException e) {
        return learnFirst(chunk, e.getMessage(), listener);
      }
    }
    learn(stored, chunk, 0, listener);
    return stored;
  }

  /**
   * Learns the first chunk of a key.
   *
   * @param mismatch why its stored state cannot be used, null if there was none
   */
  private TrainState learnFirst(Chunk chunk, String mismatch, EngineListener listener)
      throws IOException {
    int begin = joiner == null ? 0 : rejectUntilShape(chunk, listener);
    if (begin == chunk.size()) {
      return null;
    }
    Chunk shape = joiner == null ? chunk : joiner.shape(chunk);
    long bytes = spec.firstModelBytes(shape);
    if (bytes > maxModelBytes) {
      rejectForSize(chunk, begin, bytes, listener);
      return null;
    }
    TrainState state = TrainState.begin(spec, shape, workspace);
    learn(state, chunk, begin, listener);
    if (state.isEmpty()) {
      return null; // all rows were rejected
    }
    if (mismatch != null) {
      events.reset(chunk.key(), chunk.timestamp(begin), mismatch, listener);
    }
    return state;
  }

  /** Rejects the labels before the row that a key's model begins with, and returns that row. */
  private int rejectUntilShape(Chunk chunk, EngineListener listener) {
    int row = 0;
    while (row < chunk.size() && !joiner.canBegin(chunk, row)) {
      rejections.reject(chunk, row, Rejections.BEFORE_FEATURES, listener);
      row++;
    }
    return row;
  }

  private void rejectForSize(Chunk chunk, int from, long bytes, EngineListener listener) {
    for (int row = from; row < chunk.size(); row++) {
      boolean couldBegin = joiner == null || joiner.canBegin(chunk, row);
      Rejection rejection = couldBegin ? rejections.ofSize(bytes) : Rejections.BEFORE_FEATURES;
      rejections.reject(chunk, row, rejection, listener);
    }
  }

  /** Learns the rows from there on. */
  private void learn(TrainState state, Chunk chunk, int from, EngineListener listener)
      throws IOException {
    if (joiner != null) {
      joiner.beginCounts(state.labels());
    }
    if (chunk.epoch() > 0) {
      turnEpoch(state, chunk, listener);
      if (state.model().isStopped()) {
        listener.skipped(chunk.size());
        return;
      }
    }
    if (joiner == null) {
      learner.learn(state, chunk, listener);
    } else {
      joiner.learn(state, chunk, from, listener);
      joiner.reportCounts(state.labels(), listener);
    }
  }

  /**
   * Ends the epoch of a key if the chunk is of a later one, which starts unless that was the end of
   * learning.
   */
  private void turnEpoch(TrainState state, Chunk chunk, EngineListener listener) {
    if (chunk.epoch() <= state.model().epoch() || state.model().isStopped()) {
      return;
    }
    // Before it has ended, as the clock would have it: of one seq there is one content.
    if (state.hasUnreported()) {
      state.report(spec, chunk.key(), listener);
    }
    if (state.model().endEpoch()) {
      state.report(spec, chunk.key(), listener);
      return;
    }
    state.model().startEpoch(chunk.epoch());
    if (joiner != null) {
      state.labels().startEpoch(); // what is still pending is not learned
    }
  }

  /**
   * Makes one of a key's models its champion, or rejects the command.
   *
   * @param stored state of the key, null if it has none
   * @param record of the command
   * @return true if that has changed the state
   * @throws UnusableStateException if the stored state cannot be used
   */
  public boolean promote(
      TrainState stored,
      String key,
      PromoteRequest command,
      KafkaRecord record,
      EngineListener listener)
      throws IOException {
    boolean isUsable = stored != null && resume(stored, key, listener);
    return promotions.promote(isUsable ? stored : null, key, command, record, listener);
  }

  /**
   * Makes stored state usable.
   *
   * @return false if it does not fit the settings and the key restarts with its next example
   * @throws UnusableStateException if it cannot be used
   */
  public boolean resume(TrainState state, String key, EngineListener listener) throws IOException {
    if (!state.isSerialized()) {
      return true;
    }
    try {
      deserialize(state, key, listener);
      return true;
    } catch (ModelMismatchException e) {
      return false;
    }
  }

  /** Makes stored state usable; throws a mismatch only if the key is to restart. */
  private void deserialize(TrainState state, String key, EngineListener listener)
      throws IOException {
    try {
      if (onShapeChange == ShapeChange.GROW && state.resumeExpanded(spec, workspace)) {
        listener.expanded(key);
      }
      promotions.warnOfChanges(state.resume(spec, workspace), key, listener);
    } catch (ModelMismatchException e) {
      if (onShapeChange != ShapeChange.RESET) {
        throw new UnusableStateException(key, e);
      }
      if (!hasWarnedOfMismatch) {
        hasWarnedOfMismatch = true;
        listener.warning(key, "they start afresh: " + e.getMessage());
      }
      throw e;
    } catch (IOException e) {
      throw new UnusableStateException(key, e);
    }
  }

  /**
   * Reports a key, whose state is usable, if it has unreported examples.
   *
   * @return true if it had, which has changed the state
   */
  public boolean report(TrainState state, String key, EngineListener listener) {
    boolean hasUnreported = state.hasUnreported();
    if (hasUnreported) {
      state.report(spec, key, listener);
    }
    return hasUnreported;
  }

  /** Publishes what is left of a key, whose state is usable and reported, at the end of input. */
  public void end(TrainState state, String key, EngineListener listener) throws IOException {
    events.skippedSteps(state.model(), key, listener);
    if (state.model().seq() > 0) { // else all of it is pending
      listener.modelDue(key, state);
    }
  }

  /** Reports that a key, whose state is usable, is forgotten. */
  public void forget(TrainState state, String key, EngineListener listener) {
    events.expired(state.model(), key, listener);
  }

  /**
   * Returns how many times as rarely as {@code metrics} says a key, whose state is usable, is
   * reported: 1 unless a report is large.
   */
  public int reportSpacing(TrainState state) {
    return spec.reportSpacing(state.model());
  }
}
