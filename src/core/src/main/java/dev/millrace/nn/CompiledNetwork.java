package dev.millrace.nn;

import dev.millrace.data.SizeChecks;
import dev.millrace.data.Task;
import dev.millrace.nn.loss.Objective;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.NetworkCheck;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.nn.stored.ModelHeader;
import dev.millrace.nn.stored.ModelMismatchException;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The immutable part of all models of one kind, which they share: a step of one of thousands of
 * small models then touches little memory of its own.
 */
final class CompiledNetwork {

  // Size of an id of a row that waits for its step: id, column and its part of the mean.
  private static final int BYTES_OF_WAITING_ID = Long.BYTES + Integer.BYTES + Float.BYTES;

  /**
   * Key of the shared part.
   *
   * @param spec without what models of a kind differ in: what they start from, and class weights
   */
  record Kind(NetworkSpec spec, Task task, int inputs, int classes) {
    Kind {
      if (spec.start() != null || !spec.classWeights().equals(ClassWeights.NONE)) {
        spec =
            spec.with(
                to -> {
                  to.start = null;
                  to.classWeights = ClassWeights.NONE;
                });
      }
    }

    /** Returns the bytes of one model in memory, see {@link Learner#modelBytes}. */
    long modelBytes() {
      int toNetwork = networkInputs();
      int batchSize = spec.batchSize();
      long floats = Layout.length(toNetwork, layers());
      long waiting = batchSize == 1 ? 0 : MiniBatch.floats(toNetwork, batchSize);
      long waitingIds = (long) batchSize * spec.ids().maxIds() * BYTES_OF_WAITING_ID;
      // The parameters twice, because of the copy for rollbacks.
      return (floats * (2 + OptimizerState.slots(spec.optimizer())) + waiting) * Float.BYTES
          + statisticsBytes()
          + waitingIds;
    }

    /** Returns the bytes of a stored model without mini-batch and parts of constant size. */
    long storedBytes() {
      long floats = Layout.values(networkInputs(), layers());
      return floats * (1 + OptimizerState.slots(spec.optimizer())) * Float.BYTES
          + statisticsBytes();
    }

    /**
     * Returns the number of inputs of the network: the numbers of a row, then a vector of each
     * column and cross with ids.
     */
    int networkInputs() {
      return numbers() + spec.ids().fields() * spec.dimension();
    }

    /** Returns how many features of a row are numbers, which the network sees scaled. */
    private int numbers() {
      return spec.ids().isEmpty() ? inputs : spec.ids().numbers(inputs).length;
    }

    private List<LayerSpec> layers() {
      return spec.layers(task, classes);
    }

    private long statisticsBytes() {
      int each = spec.normalization().kind().statistics();
      return (long) numbers() * each * Double.BYTES;
    }
  }

  /** The compiled networks of a workspace, each kept as long as a model uses it. */
  private static final class Cache {
    final WeakCache<Kind, CompiledNetwork> networks = new WeakCache<>();
  }

  /** Limit of plausible outputs, in standard deviations or ranges of the target. */
  private static final float MAX_OUTPUT = 10f;

  private static final Normalization UNSCALED = new Normalization(Normalization.Kind.NONE, 0f, 0f);

  private final Kind kind;
  private final Loss loss;
  // Places of the numbers in a row that has ids, too; null if there are none.
  private final int @Nullable [] places;
  private final Normalizer normalizer;
  private final TargetScaler targetScaler;
  private final Network network;
  private final Objective objective;
  private final TrainingStep step;

  /**
   * Returns the shared part of models of a kind, created unless a model of the workspace uses it.
   *
   * @throws IllegalArgumentException if the settings do not fit the task, features or classes
   */
  static CompiledNetwork of(Kind kind, Workspace workspace) {
    return workspace.shared(Cache.class, Cache::new).networks.get(kind, CompiledNetwork::new);
  }

  private CompiledNetwork(Kind kind) {
    this.kind = kind;
    NetworkSpec spec = kind.spec();
    Task task = kind.task();
    loss = spec.loss(task);
    new NetworkCheck(spec, task).check();
    if (kind.inputs() < 1) {
      throw new IllegalArgumentException(
          "a model needs at least 1 feature, but has " + kind.inputs());
    }
    if (kind.classes() < 0 || kind.classes() > maxClasses(loss)) {
      throw new IllegalArgumentException(
          "a model with loss " + loss.id() + " cannot have " + kind.classes() + " classes");
    }
    int inputs = kind.networkInputs();
    if (spec.ids().isEmpty()) {
      places = null;
      normalizer = new Normalizer(spec.normalization(), inputs);
    } else {
      places = spec.ids().numbers(kind.inputs());
      Indicators numberIndicators = spec.normalization().indicators().ofNumbers(kind.inputs());
      Normalization normalization = spec.normalization().withIndicators(numberIndicators);
      normalizer = new Normalizer(normalization, places.length, inputs);
    }
    targetScaler = new TargetScaler(task.isClassification() ? UNSCALED : spec.normalization());
    network = new Network(new Layout(inputs, kind.layers()));
    objective =
        loss.objective(
            new Objective.Settings(
                task.isClassification(), spec.labelSmoothing(task), maxError(spec, task)));
    step = new TrainingStep(spec, network, objective, numbers());
  }

  /** Errors are limited only where targets have a known, unbounded scale. */
  private static float maxError(NetworkSpec spec, Task task) {
    boolean isStandardized =
        !task.isClassification() && spec.normalization().kind() == Normalization.Kind.STANDARD;
    return isStandardized && spec.clipping().norm() != 0f
        ? Clipping.MAX_ERROR
        : Float.POSITIVE_INFINITY;
  }

  private static int maxClasses(Loss loss) {
    return loss.isBinary() ? 2 : Integer.MAX_VALUE;
  }

  /** Writes the header of a stored model, which {@link #readKind} reads. */
  void writeKind(DataOutput out) throws IOException {
    Indicators indicators = spec().normalization().indicators().first(inputs());
    new ModelHeader(spec().shape(task()), inputs(), classes(), indicators).write(out);
  }

  /**
   * Reads the kind of a stored model.
   *
   * @throws ModelMismatchException if {@code spec} describes another kind of model
   * @throws IOException if the model is damaged or has a newer format version
   */
  static Kind readKind(DataInput in, NetworkSpec spec, Task task) throws IOException {
    ModelHeader header = ModelHeader.read(in, spec.shape(task), spec.normalization().indicators());
    int inputs = header.inputs();
    int classes = header.classes();
    int maxClasses = task.isClassification() ? maxClasses(spec.loss(task)) : 0;
    SizeChecks.require("classes of the stored model", classes, 0, maxClasses);
    long bytes = new Kind(spec, task, inputs, classes).storedBytes();
    SizeChecks.requireBytes(in, "the stored model", bytes);
    return new Kind(spec.withUndeclared(header.indicators()), task, inputs, classes);
  }

  /** Returns true if a model of this kind can learn another class. */
  boolean hasRoomForClass() {
    return task().isClassification() && classes() < maxClasses(loss);
  }

  Kind kind() {
    return kind;
  }

  /** Returns the loss, that of the task if none is set. */
  Loss loss() {
    return loss;
  }

  NetworkSpec spec() {
    return kind.spec();
  }

  Task task() {
    return kind.task();
  }

  /** Returns the features of a row. */
  int inputs() {
    return kind.inputs();
  }

  /** Returns the inputs of the network. */
  int networkInputs() {
    return layout().inputs(0);
  }

  /** Returns how many features of a row are numbers: the first inputs of the network. */
  int numbers() {
    return places == null ? kind.inputs() : places.length;
  }

  /**
   * Returns an array with the numbers of rows, [rows x numbers] from {@link #numbersOffset}: that
   * of the workspace, or the rows themselves if they have nothing else.
   */
  float[] numbers(float[] features, int offset, int rows, Workspace workspace) {
    if (places == null) {
      return features;
    }
    float[] numbers = workspace.fitNumbers(rows * places.length);
    int to = 0;
    for (int row = offset; row < offset + rows * inputs(); row += inputs()) {
      for (int place : places) {
        numbers[to++] = features[row + place];
      }
    }
    return numbers;
  }

  /** Returns where the numbers begin of rows that begin at the offset. */
  int numbersOffset(int offset) {
    return places == null ? offset : 0;
  }

  /** Classes known, 0 for regression. */
  int classes() {
    return kind.classes();
  }

  Normalizer normalizer() {
    return normalizer;
  }

  /** Returns the scaler of the target, which has no statistics for classification. */
  TargetScaler targetScaler() {
    return targetScaler;
  }

  Network network() {
    return network;
  }

  Layout layout() {
    return network.layout();
  }

  Objective objective() {
    return objective;
  }

  TrainingStep step() {
    return step;
  }

  /** Returns the limit of plausible outputs, see {@link Objective#isImplausible}. */
  float maxOutput() {
    boolean isRawTarget =
        !task().isClassification() && spec().normalization().kind() == Normalization.Kind.NONE;
    return isRawTarget ? Clipping.MAX_GRADIENT : MAX_OUTPUT;
  }
}
