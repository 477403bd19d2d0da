package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.OutputLabels;
import dev.millrace.data.OutputLabels.Label;
import dev.millrace.data.RecordKind;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec.LateLabels;
import dev.millrace.input.TargetSpec;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.auto.SharedNetwork;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.prequential.OutputsState.Output;
import dev.millrace.prequential.key.ModelFormat;
import dev.millrace.prequential.labels.LabelJoin;
import dev.millrace.prequential.labels.PendingFeatures;
import dev.millrace.prequential.labels.PendingSet;
import dev.millrace.prequential.rows.DerivedFiller;
import dev.millrace.prequential.rows.Rejections;
import dev.millrace.prequential.rows.Rejections.Rejection;
import dev.millrace.prequential.spec.OutputSpecs;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.ModelEvent.Reset;
import dev.millrace.report.ModelVersion;
import dev.millrace.report.Prediction.NamedOutcome;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets keys with several outputs learn. Each output has a model and scores of its own, which a
 * {@link ModelLearner} updates as if its label were the only one: it may be missing, come late, and
 * have any task. What the models have in common is a {@link SharedNetwork}, whose units are inputs
 * behind the features of each, and which learns the labels of all outputs. Of a set of labels each
 * label is an output of two classes, which begins with the first example that has it.
 *
 * <p>A record is taken to one output after the other, then its predictions are published as one.
 * Not thread-safe.
 */
final class OutputsLearner implements KeyLearner {
  private static final int TWO_CLASSES = 2;
  private static final String ANY_LABEL = "";

  private static final Rejection BEFORE_FEATURES =
      new Rejection(
          DeadLetterReason.LABEL_WITHOUT_FEATURES,
          "the label came before any features of its key; with several outputs, only labels after"
              + " the first features wait");

  private final TrainSpec spec;
  private final long maxBytes;
  private final KeyBudget budget;
  private final ShapeChange onShapeChange;
  private final MismatchPolicy mismatches;
  private final Workspace workspace = new Workspace();
  private final EventReporter events;
  private final OutputsReporter reporter;
  private final OutputPredictions published;
  private final Rejections rejections;
  private final DerivedFiller derived;
  private final RowOutcomes outcomes = new RowOutcomes(workspace);
  private final OutputsListener outputsListener;
  // False if the outputs are the labels of a set.
  private final boolean hasTargets;
  // By the name of the target; all labels of a set have the same one.
  private final Map<String, ModelLearner> learners = new HashMap<>();
  private final OutputRows rows;

  OutputsLearner(TrainSpec spec, long maxBytes, KeyBudget budget, ShapeChange onShapeChange) {
    this.spec = spec;
    this.maxBytes = maxBytes;
    this.budget = budget;
    this.onShapeChange = onShapeChange;
    mismatches = new MismatchPolicy(onShapeChange);
    events = new EventReporter(spec);
    reporter = new OutputsReporter(spec);
    published = new OutputPredictions(spec);
    rows = new OutputRows(spec.topic(), workspace);
    rejections = new Rejections(spec, maxBytes);
    derived = new DerivedFiller(spec);
    outputsListener = new OutputsListener(rejections);
    for (TargetSpec target : spec.input().targets()) {
      learners.put(target.name(), newLearner(OutputSpecs.of(spec, target)));
    }
    hasTargets = !learners.isEmpty();
    if (!hasTargets) {
      learners.put(ANY_LABEL, newLearner(OutputSpecs.ofLabel(spec)));
    }
  }

  private ModelLearner newLearner(TrainSpec ofOutput) {
    // A model that grew beside one that did not would see other units.
    ShapeChange onChange = onShapeChange == ShapeChange.GROW ? ShapeChange.FAIL : onShapeChange;
    return new ModelLearner(ofOutput, maxBytes, budget, onChange, workspace, outcomes);
  }

  private ModelLearner learner(Output output) {
    return Objects.requireNonNull(learners.get(hasTargets ? output.name : ANY_LABEL));
  }

  @Override
  public @Nullable TrainState learn(
      @Nullable TrainState known, Chunk chunk, EngineListener listener) throws IOException {
    TrainState state = known;
    for (int row = 0; row < chunk.size(); row++) {
      if (state == null) {
        state = begin(chunk, row, listener);
      }
      if (state != null) {
        learnRow(state, chunk, row, listener);
      }
    }
    return state == null || state.isEmpty() ? null : state;
  }

  /** Returns the state of a key that begins with a row; null if the row is rejected. */
  private @Nullable TrainState begin(Chunk chunk, int row, EngineListener listener) {
    if (!chunk.kind(row).hasFeatures()) {
      listener.rejected(rejections.letter(chunk, row, BEFORE_FEATURES));
      return null;
    }
    long bytes = firstBytes(chunk.width());
    if (bytes > maxBytes) {
      listener.rejected(rejections.letter(chunk, row, rejections.ofSize(bytes)));
      return null;
    }
    OutputsState state =
        new OutputsState(
            spec,
            columns(),
            chunk.key(),
            chunk.width(),
            Indicators.last(chunk.indicators(), chunk.width()));
    spec.input().targets().forEach(target -> state.add(target.name()));
    if (!hasTargets) {
      spec.input().classes().forEach(state::add);
    }
    return TrainState.of(state);
  }

  /** Returns the bytes of all models that a key begins with. */
  private long firstBytes(int width) {
    long bytes = SharedNetwork.bytes(width, 1);
    for (TargetSpec target : spec.input().targets()) {
      bytes += bytesOf(width, target.task() == null ? Task.REGRESSION : target.task());
    }
    return bytes + spec.input().classes().size() * bytesOf(width, Task.BINARY);
  }

  private long bytesOf(int width, Task task) {
    return Models.modelBytes(spec.model(), task, width + SharedNetwork.UNITS, TWO_CLASSES);
  }

  private int columns() {
    return ModelFormat.columns(spec.input(), workspace);
  }

  private void learnRow(TrainState state, Chunk chunk, int row, EngineListener listener)
      throws IOException {
    OutputsState outputs = OutputsState.of(state);
    RecordKind kind = chunk.kind(row);
    int known = outputs.all.size();
    String labels = kind.hasLabel() ? chunk.label(chunk.labelOf(row)) : null;
    Rejection rejection = misfit(outputs, chunk, row);
    if (rejection == null) {
      budget.begin(state);
      rejection = labels == null || hasTargets ? null : discover(state, labels);
    }
    if (rejection != null) {
      listener.rejected(rejections.letter(chunk, row, rejection));
      return;
    }
    arrive(outputs, chunk, row);
    outputsListener.begin(listener, chunk, row);
    outcomes.begin(outputs);
    if (kind.hasFeatures()) {
      if (outputs.derived != null) {
        derived.fill(outputs.derived, chunk, row);
      }
      rows.useFeatures(outputs, chunk, row);
    }
    long before = outputs.counters.examples;
    ModelVersion version = published.version(outputs);
    learnOutputs(outputs, chunk, row, labels);
    finish(outputs, chunk, row, known, labels, version, listener);
    report(state, chunk.key(), before, listener);
  }

  /** Returns why the key cannot have a record, by its features or its pass; null if it can. */
  private static @Nullable Rejection misfit(OutputsState outputs, Chunk chunk, int row) {
    return chunk.kind(row).hasFeatures() && chunk.width() != outputs.shared.inputs()
        ? Rejections.ofWidth(chunk.width(), outputs.shared.inputs())
        : Rejections.ofEpoch(outputs.counters.arrivals, chunk);
  }

  /** Counts a record, which may start a pass over the data. */
  private void arrive(OutputsState outputs, Chunk chunk, int row) {
    if (chunk.epoch() > outputs.counters.epoch) {
      outputs.counters.arrivals.turnTo(chunk.epoch());
      outputs.counters.epoch = chunk.epoch();
      if (outputs.derived != null) {
        outputs.derived.clear(); // the times start again
      }
    }
    outputs.records++;
    LateLabels late = spec.input().labels();
    if (chunk.kind(row).hasFeatures() || late == null || late.topic() == null) {
      outputs.counters.arrive(chunk, row);
    }
  }

  /**
   * Predicts the set of labels, lets what the outputs share learn, and publishes the predictions.
   *
   * @param known number of outputs before the record
   * @param version of the models before it
   */
  private void finish(
      OutputsState outputs,
      Chunk chunk,
      int row,
      int known,
      @Nullable String labels,
      ModelVersion version,
      EngineListener listener) {
    List<NamedOutcome> predictions = outputsListener.predictions;
    PendingSet set = null;
    boolean isPredicted = chunk.kind(row).hasFeatures() && (!hasTargets || !predictions.isEmpty());
    if (outputs.sets != null && isPredicted) {
      // Labels that were discovered in this record were not predicted.
      predictions = predictions.subList(0, Math.min(known, predictions.size()));
      set =
          outputs.sets.predict(
              outputs.probabilities(predictions, known), Math.max(0, chunk.windowTime(row)));
    }
    String id = chunk.id(row);
    int learned = outcomes.finish(set, id);
    outputs.counters.examples += learned;
    if (set != null && learned == 0 && id != null && outputs.sets != null) {
      outputs.sets.keep(LabelJoin.joinId(id, outputs.counters.epoch), set, budget);
    }
    if (spec.publish().predictions() && isPredicted) {
      listener.prediction(
          published.of(outputs, chunk, row, labels, predictions, set, version),
          outputs.counters.timestamp,
          chunk,
          row);
    }
  }

  /** Adds the labels of a set that are new, all or none; returns why they cannot be, else null. */
  private @Nullable Rejection discover(TrainState state, String labels) {
    OutputsState outputs = OutputsState.of(state);
    List<String> added =
        OutputLabels.set(labels).stream().filter(name -> outputs.find(name) == null).toList();
    if (added.isEmpty()) {
      return null;
    }
    List<String> declared = spec.input().classes();
    int max = declared.isEmpty() ? spec.input().limits().classes() : declared.size();
    int known = outputs.all.size();
    if (known + added.size() > max) {
      return new Rejection(
          DeadLetterReason.TOO_MANY_CLASSES,
          "\"%s\" would be label %d of this key; %d are allowed (%s)"
              .formatted(
                  added.get(max - known),
                  max + 1,
                  max,
                  declared.isEmpty() ? "limits.classes" : "input.classes"));
    }
    long begun = outputs.active().size();
    long bytes =
        KeyBudget.fixedBytes(state)
            + (known - begun + added.size()) * bytesOf(outputs.shared.inputs(), Task.BINARY);
    if (bytes > maxBytes) {
      return rejections.ofSize(bytes);
    }
    added.forEach(outputs::add);
    return null;
  }

  private void learnOutputs(OutputsState outputs, Chunk chunk, int row, @Nullable String labels)
      throws IOException {
    RecordKind kind = chunk.kind(row);
    if (hasTargets) {
      List<@Nullable Label> targets = labels == null ? List.of() : OutputLabels.targets(labels);
      List<TargetSpec> declared = spec.input().targets();
      for (int t = 0; t < declared.size(); t++) {
        Label label = t < targets.size() ? targets.get(t) : null;
        learnOutput(outputs, outputs.number(declared.get(t).name()), chunk, row, kind, label);
      }
      return;
    }
    Set<String> names = labels == null ? Set.of() : Set.copyOf(OutputLabels.set(labels));
    PendingFeatures pending = kind == RecordKind.LABEL ? pending(outputs, chunk, row) : null;
    for (int o = 0; o < outputs.all.size(); o++) {
      Output output = outputs.all.get(o);
      Label label =
          labels == null
              ? null
              : Label.of(names.contains(output.name) ? OutputSpecs.PRESENT : OutputSpecs.ABSENT);
      if (pending != null && !isPending(outputs, output, chunk, row)) {
        // The label was not known when the features came.
        rows.useFeatures(pending);
        learnOutput(outputs, o, chunk, row, RecordKind.EXAMPLE, label);
      } else {
        learnOutput(outputs, o, chunk, row, kind, label);
      }
    }
  }

  /** Returns the features that wait for a set of labels, in one of the outputs; null if none do. */
  private @Nullable PendingFeatures pending(OutputsState outputs, Chunk chunk, int row) {
    for (Output output : outputs.all) {
      PendingFeatures pending = pendingOf(outputs, output, chunk, row);
      if (pending != null) {
        return pending;
      }
    }
    return null;
  }

  private boolean isPending(OutputsState outputs, Output output, Chunk chunk, int row) {
    return pendingOf(outputs, output, chunk, row) != null;
  }

  private static @Nullable PendingFeatures pendingOf(
      OutputsState outputs, Output output, Chunk chunk, int row) {
    LabelJoin join = output.state == null ? null : output.state.model().part(LabelJoin.class);
    String id = chunk.id(row);
    return join == null || id == null
        ? null
        : join.pendingFeatures(LabelJoin.joinId(id, outputs.counters.epoch));
  }

  /** Lets the model of one output predict and learn its part of a record, if it has one. */
  private void learnOutput(
      OutputsState outputs,
      int number,
      Chunk chunk,
      int row,
      RecordKind kind,
      @Nullable Label label)
      throws IOException {
    Output output = outputs.all.get(number);
    if (output.state == null
        ? !kind.hasFeatures() || (label == null && !isOfKnownTask(output))
        : label == null && !kind.hasFeatures()) {
      return;
    }
    outputsListener.next(output.name);
    outcomes.next(output, number);
    TrainState learned =
        learner(output)
            .learn(
                output.state,
                rows.chunk(outputs, output.name, chunk, row, kind, label),
                outputsListener);
    if (learned != null && learned != output.state) {
      outputs.use(output, learned);
    }
  }

  private boolean isOfKnownTask(Output output) {
    return !hasTargets
        || spec.input().targets().stream()
            .anyMatch(target -> target.name().equals(output.name) && target.task() != null);
  }

  /** Reports the key, and publishes its models, if that is due. */
  private void report(TrainState state, String key, long before, EngineListener listener)
      throws IOException {
    OutputsState outputs = OutputsState.of(state);
    long every = spec.metrics().every();
    if (outputs.counters.examples / every > before / every) {
      reporter.report(outputs, key, listener);
    }
    if (outputsListener.isModelDue) {
      outputsListener.isModelDue = false;
      listener.modelDue(key, state);
    }
  }

  @Override
  public @Nullable String resume(TrainState state, String key, EngineListener listener)
      throws IOException {
    if (state.serialized() == null) {
      return null;
    }
    String mismatch =
        mismatches.resume(
            key, listener, () -> state.resume(in -> OutputsState.read(in, spec, columns(), key)));
    if (mismatch == null) {
      alignOutputs(OutputsState.of(state), key, listener);
    }
    return mismatch;
  }

  private void alignOutputs(OutputsState outputs, String key, EngineListener listener)
      throws IOException {
    for (TargetSpec target : spec.input().targets()) {
      if (outputs.find(target.name()) == null) {
        outputs.add(target.name());
      }
    }
    for (Output output : outputs.active()) {
      TrainState own = output.begun();
      if (hasTargets && !learners.containsKey(output.name)) {
        output.forget(); // not a target any more; the numbers of the others stay
      } else if (learner(output).resume(own, OutputSpecs.key(key, output.name), listener) != null) {
        output.forget(); // it restarts with its next example
        events.report(
            outputs.counters,
            OutputSpecs.key(key, output.name),
            new Reset("the stored model does not fit the settings of this output"),
            0,
            listener);
      }
    }
  }

  @Override
  public KeyBudget budget() {
    return budget;
  }
}
