package dev.millrace.nn;

import dev.millrace.data.Task;
import dev.millrace.simd.Kernels;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * A model that learns from a stream: normalizer, network, optimizer and the mini-batch that is
 * filling, which are stored and restored together.
 *
 * <p>Each example is predicted before anything is learned from it. A class that is not known yet
 * can be learned after {@link #addClass}: predict the example, add the class, then learn it with an
 * output array of no further use. Not thread-safe; no method allocates once its arrays have grown.
 */
public final class Learner {

  private static final int VERSION = 1;

  /** Beyond, a squared gradient might not fit a float, and one step would spoil the optimizer. */
  private static final float GREATEST_GRADIENT = 1e18f;

  private static final Kernels KERNELS = Kernels.best();

  private final LearnerSpec spec;
  private final Task task;
  private final int inputs;
  private final long keySeed;
  private final WeightInitializer initializer;
  private final Objective objective;
  private final Normalizer normalizer;
  // Null for classification.
  private final TargetScaler targetScaler;
  private final MiniBatch batch;
  private Network network;
  private OptimizerState optimizer;
  private int classes;
  private long examples;
  private long steps;
  private long skippedSteps;
  private Workspace workspace = new Workspace();

  /**
   * A model that has learned nothing.
   *
   * @param inputs features, at least 1
   * @param classes known now, ignored for regression; while 0, only {@link #addClass} is allowed
   * @param keySeed makes the initial weights of this model differ from those of other keys
   * @throws IllegalArgumentException if the specification does not fit the task
   */
  public Learner(LearnerSpec spec, Task task, int inputs, int classes, long keySeed) {
    this(spec, task, inputs, classes, keySeed, null);
  }

  private Learner(Learner other) {
    spec = other.spec;
    task = other.task;
    inputs = other.inputs;
    keySeed = other.keySeed;
    initializer = other.initializer;
    objective = other.objective;
    normalizer = other.normalizer.copy();
    targetScaler = other.targetScaler == null ? null : other.targetScaler.copy();
    batch = other.batch.copy();
    network = other.network.copy();
    optimizer = other.optimizer.copy();
    classes = other.classes;
    examples = other.examples;
    steps = other.steps;
    skippedSteps = other.skippedSteps;
  }

  private Learner(
      LearnerSpec spec, Task task, int inputs, int classes, long keySeed, Network stored) {
    spec.check(task);
    if (inputs < 1) {
      throw new IllegalArgumentException("a model needs at least 1 feature, but has " + inputs);
    }
    if (classes < 0 || classes > mostClasses(spec)) {
      throw new IllegalArgumentException(
          "a model with loss "
              + spec.network().loss().id()
              + " cannot have "
              + classes
              + " classes");
    }
    this.spec = spec;
    this.task = task;
    this.inputs = inputs;
    this.keySeed = keySeed;
    this.classes = task.isClassification() ? classes : 0;
    initializer = new WeightInitializer(spec.network().initializer(), spec.seed(), keySeed);
    objective = new Objective(spec.network().loss(), task.isClassification());
    normalizer = new Normalizer(spec.normalization(), inputs);
    targetScaler = task.isClassification() ? null : new TargetScaler(spec.normalization());
    batch = new MiniBatch(inputs, spec.batchSize());
    network =
        stored != null
            ? stored
            : Network.create(layout(spec, task, inputs, this.classes), initializer);
    optimizer = new OptimizerState(spec.optimizer(), network.layout().length());
  }

  private static int mostClasses(LearnerSpec spec) {
    return spec.network().loss() == Loss.BINARY_CROSSENTROPY ? 2 : Integer.MAX_VALUE;
  }

  private static Layout layout(LearnerSpec spec, Task task, int inputs, int classes) {
    boolean oneNeuron =
        !task.isClassification() || spec.network().loss() == Loss.BINARY_CROSSENTROPY;
    return new Layout(inputs, spec.layers(oneNeuron ? 1 : classes));
  }

  /** Number of features. */
  public int inputs() {
    return inputs;
  }

  /** How many numbers a prediction has: one a class, or one for regression. */
  public int outputs() {
    return task.isClassification() ? classes : 1;
  }

  /** Classes known so far, 0 for regression. */
  public int classes() {
    return classes;
  }

  /** Updates of the weights. */
  public long steps() {
    return steps;
  }

  /** Examples learned from, those that wait in the mini-batch included. */
  public long examples() {
    return examples;
  }

  /** Updates left out because their gradient was not finite (or beyond 1e18). */
  public long skippedSteps() {
    return skippedSteps;
  }

  /** The step size now. */
  public float learningRate() {
    return spec.optimizer().learningRate();
  }

  /** Shares scratch with other learners of the same thread; not part of the model. */
  public void use(Workspace shared) {
    workspace = shared;
  }

  /**
   * Predicts without changing anything.
   *
   * @param features [inputs] from {@code offset}, NaN is missing
   * @param out receives {@link #outputs} numbers: the probability of each class (for mse and huber
   *     the raw outputs; 1 while only one class is known), or the value on the target's own scale
   */
  public void predict(float[] features, int offset, float[] out) {
    float[] row = workspace.fitInput(inputs);
    normalizer.transform(features, offset, row, 0);
    network.forward(row, 0, 1, workspace);
    writePrediction(out);
  }

  /** As {@link #predict(float[], int, float[])}, into a new array. */
  public float[] predict(float[] features) {
    float[] out = new float[outputs()];
    predict(features, 0, out);
    return out;
  }

  /**
   * Predicts, then learns the class of an example.
   *
   * <p>The statistics of the features are updated first. The step is taken once {@code batch-size}
   * examples are gathered, along Σ weight·gradient / batch size.
   *
   * @param features [inputs] from {@code offset}, NaN is missing
   * @param classIndex 0 to below {@link #classes}
   * @param weight of the example's gradient, finite, at least 0
   * @param out receives the prediction made before learning, as {@link #predict} does
   * @return the loss of that prediction, without weight and penalty
   * @throws IndexOutOfBoundsException if the class is not known
   */
  public float learnClass(float[] features, int offset, int classIndex, float weight, float[] out) {
    if (classIndex < 0 || classIndex >= classes) {
      throw new IndexOutOfBoundsException(
          "class " + classIndex + " is not one of the " + classes + " known: add it first");
    }
    int row = score(features, offset, out);
    return learn(row, classIndex, weight);
  }

  /**
   * Predicts, then learns the value of an example; otherwise as {@link #learnClass}.
   *
   * <p>The statistics of the target are updated after the prediction.
   *
   * @param target finite
   * @return the loss on the scale of the normalised target
   */
  public float learnValue(float[] features, int offset, double target, float weight, float[] out) {
    int row = score(features, offset, out);
    targetScaler.update(target);
    return learn(row, targetScaler.scaled(target), weight);
  }

  /**
   * Learns one example of weight 1.
   *
   * @param y index of the class, or the value
   * @return the loss of the prediction made before
   */
  public float learn(float[] features, double y) {
    float[] out = workspace.fitOutput(outputs());
    return task.isClassification()
        ? learnClass(features, 0, (int) y, 1f, out)
        : learnValue(features, 0, y, 1f, out);
  }

  private int score(float[] features, int offset, float[] out) {
    normalizer.update(features, offset);
    int row = batch.nextRow();
    normalizer.transform(features, offset, batch.rows(), row);
    network.forward(batch.rows(), row, 1, workspace);
    writePrediction(out);
    return row;
  }

  private void writePrediction(float[] out) {
    float[] y = workspace.activations;
    int offset = outputOffset(1);
    if (targetScaler != null) {
      out[0] = targetScaler.restored(y[offset]);
    } else if (classes == 1) {
      out[0] = 1f;
    } else if (spec.network().loss() == Loss.BINARY_CROSSENTROPY) {
      out[0] = 1f - y[offset];
      out[1] = y[offset];
    } else {
      System.arraycopy(y, offset, out, 0, classes);
    }
  }

  private int outputOffset(int rows) {
    Layout layout = network.layout();
    return layout.activationOffset(layout.layers() - 1, rows);
  }

  private float learn(int row, float target, float weight) {
    float loss =
        objective.loss(workspace.activations, outputOffset(1), network.layout().outputs(), target);
    batch.add(target, weight);
    examples++;
    if (batch.isFull()) {
      // A single row has just been propagated; no need to do it again.
      if (batch.size() > 1) {
        network.forward(batch.rows(), 0, batch.size(), workspace);
      }
      step();
      batch.clear();
    }
    return loss;
  }

  private void step() {
    workspace.fitBackward(network.layout(), batch.size());
    writeOutputGradient(batch.size());
    network.backward(batch.rows(), 0, batch.size(), objective.fused(), workspace);
    float[] gradient = workspace.gradient;
    Regularizer regularizer = spec.regularizer();
    if (regularizer.l1() != 0f || regularizer.l2() != 0f) {
      network.regularize(regularizer, gradient);
    }
    int length = network.layout().length();
    // Written so that NaN is refused as well.
    if (!(KERNELS.absMax(gradient, 0, length) <= GREATEST_GRADIENT) || !clip(gradient, length)) {
      skippedSteps++;
      return;
    }
    optimizer.step(network.parameters(), gradient);
    steps++;
  }

  private void writeOutputGradient(int rows) {
    Layout layout = network.layout();
    int neurons = layout.outputs();
    int columns = layout.columns(layout.layers() - 1);
    int offset = outputOffset(rows);
    for (int r = 0; r < rows; r++) {
      int at = offset + r * columns;
      float factor = batch.weight(r) / rows;
      objective.gradient(
          workspace.activations, at, neurons, batch.target(r), factor, workspace.deltas, at);
      Arrays.fill(workspace.deltas, at + neurons, at + columns, 0f);
    }
  }

  /** Shortens the gradient to the allowed norm; false if the norm does not fit a float. */
  private boolean clip(float[] gradient, int length) {
    float longest = spec.clipNorm();
    if (longest == 0f) {
      return true;
    }
    float norm = (float) Math.sqrt(KERNELS.sumOfSquares(gradient, 0, length));
    if (norm > longest) {
      KERNELS.scale(gradient, 0, length, longest / norm);
    }
    return norm < Float.POSITIVE_INFINITY;
  }

  /**
   * Makes room for one more class, the last index; everything learned, the mini-batch and the
   * optimizer's slots are kept.
   *
   * @throws IllegalStateException for regression, or a third class of binary_crossentropy
   */
  public void addClass() {
    if (!task.isClassification() || classes == mostClasses(spec)) {
      throw new IllegalStateException(
          "a model with loss " + spec.network().loss().id() + " has no room for another class");
    }
    classes++;
    Layout before = network.layout();
    int neurons = layout(spec, task, inputs, classes).outputs();
    if (neurons > before.outputs()) {
      network = network.withOutputs(neurons, initializer);
      optimizer = optimizer.grown(before, network.layout());
    }
  }

  /** A model of its own that equals this one now. */
  public Learner copy() {
    return new Learner(this);
  }

  /** Writes everything that decides how the model goes on, bit for bit. */
  public void write(DataOutput out) throws IOException {
    out.writeInt(VERSION);
    out.writeUTF(spec.shape(task));
    out.writeInt(inputs);
    out.writeInt(classes);
    out.writeLong(keySeed);
    network.layout().write(network.parameters(), out);
    optimizer.write(network.layout(), out);
    normalizer.write(out);
    if (targetScaler != null) {
      targetScaler.write(out);
    }
    batch.write(out);
    out.writeLong(examples);
    out.writeLong(steps);
    out.writeLong(skippedSteps);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException if the bytes are of a newer version, or of a model that {@code spec} does
   *     not describe, naming both
   */
  public static Learner read(DataInput in, LearnerSpec spec, Task task) throws IOException {
    int version = in.readInt();
    if (version < 1 || version > VERSION) {
      throw new IOException(
          "the stored model has format version "
              + version
              + ", this program reads up to "
              + VERSION
              + ": use the program that wrote it, or a newer one");
    }
    String shape = in.readUTF();
    if (!shape.equals(spec.shape(task))) {
      throw new IOException(
          "the stored model is of another kind: stored ("
              + shape
              + "), configured ("
              + spec.shape(task)
              + "); go back to the stored settings, or start afresh");
    }
    int inputs = in.readInt();
    int classes = in.readInt();
    long keySeed = in.readLong();
    if (inputs < 1 || classes < 0 || classes > mostClasses(spec)) {
      throw new IOException(
          "the stored model is damaged: it has " + inputs + " inputs and " + classes + " classes");
    }
    Network network = Network.read(layout(spec, task, inputs, classes), in);
    Learner learner = new Learner(spec, task, inputs, classes, keySeed, network);
    learner.optimizer.read(network.layout(), in);
    learner.normalizer.read(in);
    if (learner.targetScaler != null) {
      learner.targetScaler.read(in);
    }
    learner.batch.read(in);
    learner.examples = in.readLong();
    learner.steps = in.readLong();
    learner.skippedSteps = in.readLong();
    return learner;
  }
}
