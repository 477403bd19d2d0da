package dev.millrace.prequential;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.SizeChecks;
import dev.millrace.data.Task;
import dev.millrace.derived.DerivedState;
import dev.millrace.eval.ClassificationMetrics;
import dev.millrace.eval.LabelSetScores;
import dev.millrace.input.ErasedId;
import dev.millrace.nn.LearnerSummary;
import dev.millrace.nn.auto.SharedNetwork;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.stored.ModelMismatchException;
import dev.millrace.nn.stored.PagedOutput;
import dev.millrace.nn.stored.PagedPart;
import dev.millrace.prequential.key.ClassNames;
import dev.millrace.prequential.key.KeyCounters;
import dev.millrace.prequential.key.KeyModels;
import dev.millrace.prequential.key.ModelFormat;
import dev.millrace.prequential.key.OutputPages;
import dev.millrace.prequential.key.PageStore;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.spec.OutputSpecs;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.Prediction.NamedOutcome;
import dev.millrace.report.Prediction.OfClass;
import dev.millrace.state.Evictable;
import dev.millrace.state.State;
import dev.millrace.state.StateReader;
import dev.millrace.state.StateVisitor;
import dev.millrace.state.StateWriter;
import java.io.ByteArrayOutputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a key with several outputs has: the network that they share, the model of each with its
 * scores, and the scores of all together. {@link OutputsLearner} updates it. Not thread-safe.
 */
final class OutputsState implements KeyModels {
  private static final int MAX_OUTPUTS = 2_000;
  private static final int MAX_NEURONS = 2_000;
  // Of an object with its arrays.
  private static final int OUTPUT_BYTES = 256;
  // Pages of an output's model are numbered apart from those of the others.
  private static final int OUTPUT_SHIFT = 16;

  /** One of the outputs. */
  static final class Output {
    final String name;

    /** Null before its first example. */
    @Nullable TrainState state;

    /** The shared network's neurons: of each class; one of a value, or of the positive class. */
    int[] neurons = {};

    Output(String name) {
      this.name = name;
    }

    /** Drops its model, with the pages of that; the output begins again. */
    void forget() throws IOException {
      if (state != null) {
        state.removePages();
      }
      state = null;
      neurons = new int[0];
    }

    /** Returns its state, once it has had an example. */
    TrainState begun() {
      return Objects.requireNonNull(state, name);
    }

    /** Returns the index of the positive class of two; below 0 if there is none, or not yet. */
    int positive() {
      return state != null
              && state.model().task == Task.BINARY
              && state.model().metrics instanceof ClassificationMetrics metrics
          ? metrics.positive()
          : -1;
    }
  }

  final Task task;
  final int columns;
  final SharedNetwork shared;

  /**
   * Place of the shared network's units in the rows of the outputs: before undeclared indicators.
   */
  final int unitsAt;

  final KeyCounters counters;
  final LabelSetScores scores;
  private final TrainSpec spec;

  /** Null if there is one output of two classes at most. */
  final @Nullable PredictedSets sets;

  /** Null if no features are derived. */
  final @Nullable DerivedState derived;

  /** In the order in which they became known; targets in that of the pipeline file of then. */
  final List<Output> all = new ArrayList<>();

  // Of each output, by its name.
  private final Map<String, Integer> numbers = new HashMap<>();

  /** Number of records that have come. */
  long records;

  private PageStore pages = PageStore.NONE;
  private boolean keepsPages;

  /**
   * Creates the state of a key without examples.
   *
   * @param inputs features of a row
   * @param found indicators behind the other features if none is declared
   */
  OutputsState(TrainSpec spec, int columns, String key, int inputs, Indicators found) {
    this(
        spec,
        columns,
        new SharedNetwork(
            inputs,
            spec.model().indicators().orElse(found),
            spec.model().seed(),
            PrequentialModel.seed(key)),
        inputs - found.columns().length,
        new KeyCounters(spec.countsDuplicates()));
  }

  private OutputsState(
      TrainSpec spec, int columns, SharedNetwork shared, int unitsAt, KeyCounters counters) {
    this.spec = spec;
    task = OutputSpecs.task(spec.input());
    this.columns = columns;
    this.shared = shared;
    this.unitsAt = unitsAt;
    this.counters = counters;
    scores = new LabelSetScores(spec.metrics().window());
    sets = PredictedSets.arePredicted(spec.input()) ? new PredictedSets(spec) : null;
    derived = spec.input().derived().isEmpty() ? null : new DerivedState(spec.input());
  }

  /** Returns the output of a name; null if there is none. */
  @Nullable Output find(String name) {
    Integer number = numbers.get(name);
    return number == null ? null : all.get(number);
  }

  /** Returns the number of an output, which there must be. */
  int number(String name) {
    return Objects.requireNonNull(numbers.get(name), name);
  }

  /** Returns the outputs that have had examples. */
  List<Output> active() {
    List<Output> active = new ArrayList<>(all);
    active.removeIf(output -> output.state == null);
    return active;
  }

  /** Returns the outputs of a key that has several, once its state is usable. */
  static OutputsState of(TrainState state) {
    return (OutputsState) state.usable();
  }

  @Override
  public boolean hasOutputs() {
    return true;
  }

  @Override
  public Map<String, PrequentialModel> models(String key) {
    Map<String, PrequentialModel> models = new LinkedHashMap<>();
    for (Output output : active()) {
      models.put(OutputSpecs.key(key, output.name), output.begun().model());
    }
    return models;
  }

  @Override
  public long eraseShared(ErasedId id) {
    return derived == null ? 0 : derived.erase(id);
  }

  /** Returns the probabilities that the first outputs are positive; 0 of those not predicted. */
  float[] probabilities(List<NamedOutcome> predictions, int known) {
    float[] probabilities = new float[known];
    for (NamedOutcome prediction : predictions) {
      int number = number(prediction.name());
      if (number < known) {
        int positive = all.get(number).positive();
        probabilities[number] =
            prediction.outcome() instanceof OfClass one
                    && positive >= 0
                    && positive < one.scores().length
                ? one.scores()[positive]
                : 0f;
      }
    }
    return probabilities;
  }

  /** Adds an output without examples. */
  Output add(String name) {
    Output output = new Output(name);
    numbers.put(name, all.size());
    all.add(output);
    return output;
  }

  /** Keeps the state of an output, whose first example has come. */
  void use(Output output, TrainState state) {
    output.state = state;
    placePages(number(output.name));
  }

  @Override
  public KeyCounters counters() {
    return counters;
  }

  @Override
  public long steps() {
    return shared.steps();
  }

  @Override
  public List<PagedPart> pagedParts() {
    return List.of();
  }

  @Override
  public long memoryBytes() {
    long bytes = shared.memoryBytes() + scores.memoryBytes() + counters.arrivals.memoryBytes();
    bytes += sets == null ? 0 : sets.memoryBytes();
    bytes += derived == null ? 0 : derived.memoryBytes();
    for (Output output : all) {
      bytes += OUTPUT_BYTES + (output.state == null ? 0 : output.state.memoryBytes());
    }
    return bytes;
  }

  @Override
  public void addEvictables(List<Evictable> to) {
    if (derived != null) {
      to.addAll(derived.evictables());
    }
    for (Output output : active()) {
      output.begun().addEvictables(to);
    }
  }

  @Override
  public boolean isEmpty() {
    return records == 0;
  }

  @Override
  public boolean hasUnreported() {
    return counters.hasUnreported()
        || active().stream().anyMatch(output -> output.begun().hasUnreported());
  }

  @Override
  public void keepPages(PageStore store, boolean keeps) {
    pages = store;
    keepsPages = keeps;
    for (int o = 0; o < all.size(); o++) {
      placePages(o);
    }
  }

  private void placePages(int index) {
    TrainState state = all.get(index).state;
    if (state == null) {
      return;
    }
    PageStore own = new OutputPages(pages, (long) index << OUTPUT_SHIFT);
    if (keepsPages) {
      state.keepPagesIn(own);
    } else {
      state.takePagesFrom(own);
    }
  }

  @Override
  public void storePages() throws IOException {
    for (Output output : active()) {
      output.begun().storePages();
    }
  }

  @Override
  public void removePages() throws IOException {
    for (Output output : active()) {
      output.begun().removePages();
    }
  }

  @Override
  public OutputsState copy() {
    OutputsState copy = new OutputsState(spec, columns, shared.copy(), unitsAt, counters.copy());
    copy.records = records;
    State.copy(this::visitScores, copy::visitScores);
    for (Output output : all) {
      Output other = copy.add(output.name);
      other.neurons = output.neurons.clone();
      other.state = output.state == null ? null : output.state.copy();
    }
    return copy;
  }

  @Override
  public void write(DataOutput out) throws IOException {
    out.writeUTF(task.name());
    out.writeInt(columns);
    out.writeLong(records);
    counters.write(out);
    shared.write(out);
    out.writeInt(unitsAt);
    visitScores(new StateWriter(out));
    out.writeInt(all.size());
    for (Output output : all) {
      out.writeUTF(output.name);
      out.writeInt(output.neurons.length);
      for (int neuron : output.neurons) {
        out.writeInt(neuron);
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      if (output.state != null) {
        output.state.write(new DataOutputStream(bytes));
      }
      out.writeInt(bytes.size());
      out.write(bytes.toByteArray());
    }
  }

  /**
   * Reads what {@link #write} wrote; the states of the outputs are not usable yet.
   *
   * @throws ModelMismatchException if it is of another kind than the settings say, naming both
   * @throws IOException if it is of a newer release, or damaged
   */
  static OutputsState read(BoundedDataInput in, TrainSpec spec, int columns, String key)
      throws IOException {
    ModelFormat.requireTask(Task.valueOf(in.readUTF()), OutputSpecs.task(spec.input()));
    ModelFormat.requireSameColumns(in.readInt(), columns, spec);
    long records = in.readLong();
    KeyCounters counters = State.read(in, new KeyCounters(spec.countsDuplicates()));
    SharedNetwork shared =
        SharedNetwork.read(
            in, spec.model().indicators(), spec.model().seed(), PrequentialModel.seed(key));
    int unitsAt =
        (int) SizeChecks.require("place of shared units", in.readInt(), 0, shared.inputs());
    OutputsState state = new OutputsState(spec, columns, shared, unitsAt, counters);
    state.records = records;
    state.visitScores(new StateReader(in));
    int count = SizeChecks.read(in, "outputs", MAX_OUTPUTS, Short.BYTES + 2 * Integer.BYTES);
    for (int o = 0; o < count; o++) {
      Output output = state.add(in.readUTF());
      output.neurons =
          new int[SizeChecks.read(in, "neurons of an output", MAX_NEURONS, Integer.BYTES)];
      for (int n = 0; n < output.neurons.length; n++) {
        output.neurons[n] =
            (int) SizeChecks.require("neuron", in.readInt(), 0, shared.neurons() - 1L);
      }
      byte[] bytes = new byte[SizeChecks.read(in, "bytes of an output", in.left(), 1)];
      in.readFully(bytes);
      output.state = bytes.length == 0 ? null : TrainState.serialized(bytes);
    }
    return state;
  }

  private void visitScores(StateVisitor v) throws IOException {
    scores.visit(v);
    v.optional(sets, () -> new PredictedSets(spec));
    if (derived != null) {
      derived.visit(v);
    }
  }

  @Override
  public void writeModel(PagedOutput out) throws IOException {
    out.writeUTF(task.name());
    out.writeInt(columns);
    new ClassNames(all.stream().map(output -> output.name).toList()).write(out);
    LearnerSummary.writeCounts(out, counters.examples, shared.steps());
    shared.write(out);
    out.writeInt(unitsAt);
    out.writeBoolean(sets != null);
    if (sets != null) {
      sets.model().write(out);
    }
    out.writeBoolean(derived != null);
    if (derived != null) {
      derived.write(out);
    }
    for (Output output : all) {
      out.writeInt(output.positive());
      if (output.state == null) {
        out.writeInt(0);
      } else {
        PagedOutput model = output.state.modelWithPages();
        out.writeInt(model.size());
        model.writeTo(out);
      }
    }
  }

  /** Returns the neurons of an output, after making room for a class if it has several. */
  int[] neurons(Output output, PrequentialModel model) {
    int needed = model.task == Task.MULTICLASS ? model.classes.size() : 1;
    int known = output.neurons.length;
    if (known < needed) {
      output.neurons = Arrays.copyOf(output.neurons, needed);
      for (int n = known; n < needed; n++) {
        output.neurons[n] = shared.addNeuron(!model.task.isClassification());
      }
    }
    return output.neurons;
  }
}
