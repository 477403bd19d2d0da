package dev.millrace.flink;

import dev.millrace.codec.OutputRecord;
import dev.millrace.data.Chunk;
import dev.millrace.prequential.SnapshotSpec;
import dev.millrace.prequential.TrainSpec;
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
import org.apache.flink.streaming.api.operators.TimestampedCollector;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Runs {@link TrainFunction}, and keeps the models in use as objects where the state backend keeps
 * bytes.
 *
 * <p>An operator rather than the function alone, because only an operator hears of barriers: the
 * models that have learned are written to the backend before each, so nothing lives outside a
 * checkpoint.
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
  // Null on the heap, where the backend itself has the objects and copies them for a snapshot.
  private transient StateCache cache;
  // The allowed idle time of the run that this one goes on from; 0 if it had none.
  private transient long ttlBefore;
  // What keys were reminded of in that run; null if nobody noted.
  private transient String remindersBefore;
  // After what time that run reported what had come; 0 if the clock did not count, or nobody noted.
  private transient long reportsBefore;

  public TrainOperator(TrainSpec spec, StateSpec state) {
    super(new TrainFunction(spec, state));
    this.snapshots = spec.snapshots();
    this.state = state;
    this.reportMillis = spec.metrics().maxIntervalMillis();
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    // Empty where keys were not watched, and in state of a release that
    // noted cells instead of milliseconds.
    ttlBefore = noted(context, TTL_STATE_NAME, Types.LONG, notZero(state.ttlMillis()), 0L);
    remindersBefore =
        noted(context, REMINDERS_STATE_NAME, Types.STRING, List.of(snapshots.reminders()), null);
    reportsBefore = noted(context, REPORTS_STATE_NAME, Types.LONG, notZero(reportMillis), 0L);
  }

  private static List<Long> notZero(long millis) {
    return millis > 0 ? List.of(millis) : List.of();
  }

  /** What the run before noted under a name, or what holds if it did not; notes what is so now. */
  private static <T> T noted(
      StateInitializationContext context,
      String name,
      TypeInformation<T> type,
      List<T> now,
      T ifNothing)
      throws Exception {
    ListState<T> notes =
        context.getOperatorStateStore().getUnionListState(new ListStateDescriptor<>(name, type));
    T before = ifNothing;
    for (T note : notes.get()) { // each subtask's, all the same
      before = note;
    }
    notes.update(now);
    return before;
  }

  @Override
  public void open() throws Exception {
    super.open();
    KeyedStateBackend<String> backend = getKeyedStateBackend();
    TrainFunction function = (TrainFunction) userFunction;
    if (function.idleKeys() != null && ttlBefore != state.ttlMillis()) {
      function.idleKeys().watchAll(backend, timers(), ttlBefore > 0);
    }
    if (!snapshots.reminders().equals(remindersBefore)) {
      function.publisher().remindAll(backend, timers());
    }
    if (reportMillis > 0 && (reportsBefore == 0 || reportsBefore > reportMillis)) {
      function.remindAll(backend, timers());
    }
    if (backend.isSafeToReuseKVState()) {
      cache = new StateCache(function.states(), backend, state.cacheBytes(), getMetricGroup());
      function.useStates(cache);
    }
  }

  private TimerService timers() {
    return new SimpleTimerService(
        getInternalTimerService(TIMERS, VoidNamespaceSerializer.INSTANCE, this));
  }

  /**
   * At the end of a bounded input, and of a job stopped with {@code --drain}, every model is told
   * of. All keys are asked for then, rather than each setting a timer for it: a timer would cost as
   * much as a model's own write each time that a key comes back.
   */
  @Override
  public void processWatermark(Watermark mark) throws Exception {
    if (mark.equals(Watermark.MAX_WATERMARK)) {
      if (cache != null) {
        cache.flush();
      }
      tellOfAllModels();
    }
    super.processWatermark(mark);
  }

  private void tellOfAllModels() throws Exception {
    TrainFunction function = (TrainFunction) userFunction;
    TimestampedCollector<OutputRecord> metrics = new TimestampedCollector<>(output);
    this.<String>getKeyedStateBackend()
        .applyToAllKeys(
            VoidNamespace.INSTANCE,
            VoidNamespaceSerializer.INSTANCE,
            TrainFunction.descriptor(),
            (key, state) -> function.end(key, metrics, this::put));
  }

  private <T> void put(OutputTag<T> tag, T value) {
    output.collect(tag, new StreamRecord<>(value));
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    if (cache != null) {
      cache.flush();
    }
  }
}
