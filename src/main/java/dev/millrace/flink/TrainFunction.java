package dev.millrace.flink;

import dev.millrace.codec.DeadLetterEncoder;
import dev.millrace.codec.MetricsJson;
import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.OutputRecord;
import dev.millrace.nn.Workspace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Predicts, scores and learns each example of a key with the key's own model, and reports the
 * metrics.
 *
 * <p>A report comes after every {@code metrics.every} examples and at the end of a bounded input.
 * Examples that would wait longer than {@code metrics.at-latest} for that are reported by the
 * clock; such a report too says only what the data say, and its {@code seq} is its number of
 * examples.
 */
public final class TrainFunction extends KeyedProcessFunction<String, Chunk, OutputRecord> {
  private static final long serialVersionUID = 1L;

  /** Name of the keyed state; never changes, or models are lost. */
  static final String STATE_NAME = "train-state";

  private final TrainSpec spec;
  private transient ValueState<TrainState> states;
  // Scratch for the learners of all keys of this subtask, which take turns.
  private transient Workspace workspace;
  // Of the chunk at hand: the model's class index of each label, or -1.
  private transient int[] classOf;
  private transient MetricsJson json;
  private transient Counter learned;
  private transient DeadLetterCounters refused;

  public TrainFunction(TrainSpec spec) {
    this.spec = spec;
  }

  @Override
  public void open(OpenContext context) {
    states =
        getRuntimeContext()
            .getState(new ValueStateDescriptor<>(STATE_NAME, new TrainStateSerializer()));
    workspace = new Workspace();
    classOf = new int[4];
    json = new MetricsJson();
    learned = getRuntimeContext().getMetricGroup().addGroup("millrace").counter("learned");
    refused = new DeadLetterCounters(getRuntimeContext().getMetricGroup());
  }

  @Override
  public void processElement(Chunk chunk, Context context, Collector<OutputRecord> out)
      throws Exception {
    TrainState state = states.value();
    if (state == null) {
      state = TrainState.begin(spec, chunk);
    }
    resume(state);
    // Fires at the end of a bounded input, and of a job stopped with --drain; the same one each
    // time.
    context.timerService().registerEventTimeTimer(Long.MAX_VALUE);
    state.use(workspace);
    findClasses(state, chunk);
    for (int row = 0; row < chunk.size(); row++) {
      if (learn(state, chunk, row, context) && state.examples() % spec.metrics().every() == 0) {
        out.collect(report(state, chunk.key()));
      }
    }
    states.update(state);
    if (spec.metrics().atLatestMillis() > 0 && state.hasNews()) {
      remind(context);
    }
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<OutputRecord> out)
      throws Exception {
    TrainState state = states.value();
    resume(state);
    if (state.hasNews()) {
      out.collect(report(state, context.getCurrentKey()));
      states.update(state);
    }
    if (context.timeDomain() == TimeDomain.EVENT_TIME) { // the end of the input
      context.output(Outputs.MODELS, ModelSnapshot.encode(spec, context.getCurrentKey(), state));
    }
  }

  // State that does not fit the settings will not fit after a restart either.
  private void resume(TrainState state) {
    try {
      state.resume(spec);
    } catch (IOException e) {
      throw new SuppressRestartsException(e);
    }
  }

  /** Whether the example was learned; otherwise it has gone to the dead letters. */
  private boolean learn(TrainState state, Chunk chunk, int row, Context context) {
    if (chunk.width() != state.learner().inputs()) {
      refuse(
          chunk,
          row,
          DeadLetterReason.WRONG_FEATURE_COUNT,
          "the record has %d features; the model of this key has %d inputs"
              .formatted(chunk.width(), state.learner().inputs()),
          context);
      return false;
    }
    if (chunk.isClassification() != state.task().isClassification()) {
      refuse(
          chunk,
          row,
          DeadLetterReason.INVALID_LABEL,
          "the label is a %s; the model of this key learned %s"
              .formatted(
                  chunk.isClassification() ? "class" : "number",
                  state.task().isClassification() ? "classes" : "numbers"),
          context);
      return false;
    }
    if (!chunk.isClassification()) {
      state.learnValue(chunk, row);
    } else {
      int label = (int) chunk.targets()[row];
      if (classOf[label] >= 0) {
        state.learnClass(chunk, row, classOf[label]);
      } else if (state.classes().size() < spec.mostClasses(state.task())) {
        classOf[label] = state.meetClass(chunk, row, chunk.label(label));
      } else {
        refuse(
            chunk,
            row,
            DeadLetterReason.TOO_MANY_CLASSES,
            "the label \"%s\" would be class %d of this key; %d are allowed"
                .formatted(chunk.label(label), state.classes().size() + 1, state.classes().size()),
            context);
        return false;
      }
    }
    learned.inc();
    return true;
  }

  // Names are looked up once a chunk, not once an example.
  private void findClasses(TrainState state, Chunk chunk) {
    if (classOf.length < chunk.labelCount()) {
      classOf = new int[chunk.labelCount()];
    }
    for (int label = 0; label < chunk.labelCount(); label++) {
      classOf[label] = state.classes().index(chunk.label(label));
    }
  }

  private void refuse(
      Chunk chunk, int row, DeadLetterReason reason, String message, Context context) {
    refused.count(reason);
    KafkaRecord record = chunk.records().get(row, spec.topic());
    context.output(
        Outputs.DEAD_LETTERS,
        DeadLetterEncoder.encode(
            new DeadLetter(record, reason, message, null), spec.input().limits().outputBytes()));
  }

  // Times lie on a grid, so that a key has at most two reminders however often it is reminded.
  private void remind(Context context) {
    long period = spec.metrics().atLatestMillis();
    long now = context.timerService().currentProcessingTime();
    context.timerService().registerProcessingTimeTimer((now / period + 1) * period);
  }

  private OutputRecord report(TrainState state, String key) {
    return OutputRecord.of(
        state.timestamp(),
        key.getBytes(StandardCharsets.UTF_8),
        json.encode(state.report(spec, key)));
  }
}
