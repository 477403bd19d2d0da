package dev.millrace.nn;

import dev.millrace.data.Task;
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
 * output array of no further use. Not thread-safe. No method allocates once its arrays have grown
 * and the kernels are compiled, each by itself as flink-conf/config.yaml says.
 */
public final class Learner {

  private static final int VERSION = 1;

  private final LearnerSpec spec;
  private final Task task;
  private final int inputs;
  private final long keySeed;
  private final WeightInitializer initializer;
  private final Objective objective;
  // Null if no layer has it.
  private final Dropout dropout;
  private final Normalizer normalizer;
  // Null for classification.
  private final TargetScaler targetScaler;
  private final MiniBatch batch;
  // Whether a step needs no gradient of all parameters: nothing but their update reads it.
  private final boolean inPlace;
  // Whether that is plain descent along one row.
  private final boolean plain;
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
    dropout = other.dropout == null ? null : new Dropout(spec.seed(), keySeed);
    normalizer = other.normalizer.copy();
    targetScaler = other.targetScaler == null ? null : other.targetScaler.copy();
    batch = other.batch.copy();
    inPlace = other.inPlace;
    plain = other.plain;
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
    objective =
        new Objective(
            spec.network().loss(), task.isClassification(), spec.regularizer().labelSmoothing());
    dropout = spec.network().hasDropout() ? new Dropout(spec.seed(), keySeed) : null;
    normalizer = new Normalizer(spec.normalization(), inputs);
    targetScaler = task.isClassification() ? null : new TargetScaler(spec.normalization());
    batch = new MiniBatch(inputs, spec.batchSize());
    inPlace = spec.needsNoWholeGradient();
    plain =
        spec.batchSize() == 1
            && spec.optimizer() instanceof Optimizer.Sgd sgd
            && sgd.momentum() == 0f;
    network =
        stored != null
            ? stored
            : Network.create(layout(spec, task, inputs, this.classes), initializer);
    optimizer = new OptimizerState(spec.optimizer(), network.layout().length());
    optimizer.meet(network.parameters());
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

  /** Updates left out because their gradient was not finite (or beyond 1e15). */
  public long skippedSteps() {
    return skippedSteps;
  }

  /** The size of the next step. */
  public float learningRate() {
    return spec.schedule().rate(spec.optimizer().learningRate(), steps);
  }

  /** Shares scratch with other learners of the same thread; not part of the model. */
  public void use(Workspace shared) {
    workspace = shared;
  }

  /**
   * Predicts without changing anything.
   *
   * @param features [inputs] from {@code offset}, NaN is missing
   * @param out receives {@link #outputs} numbers: the probability of each class (for mse, mae and
   *     huber the raw outputs; 1 while only one class is known), or the value on the target's own
   *     scale, NaN until a target has been seen
   */
  public void predict(float[] features, int offset, float[] out) {
    float[] row = workspace.fitInput(inputs);
    normalizer.transform(features, offset, row, 0);
    network.forward(row, 0, 1, workspace);
    writePrediction(outputOffset(1, 0), out, 0);
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
    require(classIndex);
    score(features, offset, out);
    return learn(classIndex, weight);
  }

  /**
   * Predicts and learns the classes of many examples, bit for bit as {@link #learnClass} in their
   * order, and faster: the examples of one mini-batch are propagated together.
   *
   * @param features [rows x inputs] from {@code offset}, NaN is missing
   * @param classIndexes [rows], each 0 to below {@link #classes}
   * @param weights [rows] of the examples' gradients
   * @param out receives the predictions, [rows x outputs]
   * @param losses receives the loss of each prediction
   * @throws IndexOutOfBoundsException if a class is not known; then nothing was learned
   */
  public void learnClasses(
      float[] features,
      int offset,
      int rows,
      int[] classIndexes,
      float[] weights,
      float[] out,
      float[] losses) {
    for (int r = 0; r < rows; r++) {
      require(classIndexes[r]);
    }
    for (int learned = 0; learned < rows; ) {
      int together = Math.min(batch.room(), rows - learned);
      int first = batch.nextRow();
      for (int r = 0; r < together; r++) {
        prepare(features, offset + (learned + r) * inputs);
        batch.add(classIndexes[learned + r], weights[learned + r]);
      }
      network.forward(batch.rows(), first, together, workspace);
      for (int r = 0; r < together; r++) {
        int y = outputOffset(together, r);
        writePrediction(y, out, (learned + r) * classes);
        losses[learned + r] = loss(y, classIndexes[learned + r]);
      }
      examples += together;
      stepIfFull(together);
      learned += together;
    }
  }

  private void require(int classIndex) {
    if (classIndex < 0 || classIndex >= classes) {
      throw new IndexOutOfBoundsException(
          "class " + classIndex + " is not one of the " + classes + " known: add it first");
    }
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
    score(features, offset, out);
    targetScaler.update(target);
    return learn(targetScaler.scaled(target), weight);
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

  private void score(float[] features, int offset, float[] out) {
    int row = prepare(features, offset);
    network.forward(batch.rows(), row, 1, workspace);
    writePrediction(outputOffset(1, 0), out, 0);
  }

  /** Takes the features into the statistics and the next row of the mini-batch; returns where. */
  private int prepare(float[] features, int offset) {
    normalizer.update(features, offset);
    int row = batch.nextRow();
    normalizer.transform(features, offset, batch.rows(), row);
    return row;
  }

  private void writePrediction(int offset, float[] out, int outOffset) {
    float[] y = workspace.activations;
    if (targetScaler != null) {
      // What the target is about is anybody's guess before the first.
      out[outOffset] = examples == 0 ? Float.NaN : targetScaler.restored(y[offset]);
    } else if (classes == 1) {
      out[outOffset] = 1f;
    } else if (spec.network().loss() == Loss.BINARY_CROSSENTROPY) {
      out[outOffset] = 1f - y[offset];
      out[outOffset + 1] = y[offset];
    } else {
      System.arraycopy(y, offset, out, outOffset, classes);
    }
  }

  /** Where the outputs of a row are, among so many. */
  private int outputOffset(int rows, int row) {
    Layout layout = network.layout();
    int last = layout.layers() - 1;
    return layout.activationOffset(last, rows) + row * layout.stride(last);
  }

  private float learn(float target, float weight) {
    float loss = loss(outputOffset(1, 0), target);
    batch.add(target, weight);
    examples++;
    stepIfFull(1);
    return loss;
  }

  private float loss(int offset, float target) {
    return objective.loss(workspace.activations, offset, network.layout().outputs(), target);
  }

  /** Learns a full mini-batch, of which the last rows have just been propagated. */
  private void stepIfFull(int propagated) {
    if (!batch.isFull()) {
      return;
    }
    int rows = batch.size();
    if (dropout != null) {
      dropout.startAt(examples - rows);
    }
    // Without dropout the same outputs as when the rows came, for the weights are the same; not
    // kept, because they would be the greatest part of a small model's memory.
    if (propagated < rows || dropout != null) {
      network.forward(batch.rows(), 0, rows, workspace, dropout);
    }
    workspace.fitBackward(network.layout(), rows);
    writeOutputGradient(rows);
    if (inPlace ? descend(rows) : step(rows)) {
      steps++;
    } else {
      skippedSteps++;
    }
    batch.clear();
  }

  /** As {@link #step}, bit for bit, without the gradient of all parameters at once. */
  private boolean descend(int rows) {
    float[] x = batch.rows();
    network.propagateDeltas(rows, objective.fused(), workspace);
    if (!network.gradientIsWithin(Clipping.GREATEST_GRADIENT, x, 0, rows, workspace)) {
      if (rows == 1) {
        return false;
      }
      // Only the gradient itself can tell; the deltas and perhaps the outputs are gone.
      network.forward(x, 0, rows, workspace);
      writeOutputGradient(rows);
      return step(rows);
    }
    if (plain) {
      network.descend(x, 0, learningRate(), workspace);
    } else {
      network.descend(x, 0, rows, optimizer, learningRate(), workspace);
    }
    return true;
  }

  /** False if the gradient must not be used. */
  private boolean step(int rows) {
    Layout layout = network.layout();
    workspace.fitGradient(layout.length());
    network.backward(batch.rows(), 0, rows, objective.fused(), workspace, dropout);
    float[] gradient = workspace.gradient;
    Regularizer regularizer = spec.regularizer();
    if (regularizer.l1() != 0f || regularizer.l2() != 0f) {
      network.regularize(regularizer, gradient);
    }
    if (!spec.clipping().apply(gradient, layout.length())) {
      return false;
    }
    optimizer.begin();
    optimizer.move(network.parameters(), 0, gradient, layout.length(), learningRate());
    if (regularizer.maxNorm() != 0f) {
      network.limitNorms(regularizer.maxNorm());
    }
    return true;
  }

  private void writeOutputGradient(int rows) {
    Layout layout = network.layout();
    int neurons = layout.outputs();
    int columns = layout.columns(layout.layers() - 1);
    for (int r = 0; r < rows; r++) {
      int at = outputOffset(rows, r);
      float factor = batch.weight(r) / rows;
      objective.gradient(
          workspace.activations, at, neurons, batch.target(r), factor, workspace.deltas, at);
      Arrays.fill(workspace.deltas, at + neurons, at + columns, 0f);
    }
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
      optimizer.meet(network.parameters());
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
