package dev.millrace.nn;

import dev.millrace.data.SizeChecks;
import dev.millrace.data.Task;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * What all models of one kind have in common, and may share because nothing in it ever changes: so
 * a step of one among thousands of small models touches little memory that is its own.
 */
final class CompiledNetwork {

  /** What decides everything else. */
  record Kind(LearnerSpec spec, Task task, int inputs, int classes) {}

  /** In standard deviations or ranges of the target, or where classes are 0 and 1. */
  private static final float MAX_OUTPUT = 10f;

  private final Kind kind;
  private final Normalizer normalizer;
  // Null for classification.
  private final TargetScaler targetScaler;
  private final Network network;
  private final Objective objective;
  private final TrainingStep step;

  /**
   * Checks what it describes.
   *
   * @throws IllegalArgumentException if there is no such model
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
    targetScaler = task.isClassification() ? null : new TargetScaler(spec.normalization());
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

  /** Other targets have no known scale, or a bounded one. */
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

  /** Writes what {@link #readKind} reads, at the start of a stored model. */
  void writeKind(DataOutput out) throws IOException {
    Indicators indicators = spec().normalization().indicators().first(inputs());
    new ModelHeader(spec().shape(task()), inputs(), classes(), indicators).write(out);
  }

  /**
   * The kind of a stored model.
   *
   * @throws ModelMismatchException if it is not one that {@code spec} describes
   * @throws IOException if it is of a newer version, or damaged
   */
  static Kind readKind(DataInput in, LearnerSpec spec, Task task) throws IOException {
    ModelHeader header = ModelHeader.read(in, spec.shape(task), spec.normalization().indicators());
    int inputs = header.inputs();
    int classes = header.classes();
    int most = task.isClassification() ? maxClasses(spec) : 0;
    SizeChecks.require("classes of the stored model", classes, 0, most);
    long bytes = spec.storedBytes(task, inputs, classes);
    SizeChecks.requireBytes(in, "the stored model", bytes);
    return new Kind(spec.withUndeclared(header.indicators()), task, inputs, classes);
  }

  /** Whether a model of this kind can learn another class. */
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

  /** Null for classification. */
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

  /** See {@link Objective#isAbsurd}. */
  float maxOutput() {
    boolean isRawTarget =
        targetScaler != null && spec().normalization().kind() == Normalization.Kind.NONE;
    return isRawTarget ? Clipping.MAX_GRADIENT : MAX_OUTPUT;
  }
}
