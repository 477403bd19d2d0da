package dev.millrace.flink;

import dev.millrace.codec.OutputRecord;
import dev.millrace.data.Chunk;
import dev.millrace.data.ModelCommand;
import dev.millrace.input.ForecastSpec;
import dev.millrace.prequential.spec.SnapshotSpec;
import dev.millrace.prequential.spec.TrainSpec;
import java.io.IOException;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.SimpleTimerService;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.apache.flink.util.function.ThrowingConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs {@link TrainFunction}, and keeps the models in use as objects if the state backend keeps
 * bytes.
 *
 * <p>An operator, because Flink calls a function only after a barrier: the models that have learned
 * are written to the backend before each barrier, so every checkpoint has them.
 */
public class TrainOperator extends KeyedProcessOperator<String, Chunk, OutputRecord> {
  private static final long serialVersionUID = 1L;

  /** Name of the operator state; never changes. */
  static final String TTL_STATE_NAME = "watched-ttl";

  /** Name of the operator state; never changes. */
  static final String REMINDERS_STATE_NAME = "reminders";

  /** Name of the operator state; never changes. */
  static final String REPORTS_STATE_NAME = "report-reminders";

  // As Flink names the timers of a keyed function.
  private static final String TIMERS = "user-timers";

  private final SnapshotSpec snapshots;
  private final StateSpec state;
  private final long reportMillis;
  private final boolean hasCommands;
  // Null unless examples are records of a series.
  private final @Nullable ForecastSpec forecast;
  // Null on the heap, where the backend itself has the objects and copies them for a snapshot.
  private transient @Nullable StateCache cache;
  private transient StreamRecord<?> stamped;
  private transient long watermark;
  // TTL of the previous run; 0 if it had none.
  private transient long previousTtl;
  // Snapshot timers of the previous run; empty if not stored.
  private transient String previousReminders;
  // Max interval of the previous run's reports; 0 if it had none, or it was not stored.
  private transient long previousReports;

  public TrainOperator(TrainSpec spec, StateSpec state) {
    super(new TrainFunction(spec, state));
    this.snapshots = spec.publish().snapshots();
    this.state = state;
    this.reportMillis = spec.metrics().maxIntervalMillis();
    this.hasCommands = spec.commands() != null;
    this.forecast = spec.input().forecast();
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    // Empty without a TTL, and in state of a release that stored cells instead of milliseconds.
    previousTtl =
        replaceStored(context, TTL_STATE_NAME, Types.LONG, notZero(state.ttlMillis()), 0L);
    previousReminders =
        replaceStored(
            context, REMINDERS_STATE_NAME, Types.STRING, List.of(snapshots.reminders()), "");
    previousReports =
        replaceStored(context, REPORTS_STATE_NAME, Types.LONG, notZero(reportMillis), 0L);
    if (hasCommands) {
      function()
          .useErased(
              context
                  .getOperatorStateStore()
                  .getBroadcastState(ErasedRecords.descriptor(ErasedRecords.ALL_KEYS_STATE_NAME)));
    }
  }

  private static List<Long> notZero(long millis) {
    return millis > 0 ? List.of(millis) : List.of();
  }

  /** Returns the value that the previous run stored under a name, and stores the current one. */
  private static <T> T replaceStored(
      StateInitializationContext context,
      String name,
      TypeInformation<T> type,
      List<T> current,
      T fallback)
      throws Exception {
    ListState<T> stored =
        context.getOperatorStateStore().getUnionListState(new ListStateDescriptor<>(name, type));
    T previous = fallback;
    for (T value : stored.get()) { // one of each subtask, all the same
      previous = value;
    }
    stored.update(current);
    return previous;
  }

  /** Makes the operator emit a prediction for every example, whatever the settings are. */
  public void emitPredictions() {
    function().change(to -> to.publish = to.publish.withPredictions(true));
  }

  /** Makes the operator emit a prediction with each element that travels with its example. */
  public void emitElements() {
    emitPredictions();
    function().emitElements();
  }

  /** Makes the operator emit samples for the summary, whatever the settings are. */
  public void emitSummary() {
    function().change(to -> to.publish = to.publish.withSummary());
  }

  private TrainFunction function() {
    return (TrainFunction) userFunction;
  }

  @Override
  public void open() throws Exception {
    stamped = new StreamRecord<>(null);
    watermark = Long.MIN_VALUE;
    function().useOutputs(new MetricsOutput(), this::put);
    super.open();
    KeyedStateBackend<String> backend = getKeyedStateBackend();
    TrainFunction function = function();
    function.loadErased(backend);
    if (state.ttlMillis() > 0 && previousTtl != state.ttlMillis()) {
      function.idleKeys().watchAll(backend, timers(), previousTtl > 0);
    }
    if (!snapshots.reminders().equals(previousReminders)) {
      function.publisher().remindAll(backend, timers());
    }
    if (reportMillis > 0 && (previousReports == 0 || previousReports > reportMillis)) {
      function.remindAll(backend, timers());
    }
    StatePages pages = function.pages();
    if (backend.isSafeToReuseKVState()) {
      cache =
          new StateCache(function.states(), pages, backend, state.cacheBytes(), getMetricGroup());
      function.useStates(cache);
    } else if (pages != null) {
      function.useStates(new StatePages.OnHeap(function.states(), pages));
    }
  }

  private TimerService timers() {
    return new SimpleTimerService(
        getInternalTimerService(TIMERS, VoidNamespaceSerializer.INSTANCE, this));
  }

  /**
   * Reports every model at the end of a bounded input, and of a job stopped with {@code --drain}.
   * The backend lists the keys then: a timer of each key would cost as much as a model's own write
   * each time that a key comes back.
   */
  @Override
  public void processWatermark(Watermark mark) throws Exception {
    if (mark.equals(Watermark.MAX_WATERMARK)) {
      forEachKey(function()::end);
    }
    watermark = mark.getTimestamp();
    super.processWatermark(mark);
  }

  private void forEachKey(ThrowingConsumer<String, IOException> action) throws Exception {
    if (cache != null) {
      cache.flush();
    }
    this.<String>getKeyedStateBackend()
        .applyToAllKeys(
            VoidNamespace.INSTANCE,
            VoidNamespaceSerializer.INSTANCE,
            TrainStateSerializer.descriptor(),
            (key, state) -> action.accept(key));
  }

  /** Commands come to all subtasks, so their key need not be one of this subtask. */
  @Override
  @SuppressWarnings("rawtypes") // as the method is declared
  public void setKeyContextElement1(StreamRecord record) throws Exception {
    if (!((Chunk) record.getValue()).isOfCommands()) {
      super.setKeyContextElement1(record);
    }
  }

  @Override
  public void processElement(StreamRecord<Chunk> element) throws Exception {
    Chunk chunk = element.getValue();
    if (chunk.isOfCommands()) {
      command(chunk);
    } else {
      super.processElement(element);
    }
  }

  private void command(Chunk commands) throws Exception {
    String named = commands.key();
    if (named.equals(ModelCommand.ALL_KEYS)) {
      function().applyToAllKeys(commands, this::forEachKey, timers());
      return;
    }
    for (String key : modelKeys(named)) {
      if (function().isOfThisSubtask(key)) {
        setCurrentKey(key);
        function().apply(commands, key, timers());
      }
    }
  }

  /** Returns the keys of the models of a series, or a key that is of a model. */
  private List<String> modelKeys(String named) {
    return forecast == null || forecast.horizon(named) != null
        ? List.of(named)
        : forecast.modelKeys(named);
  }

  private <T> void put(OutputTag<T> tag, T value) {
    output.collect(tag, stamp(value));
  }

  /**
   * Returns a result with its time in the job: that of the example behind it, or a later one where
   * the watermark has passed it, as with reports by the clock. So no window finds a result late.
   */
  private <T> StreamRecord<T> stamp(T value) {
    long timestamp = value instanceof OutputRecord record ? record.timestamp() : -1;
    if (timestamp < 0) {
      StreamRecord<T> withoutTime = stamped.replace(value);
      withoutTime.eraseTimestamp();
      return withoutTime;
    }
    return stamped.replace(value, Math.max(timestamp, watermark + 1));
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    if (cache != null) {
      cache.flush();
    }
  }

  /** Emits metrics, each with a timestamp of its own. */
  private final class MetricsOutput implements Collector<OutputRecord> {
    @Override
    public void collect(OutputRecord record) {
      output.collect(stamp(record));
    }

    @Override
    public void close() {}
  }
}
