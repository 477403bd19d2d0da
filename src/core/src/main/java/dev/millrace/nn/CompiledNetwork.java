package dev.millrace.nn;

import dev.millrace.data.SizeChecks;
import dev.millrace.data.Task;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * The immutable part of all models of one kind, which they share: a step of one of thousands of
 * small models then touches little memory of its own.
 */
final class CompiledNetwork {

  /** Key of the shared part. */
  record Kind(LearnerSpec spec, Task task, int inputs, int classes) {}

  /** Limit of plausible outputs, in standard deviations or ranges of the target. */
  private static final float MAX_OUTPUT = 10f;

  private static final Normalization UNSCALED = new Normalization(Normalization.Kind.NONE, 0f, 0f);

  private final Kind kind;
  private final Normalizer normalizer;
  private final TargetScaler targetScaler;
  private final Network network;
  private final Objective objective;
  private final TrainingStep step;

  /**
   * Creates the shared part of models of a kind.
   *
   * @throws IllegalArgumentException if the settings do not fit the task, features or classes
   */
  CompiledNetwork(Kind kind) {
    this.kind = kind;
    LearnerSpec spec = kind.spec();
    Task task = kind.task();
    spec.check(task);
    if (kind.inputs() < 1) {
      throw new IllegalArgumentException(
          "a model needs at least 1 feature, but has " + kind.inputs());
    }
    if (kind.classes() < 0 || kind.classes() > maxClasses(spec)) {
      throw new IllegalArgumentException(
          "a model with loss "
              + spec.network().loss().id()
              + " cannot have "
              + kind.classes()
              + " classes");
    }
    normalizer = new Normalizer(spec.normalization(), kind.inputs());
    targetScaler = new TargetScaler(task.isClassification() ? UNSCALED : spec.normalization());
    List<LayerSpec> layers = spec.layers(spec.outputs(task, kind.classes()));
    network = new Network(new Layout(kind.inputs(), layers));
    objective =
        new Objective(
            spec.network().loss(),
            task.isClassification(),
            spec.regularizer().labelSmoothing(),
            maxError(spec, task));
    step = new TrainingStep(spec, network, objective);
  }

  /** Errors are limited only where targets have a known, unbounded scale. */
  private static float maxError(LearnerSpec spec, Task task) {
    boolean isStandardized =
        !task.isClassification() && spec.normalization().kind() == Normalization.Kind.STANDARD;
    return isStandardized && spec.clipping().norm() != 0f
        ? Clipping.MAX_ERROR
        : Float.POSITIVE_INFINITY;
  }

  private static int maxClasses(LearnerSpec spec) {
    return spec.network().loss() == Loss.BINARY_CROSSENTROPY ? 2 : Integer.MAX_VALUE;
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
  static Kind readKind(DataInput in, LearnerSpec spec, Task task) throws IOException {
    ModelHeader header = ModelHeader.read(in, spec.shape(task), spec.normalization().indicators());
    int inputs = header.inputs();
    int classes = header.classes();
    int maxClasses = task.isClassification() ? maxClasses(spec) : 0;
    SizeChecks.require("classes of the stored model", classes, 0, maxClasses);
    long bytes = spec.storedBytes(task, inputs, classes);
    SizeChecks.requireBytes(in, "the stored model", bytes);
    return new Kind(spec.withUndeclared(header.indicators()), task, inputs, classes);
  }

  /** Returns true if a model of this kind can learn another class. */
  boolean hasRoomForClass() {
    return task().isClassification() && classes() < maxClasses(spec());
  }

  Kind kind() {
    return kind;
  }

  LearnerSpec spec() {
    return kind.spec();
  }

  Task task() {
    return kind.task();
  }

  int inputs() {
    return kind.inputs();
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
