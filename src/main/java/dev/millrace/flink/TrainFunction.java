package dev.millrace.flink;

import dev.millrace.codec.MetricsJson;
import dev.millrace.data.Chunk;
import dev.millrace.data.FleetSample;
import dev.millrace.data.MetricsReport;
import dev.millrace.data.OutputRecord;
import dev.millrace.eval.drift.DriftSignal;
import dev.millrace.flink.StateSpec.ShapeChange;
import dev.millrace.nn.ContestSpec.OnChange;
import dev.millrace.nn.ModelMismatchException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.stream.Stream;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.function.ThrowingConsumer;

/**
 * Predicts, scores and learns each example of a key with the key's own model, and reports the
 * metrics.
 *
 * <p>A report comes after every {@code metrics.every} examples and at the end of a bounded input.
 * Examples that would wait longer than {@code metrics.at-latest} for that are reported by the
 * clock; such a report too says only what the data say, and its {@code seq} is its number of
 * examples. Models are published as {@link SnapshotSpec} says, and at the end of the input.
 *
 * <p>A key without an example for {@code state.ttl} is forgotten, with a tombstone among the
 * models.
 */
public final class TrainFunction extends KeyedProcessFunction<String, Chunk, OutputRecord> {
  private static final long serialVersionUID = 1L;

  /** Name of the keyed state; never changes, or models are lost. */
  static final String STATE_NAME = "train-state";

  private final TrainSpec spec;
  private final StateSpec stateSpec;
  private transient ValueState<TrainState> states;
  // Null if keys are never forgotten.
  private transient IdleKeys idleKeys;
  private transient TrainScratch scratch;
  private transient MetricsJson json;
  // Null if they are not published.
  private transient Predictions predictions;
  // Null if labels come with their features.
  private transient LateExamples late;
  private transient ModelPublisher publisher;
  private transient Events events;
  private transient TrainMetrics counted;
  private transient boolean warned;
  private transient Champions champions;
  // Why the state that was read last could not be used.
  private transient String mismatch;
  private transient Refusals refusals;
  private transient Lesson lesson;

  public TrainFunction(TrainSpec spec, StateSpec stateSpec) {
    this.spec = stateSpec.onShapeChange() == ShapeChange.RESET ? spec.with(OnChange.RESET) : spec;
    this.stateSpec = stateSpec;
  }

  @Override
  public void open(OpenContext context) {
    ModelLog.begin(spec.pipeline());
    states = getRuntimeContext().getState(descriptor());
    if (stateSpec.ttlMillis() > 0) {
      idleKeys = new IdleKeys(getRuntimeContext(), stateSpec.ttlMillis());
    }
    scratch = new TrainScratch();
    json = new MetricsJson();
    publisher = new ModelPublisher(spec, getRuntimeContext());
    events = new Events(spec);
    MetricGroup group = getRuntimeContext().getMetricGroup();
    counted = new TrainMetrics(group);
    predictions = spec.predictions() ? new Predictions(spec, counted.shortened) : null;
    DeadLetters refused =
        new DeadLetters(group, spec.pipeline(), spec.input().limits().outputBytes());
    champions = new Champions(spec, events, publisher, refused);
    late =
        spec.input().labels() == null
            ? null
            : new LateExamples(spec, stateSpec.modelBytes(), scratch, predictions, group);
    refusals = new Refusals(spec, stateSpec, refused, late);
    lesson = new Lesson(spec, stateSpec, scratch, publisher, refusals);
  }

  /** Of the keyed state that the models are. */
  static ValueStateDescriptor<TrainState> descriptor() {
    return new ValueStateDescriptor<>(STATE_NAME, new TrainStateSerializer());
  }

  /** The models, each under the key that the backend has at the moment. */
  ValueState<TrainState> states() {
    return states;
  }

  /** Null if keys are never forgotten. */
  IdleKeys idleKeys() {
    return idleKeys;
  }

  ModelPublisher publisher() {
    return publisher;
  }

  /** Puts something between this function and its models, such as a cache. */
  void useStates(ValueState<TrainState> others) {
    states = others;
  }

  @Override
  public void processElement(Chunk chunk, Context context, Collector<OutputRecord> out)
      throws Exception {
    TrainState state = states.value();
    PrequentialModel model = state == null ? null : resume(state, chunk.key());
    if (chunk.isOfCommands()) {
      if (champions.obey(state, model, chunk, context::output)) {
        states.update(state);
      }
      return;
    }
    boolean isNew = state == null;
    boolean isReset = !isNew && model == null;
    int begin = 0;
    if (model == null) {
      begin = late == null ? 0 : refuseUntilShape(chunk, context::output);
      if (begin == chunk.size()) {
        return;
      }
      Chunk first = late == null ? chunk : late.shape(chunk);
      long bytes = spec.firstModelBytes(first);
      if (bytes > stateSpec.modelBytes()) {
        refuseForSize(chunk, begin, bytes, context::output);
        return;
      }
      state = TrainState.begin(spec, first, scratch.workspace);
      model = resume(state, chunk.key());
    }
    if (chunk.epoch() > model.epoch() && !model.isStopped()) {
      turnEpoch(state, model, chunk, context::output, out);
    }
    if (chunk.epoch() > 0 && model.isStopped()) {
      counted.passedOver.inc(chunk.size());
      if (idleKeys != null) {
        idleKeys.note(state, context.timerService());
      }
      states.update(state);
      return;
    }
    counted.beginChunk();
    if (late == null) {
      learnAll(state, model, chunk, context, out);
    } else {
      learnLate(state, model, chunk, begin, context, out);
    }
    counted.endChunk(chunk, context.timerService());
    if (model.seq() == 0 && (late == null || state.labels().isEmpty())) {
      return; // all were refused: there is nothing to keep, nor to publish at the end
    }
    if (isNew) {
      counted.startedKeys.inc();
    }
    if (isReset) {
      counted.resetKeys.inc();
      events.noteStartedAfresh(chunk.key(), chunk.timestamp(begin), mismatch, context::output);
    }
    if (idleKeys != null) {
      idleKeys.note(state, context.timerService());
    }
    publisher.remind(chunk.key(), state, context.timerService());
    states.update(state);
    if (spec.metrics().atLatestMillis() > 0 && hasNews(state, model)) {
      remind(context.timerService(), spec.reportSpacing(model));
    }
  }

  /** Ends the epoch of a key, and begins the chunk's unless that was the end of learning. */
  private void turnEpoch(
      TrainState state,
      PrequentialModel model,
      Chunk chunk,
      SideOutputs others,
      Collector<OutputRecord> out) {
    // Before it has ended, as the clock would have it: of one seq there is one content.
    if (hasNews(state, model)) {
      out.collect(report(state, model, chunk.key(), others));
    }
    if (model.endEpoch()) {
      out.collect(report(state, model, chunk.key(), others));
    } else {
      model.startEpoch(chunk.epoch());
      if (late != null) {
        late.startEpoch(state.labels());
      }
    }
  }

  /** Refuses the labels before the row that a key's model begins with, and returns that row. */
  private int refuseUntilShape(Chunk chunk, SideOutputs out) {
    int row = 0;
    while (row < chunk.size() && !late.canBegin(chunk, row)) {
      refusals.forShape(chunk, row, out);
      row++;
    }
    return row;
  }

  private void refuseForSize(Chunk chunk, int from, long bytes, SideOutputs out) {
    for (int row = from; row < chunk.size(); row++) {
      if (late == null || late.canBegin(chunk, row)) {
        refusals.forSize(chunk, row, bytes, out);
      } else {
        refusals.forShape(chunk, row, out);
      }
    }
  }

  private void learnAll(
      TrainState state,
      PrequentialModel model,
      Chunk chunk,
      Context context,
      Collector<OutputRecord> out)
      throws IOException {
    SideOutputs others = context::output;
    scratch.findClasses(chunk, model.classes(), spec.model().classWeights());
    for (int row = 0; row < chunk.size(); ) {
      long before = model.examples();
      long seqBefore = model.seq();
      long version = model.learner().steps();
      long rollbacks = model.learner().rollbacks();
      String champion = model.champion();
      int known = model.classes().size();
      counted.before(model);
      row = lesson.learn(model, chunk, row, others);
      counted.after(model);
      // What waited for its label was published when its features came.
      if (predictions != null && model.seq() > seqBefore && scratch.pending == null) {
        others.output(
            Outputs.PREDICTIONS,
            predictions.record(
                model,
                chunk,
                row - 1,
                scratch.scores,
                champion,
                known,
                model.examples() == before,
                version));
      }
      events.noteRollback(model, chunk.key(), rollbacks, others);
      boolean crowned = events.noteChampion(model, chunk.key(), others);
      if (spec.drift() != null && model.examples() > before) {
        long steps = model.learner().steps();
        DriftSignal signal = model.watch(spec, chunk, row - 1, scratch);
        counted.drift(signal);
        events.noteDrift(model, chunk.key(), signal, steps, others);
        crowned |= events.noteChampion(model, chunk.key(), others);
      }
      if (model.examples() > before && model.examples() % spec.reportEvery(model) == 0) {
        out.collect(report(state, model, chunk.key(), others));
        events.noteSkipped(model, chunk.key(), others);
      }
      // Whoever predicts with published models is to have the one that answers here.
      if (crowned || (model.examples() > before && publisher.isDue(model))) {
        publisher.publish(model, state, chunk.key(), others);
      }
    }
  }

  /** Learns what becomes whole by the chunk's features and labels; the rest of them waits. */
  private void learnLate(
      TrainState state,
      PrequentialModel model,
      Chunk chunk,
      int from,
      Context context,
      Collector<OutputRecord> out)
      throws IOException {
    for (int row = from; row < chunk.size(); row++) {
      if (chunk.kind(row).hasFeatures() && chunk.width() != model.learner().inputs()) {
        refusals.forWidth(model, chunk, row, context::output);
        continue;
      }
      late.begin(model, state.labels(), chunk, row);
      Chunk example = late.timedOut(model, state.labels());
      while (example != null) {
        learnAll(state, model, example, context, out);
        example = late.timedOut(model, state.labels());
      }
      example = late.next(model, state.labels(), context::output);
      if (example != null) {
        learnAll(state, model, example, context, out);
      }
    }
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<OutputRecord> out)
      throws Exception {
    TrainState state = states.value();
    if (state == null) {
      return; // forgotten, with a reminder still on its way
    }
    boolean isOver = idleKeys != null && idleKeys.isOver(context.timerService());
    String key = context.getCurrentKey();
    PrequentialModel model = resume(state, key);
    if (isOver || spec.metrics().atLatestMillis() > 0) {
      reportNews(state, model, key, out, context::output);
    }
    if (isOver) {
      forget(model, model == null ? timestamp : model.timestamp(), context);
    } else if (model != null && publisher.isReminder(key, timestamp)) {
      publisher.publishNews(model, state, key, context::output);
    }
  }

  /**
   * Tells what is left to tell of the key that the backend has at the moment, at the end of the
   * input.
   */
  void end(String key, Collector<OutputRecord> metrics, SideOutputs others) throws IOException {
    TrainState state = states.value();
    PrequentialModel model = resume(state, key);
    if (model != null) {
      reportNews(state, model, key, metrics, others);
      events.noteSkipped(model, key, others);
      if (model.seq() > 0) { // else all of it waits for labels
        publisher.publish(model, state, key, others);
      }
    }
  }

  private void reportNews(
      TrainState state,
      PrequentialModel model,
      String key,
      Collector<OutputRecord> out,
      SideOutputs others)
      throws IOException {
    if (model != null && hasNews(state, model)) {
      out.collect(report(state, model, key, others));
      states.update(state);
    }
  }

  private static boolean hasNews(TrainState state, PrequentialModel model) {
    return model.hasNews() || (state.labels() != null && state.labels().hasNews());
  }

  /** The key's next example starts it afresh. */
  private void forget(PrequentialModel model, long timestamp, OnTimerContext context)
      throws IOException {
    states.clear();
    idleKeys.clear();
    counted.forgottenKeys.inc();
    publisher.forget(context.getCurrentKey(), timestamp, context::output);
    // Whoever asks for the fleet's view again is not to find the key in it.
    context.output(Outputs.FLEET, FleetSample.forgotten(context.getCurrentKey()));
    if (model != null) {
      events.noteForgotten(model, context.getCurrentKey(), context::output);
    }
  }

  /**
   * The model, or null if its state does not fit the settings and the key is to start afresh. What
   * cannot be read now cannot be read after a restart either.
   */
  private PrequentialModel resume(TrainState state, String key) {
    try {
      if (stateSpec.onShapeChange() == ShapeChange.GROW
          && state.resumeGrown(spec, scratch.workspace)) {
        counted.grownKeys.inc();
      }
      PrequentialModel model = state.resume(spec, scratch.workspace);
      if (model.contest() != null) {
        champions.tellOfRestored(model.contest(), key);
      }
      return model;
    } catch (ModelMismatchException e) {
      if (stateSpec.onShapeChange() != ShapeChange.RESET) {
        throw new SuppressRestartsException(
            new IOException("key \"%s\": %s: %s".formatted(key, e.getMessage(), waysOut())));
      }
      mismatch = e.getMessage();
      if (!warned) {
        warned = true;
        ModelLog.warn(key, "they start afresh: " + e.getMessage());
      }
      return null;
    } catch (IOException e) {
      throw new SuppressRestartsException(
          new IOException("key \"%s\": %s".formatted(key, e.getMessage()), e));
    }
  }

  private String waysOut() {
    String reset = "state.on-shape-change: reset does so";
    boolean isMixture = spec.model().auto() != null; // which never grows
    return isMixture || stateSpec.onShapeChange() == ShapeChange.GROW
        ? reset
        : reset
            + ", and grow keeps what was learned if there only are more neurons, layers or"
            + " features";
  }

  /**
   * Asks for a report of every key, for what it has to tell waits for none, or too long.
   *
   * @param backend its current key changes
   */
  void remindAll(KeyedStateBackend<String> backend, TimerService timers) throws IOException {
    eachKey(backend, STATE_NAME, key -> remind(timers, 1));
  }

  /**
   * Does something for each key that has a state, with the backend at that key.
   *
   * @param backend its current key changes
   */
  static void eachKey(
      KeyedStateBackend<String> backend,
      String stateName,
      ThrowingConsumer<String, IOException> action)
      throws IOException {
    try (Stream<String> keys = backend.getKeys(stateName, VoidNamespace.INSTANCE)) {
      for (Iterator<String> each = keys.iterator(); each.hasNext(); ) {
        String key = each.next();
        backend.setCurrentKey(key);
        action.accept(key);
      }
    }
  }

  // Times lie on a grid, so that a key has at most two reminders however often it is reminded.
  private void remind(TimerService timers, int spacing) {
    long period = spacing * spec.metrics().atLatestMillis();
    timers.registerProcessingTimeTimer((timers.currentProcessingTime() / period + 1) * period);
  }

  private OutputRecord report(
      TrainState state, PrequentialModel model, String key, SideOutputs others) {
    MetricsReport report = model.report(spec, key);
    if (state.labels() != null) {
      report = report.withLabels(state.labels().report());
    }
    counted.report(report);
    if (spec.fleet()) {
      others.output(Outputs.FLEET, FleetSample.of(report, model.drifts(), model.isWarned()));
    }
    byte[] value = json.encode(report);
    if (value.length > spec.input().limits().outputValueBytes()) {
      counted.shortened.inc();
      value = json.encode(report.withoutClasses());
    }
    return OutputRecord.of(model.timestamp(), key.getBytes(StandardCharsets.UTF_8), value);
  }
}
