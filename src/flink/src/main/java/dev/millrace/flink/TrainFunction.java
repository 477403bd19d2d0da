package dev.millrace.flink;

import dev.millrace.codec.OutputRecord;
import dev.millrace.codec.json.CommandJson;
import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.ModelCommand;
import dev.millrace.data.ModelCommand.Erase;
import dev.millrace.data.ModelCommand.Promote;
import dev.millrace.data.Printable;
import dev.millrace.input.ErasedId;
import dev.millrace.nn.spec.AutoModelSpec;
import dev.millrace.prequential.EngineListener;
import dev.millrace.prequential.IdErasure;
import dev.millrace.prequential.PrequentialEngine;
import dev.millrace.prequential.TrainState;
import dev.millrace.prequential.UnusableStateException;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.SummarySample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.function.ThrowingConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs the {@link PrequentialEngine} on Flink: keyed state, timers, topics and metrics.
 *
 * <p>A report comes after every {@code metrics.every} examples and at the end of a bounded input.
 * Examples that would wait longer than {@code metrics.max-interval} for that are reported by the
 * clock; such a report too is a function of the data alone, and its {@code seq} is its number of
 * examples. Models are published as the snapshot settings say, and at the end of the input.
 *
 * <p>A key without an example for {@code state.ttl} is forgotten, with a tombstone among the
 * models.
 */
public final class TrainFunction extends KeyedProcessFunction<String, Chunk, OutputRecord> {
  private static final long serialVersionUID = 1L;

  private static final int MAX_NAME = 60;

  private TrainSpec spec;
  private final StateSpec stateSpec;
  private final long reportMillis;
  private boolean hasElements;

  @SuppressWarnings("NullAway.Init") // useOutputs sets it before open
  private transient Collector<OutputRecord> reports;

  @SuppressWarnings("NullAway.Init") // useOutputs sets it before open
  private transient SideOutputs sideOutputs;

  private transient ValueState<TrainState> states;
  // Null if there are no ids.
  private transient @Nullable StatePages pages;
  private transient KeyTtl idleKeys;
  // Null if there are no commands.
  private transient @Nullable BroadcastState<Long, long[]> erasedFromAllKeys;
  private transient @Nullable ErasedRecords erased;
  private transient ModelPublisher publisher;
  private transient TrainMetrics metrics;
  private transient EngineListener listener;
  private transient PrequentialEngine engine;
  private transient KeyColumns columns;

  public TrainFunction(TrainSpec spec, StateSpec stateSpec) {
    this.spec = spec;
    this.stateSpec = stateSpec;
    reportMillis = spec.metrics().maxIntervalMillis();
  }

  /** Changes what is published, before the job starts. */
  void change(Consumer<TrainSpec.Draft> change) {
    spec = spec.with(change);
  }

  /** Makes the function emit elements with their predictions; called before the job starts. */
  void emitElements() {
    hasElements = true;
  }

  /**
   * Sets where results go; called before {@link #open}.
   *
   * <p>Not the collectors of {@link #processElement}: they would give all results of a chunk one
   * timestamp.
   */
  void useOutputs(Collector<OutputRecord> metricsReports, SideOutputs sides) {
    reports = metricsReports;
    sideOutputs = sides;
  }

  @Override
  public void open(OpenContext context) {
    ModelLog.begin(spec.pipeline());
    states = getRuntimeContext().getState(TrainStateSerializer.descriptor());
    if (spec.input().mayHaveIds()) {
      pages = new StatePages(getRuntimeContext().getMapState(StatePages.descriptor()));
    }
    idleKeys = new KeyTtl(getRuntimeContext(), stateSpec.ttlMillis());
    if (erasedFromAllKeys != null) {
      erased = new ErasedRecords(getRuntimeContext(), erasedFromAllKeys, spec.input());
    }
    MetricGroup group = getRuntimeContext().getMetricGroup();
    metrics = new TrainMetrics(group, spec.input().labels() != null);
    publisher = new ModelPublisher(spec, getRuntimeContext());
    DeadLetters deadLetters =
        new DeadLetters(group, spec.pipeline(), spec.input().limits().outputBytes());
    listener =
        new TrainOutputs(spec, hasElements, publisher, deadLetters, metrics, reports, sideOutputs);
    columns = new KeyColumns(spec.input(), spec.topic());
    engine = new PrequentialEngine(spec, stateSpec.stateBytes(), stateSpec.onShapeChange());
  }

  /** Returns the models, each under the current key of the backend. */
  ValueState<TrainState> states() {
    return states;
  }

  /** Returns null if models have no ids. */
  @Nullable StatePages pages() {
    return pages;
  }

  KeyTtl idleKeys() {
    return idleKeys;
  }

  /**
   * Loads the marks of erased records, if there are commands.
   *
   * @param backend its current key changes
   */
  void loadErased(KeyedStateBackend<String> backend) throws Exception {
    if (erased != null) {
      erased.load(backend);
    }
  }

  /**
   * Sets the state of what was erased from all keys; called before {@link #open}, if there are
   * commands.
   */
  void useErased(BroadcastState<Long, long[]> marks) {
    erasedFromAllKeys = marks;
  }

  ModelPublisher publisher() {
    return publisher;
  }

  /** Replaces the access to the models, such as by a cache. */
  void useStates(ValueState<TrainState> replacement) {
    states = replacement;
  }

  @Override
  public void processElement(Chunk chunk, Context context, Collector<OutputRecord> out)
      throws Exception {
    TimerService timers = context.timerService();
    Chunk rest = erased == null ? chunk : erased.without(chunk, timers);
    if (rest != chunk) {
      metrics.erasedRecords.inc(chunk.size() - rest.size());
    }
    if (rest.size() > 0) {
      learn(rest, timers);
    }
  }

  private void learn(Chunk chunk, TimerService timers) throws IOException {
    TrainState stored = states.value();
    metrics.beginChunk();
    TrainState state = learn(stored, chunk);
    if (state == null) {
      return;
    }
    metrics.endChunk(chunk, timers);
    if (stored == null) {
      metrics.created();
    }
    idleKeys.markSeen(state, timers);
    publisher.remind(chunk.key(), state, timers);
    states.update(state);
    if (reportMillis > 0) {
      remindOfReport(timers, engine.reportSpacing(state));
    }
  }

  private @Nullable TrainState learn(@Nullable TrainState stored, Chunk chunk) throws IOException {
    TrainState kept = null;
    try {
      for (Chunk part : columns.align(stored, chunk, listener)) {
        TrainState next = engine.learn(kept == null ? stored : kept, part, listener);
        kept = next == null ? kept : next;
      }
    } catch (UnusableStateException e) {
      throw withoutRestart(e);
    }
    return kept;
  }

  /** Returns true if the state of a key is in this subtask. */
  boolean isOfThisSubtask(String key) {
    TaskInfo task = getRuntimeContext().getTaskInfo();
    return task.getIndexOfThisSubtask()
        == KeyGroupRangeAssignment.assignKeyToParallelOperator(
            key, task.getMaxNumberOfParallelSubtasks(), task.getNumberOfParallelSubtasks());
  }

  /** Applies the commands of a chunk to the current key. */
  void apply(Chunk commands, String key, TimerService timers) throws Exception {
    List<IdErasure> ids = new ArrayList<>();
    for (int row = 0; row < commands.size(); row++) {
      KafkaRecord record = command(commands, row);
      ModelCommand command = CommandJson.decode(Objects.requireNonNull(record.value()));
      try {
        if (command instanceof Erase erasure && erasure.id() != null) {
          erasure(erasure.id(), record, timers).ifPresent(ids::add);
          continue;
        }
        eraseIds(key, ids, timers); // in the order of the commands
        ids.clear();
        if (command instanceof Promote promotion) {
          promote(key, promotion, record);
        } else if (command instanceof Erase) {
          eraseKey(key, until(record, timers), timers);
        }
      } catch (UnusableStateException e) {
        throw withoutRestart(e);
      }
    }
    eraseIds(key, ids, timers);
  }

  private KafkaRecord command(Chunk commands, int row) {
    return commands.record(row, Objects.requireNonNull(spec.commands()));
  }

  private void promote(String key, Promote command, KafkaRecord record) throws IOException {
    TrainState stored = states.value();
    if (engine.promote(stored, key, command, record, listener)) {
      states.update(stored);
    }
  }

  private void eraseKey(String key, long until, TimerService timers) throws Exception {
    engine.eraseKey(states.value(), key, until, listener);
    publisher.forgetUnknownSegments(key, until, sideOutputs);
    drop(key, until);
    erased().add(key, null, until, timers);
  }

  /** Returns nothing, and rejects the command, if the pipeline has no such ids. */
  private Optional<IdErasure> erasure(Erase.Id id, KafkaRecord record, TimerService timers) {
    ErasedId inColumn = ErasedId.of(spec.input(), id);
    if (inColumn == null) {
      listener.rejected(
          new DeadLetter(
              record,
              DeadLetterReason.INVALID_COMMAND,
              "\"%s\" is no column of ids".formatted(Printable.line(id.column(), MAX_NAME)),
              null));
      return Optional.empty();
    }
    return Optional.of(new IdErasure(inColumn, until(record, timers)));
  }

  private static long until(KafkaRecord record, TimerService timers) {
    long now = timers.currentProcessingTime();
    return record.timestamp() < 0 ? now : Math.min(record.timestamp(), now);
  }

  private void eraseIds(String key, List<IdErasure> ids, TimerService timers) throws Exception {
    if (ids.isEmpty()) {
      return;
    }
    eraseIds(key, ids);
    for (IdErasure erasure : ids) {
      if (!erasure.foundInLastKey()) {
        engine.reportNothingErased(states.value(), key, erasure, listener);
      }
      erased().add(key, erasure.id(), erasure.until(), timers);
    }
  }

  private void eraseIds(String key, List<IdErasure> ids) throws IOException {
    TrainState stored = states.value();
    try {
      switch (engine.erase(stored, key, ids, listener)) {
        case CHANGED -> states.update(stored);
        case DROPPED -> drop(key, ids.get(0).until());
        case UNCHANGED -> {}
      }
    } catch (UnusableStateException e) {
      throw withoutRestart(e);
    }
  }

  /** Runs an action for each key that has a state, as the current key. */
  interface EachKey {
    void run(ThrowingConsumer<String, IOException> action) throws Exception;
  }

  /**
   * Applies the commands of a chunk to all keys, also those that come later.
   *
   * @param keys runs an action for each key
   */
  void applyToAllKeys(Chunk commands, EachKey keys, TimerService timers) throws Exception {
    TaskInfo task = getRuntimeContext().getTaskInfo();
    boolean isFirst = task.getIndexOfThisSubtask() == 0;
    List<IdErasure> ids = new ArrayList<>();
    for (int row = 0; row < commands.size(); row++) {
      KafkaRecord record = command(commands, row);
      ModelCommand command = CommandJson.decode(Objects.requireNonNull(record.value()));
      Erase.Id id = command instanceof Erase erasure ? erasure.id() : null;
      if (id != null && (isFirst || ErasedId.of(spec.input(), id) != null)) {
        erasure(id, record, timers).ifPresent(ids::add);
      }
    }
    if (ids.isEmpty()) {
      return;
    }
    keys.run(key -> eraseIds(key, ids));
    long now = timers.currentProcessingTime();
    erased().expireOfAllKeys(now);
    for (IdErasure erasure : ids) {
      erased().addToAllKeys(erasure.id(), erasure.until(), now);
      engine.reportErasure(
          erasure, task.getIndexOfThisSubtask(), task.getNumberOfParallelSubtasks(), listener);
    }
  }

  private ErasedRecords erased() {
    return Objects.requireNonNull(erased);
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<OutputRecord> out)
      throws Exception {
    String key = context.getCurrentKey();
    if (erased != null) {
      erased.expire(key, timestamp);
    }
    TrainState state = states.value();
    if (state == null) {
      return; // forgotten, with a reminder still on its way
    }
    boolean isExpired = idleKeys.isExpired(context.timerService());
    boolean isUsable = resume(state, key);
    if (isUsable && (isExpired || reportMillis > 0)) {
      report(state, key);
    }
    if (isExpired) {
      metrics.expiredModels.inc();
      drop(key, isUsable ? state.timestamp() : timestamp);
      if (isUsable) {
        engine.forget(state, key, listener);
      }
    } else if (isUsable && publisher.isReminder(key, timestamp)) {
      publisher.publishUnpublished(state, key, sideOutputs);
    }
  }

  /** Reports and publishes the current key of the backend, at the end of the input. */
  void end(String key) throws IOException {
    TrainState state = states.value();
    if (resume(state, key)) {
      report(state, key);
      engine.end(state, key, listener);
    }
  }

  private void report(TrainState state, String key) throws IOException {
    if (engine.report(state, key, listener)) {
      states.update(state);
    }
  }

  /** Drops the state of a key, which restarts with its next example. */
  private void drop(String key, long timestamp) throws IOException {
    states.clear();
    idleKeys.clear();
    publisher.forget(key, timestamp, sideOutputs);
    // The summary drops the key too.
    sideOutputs.output(OutputTags.SUMMARY, SummarySample.forgotten(key));
  }

  private boolean resume(TrainState state, String key) throws IOException {
    try {
      return engine.resume(state, key, listener);
    } catch (UnusableStateException e) {
      throw withoutRestart(e);
    }
  }

  private SuppressRestartsException withoutRestart(UnusableStateException e) {
    return withoutRestart(e, spec, stateSpec.onShapeChange());
  }

  /** Returns a failure without a restart, which would read the same state. */
  public static SuppressRestartsException withoutRestart(
      UnusableStateException e, TrainSpec spec, ShapeChange onShapeChange) {
    return new SuppressRestartsException(
        e.isMismatch() ? new IOException(e.getMessage() + ": " + remedy(spec, onShapeChange)) : e);
  }

  private static String remedy(TrainSpec spec, ShapeChange onShapeChange) {
    String reset = "state.on-shape-change: reset does so";
    boolean isMixture = spec.model() instanceof AutoModelSpec; // which never grows
    return isMixture || onShapeChange == ShapeChange.GROW
        ? reset
        : reset
            + ", and grow keeps what was learned if there only are more neurons, layers or"
            + " features";
  }

  /**
   * Registers a report timer for every key: unreported examples may have no timer, or one that
   * fires too late.
   *
   * @param backend its current key changes
   */
  void remindAll(KeyedStateBackend<String> backend, TimerService timers) throws IOException {
    BackendKeys.forEach(backend, TrainStateSerializer.STATE_NAME, key -> remindOfReport(timers, 1));
  }

  // Times are on a grid, so that a key has at most two of these timers.
  private void remindOfReport(TimerService timers, int spacing) {
    if (spacing > 0) {
      long period = spacing * reportMillis;
      timers.registerProcessingTimeTimer((timers.currentProcessingTime() / period + 1) * period);
    }
  }
}
