package dev.millrace.nn;

import dev.millrace.data.Task;
import dev.millrace.simd.Kernels;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;

/**
 * A model that learns from a stream: normalizer, network, optimizer and the mini-batch that is
 * filling, which are stored and restored together.
 *
 * <p>Each example is predicted before anything is learned from it. A class that is not known yet
 * can be learned after {@link #addClass}: predict the example, add the class, then learn it with an
 * output array of no further use. Not thread-safe. Learning, and predicting into an array, allocate
 * nothing once the arrays have grown and the kernels are compiled, each by itself as
 * flink-conf/config.yaml says.
 */
public final class Learner implements OnlineModel {

  private static final Kernels KERNELS = Kernels.best();

  /** Examples from one copy of the parameters to the next. */
  private static final int COPY_EVERY = 1024;

  /** Factor of the learning rate by the number of rollbacks. */
  private static final float[] RATE_AFTER = {1f, 1e-1f, 1e-2f, 1e-3f, 1e-4f, 1e-5f, 1e-6f};

  /** A larger weight, or input without normalization, makes any model's step useless. */
  private static final float MAX_ORDINARY = 1e9f;

  private final long keySeed;
  // Null if no layer has it.
  private final Dropout dropout;
  // Of the features.
  private final double[] statistics;
  // Null for classification.
  private final double[] targetStatistics;
  // Those that wait for the next step; null until one has had to.
  private MiniBatch pending;
  private CompiledNetwork blueprint;
  private float[] parameters;
  private OptimizerState optimizer;
  private long examples;
  private long steps;
  private long skippedSteps;
  private long clippedSteps;
  private long rollbacks;
  private final Divergence divergence;
  // Parameters from before a divergence; null until there are some.
  private float[] lastGood;
  // Whether its first prediction of a value has something to go by.
  private boolean hasStart;
  private float boost = 1f;
  private long boostedUntil;
  private Workspace workspace;

  /**
   * A model that has learned nothing.
   *
   * @param inputs features, at least 1
   * @param classes known now, ignored for regression; while 0, only {@link #addClass} is allowed
   * @param keySeed makes the initial weights of this model differ from those of other keys
   * @throws IllegalArgumentException if the specification does not fit the task
   */
  public Learner(LearnerSpec spec, Task task, int inputs, int classes, long keySeed) {
    this(
        new CompiledNetwork.Kind(spec, task, inputs, task.isClassification() ? classes : 0),
        keySeed,
        new Workspace());
    parameters = blueprint.network().initialParameters(initializer());
    optimizer.meet(parameters);
  }

  /** Without parameters. */
  private Learner(CompiledNetwork.Kind kind, long keySeed, Workspace workspace) {
    this.keySeed = keySeed;
    this.workspace = workspace;
    blueprint = workspace.blueprint(kind);
    LearnerSpec spec = kind.spec();
    dropout = spec.network().hasDropout() ? new Dropout(spec.seed(), keySeed) : null;
    statistics = blueprint.normalizer().start();
    TargetScaler targetScaler = blueprint.targetScaler();
    targetStatistics = targetScaler == null ? null : targetScaler.start();
    optimizer = new OptimizerState(spec.optimizer(), blueprint.layout().length());
    divergence = new Divergence();
  }

  private Learner(Learner other) {
    keySeed = other.keySeed;
    workspace = new Workspace();
    blueprint = other.blueprint;
    LearnerSpec spec = blueprint.spec();
    dropout = other.dropout == null ? null : new Dropout(spec.seed(), keySeed);
    statistics = other.statistics.clone();
    targetStatistics = copy(other.targetStatistics);
    pending = other.pending == null ? null : other.pending.copy();
    parameters = other.parameters.clone();
    optimizer = other.optimizer.copy();
    examples = other.examples;
    steps = other.steps;
    skippedSteps = other.skippedSteps;
    clippedSteps = other.clippedSteps;
    rollbacks = other.rollbacks;
    divergence = other.divergence.copy();
    lastGood = other.lastGood == null ? null : other.lastGood.clone();
    hasStart = other.hasStart;
    boost = other.boost;
    boostedUntil = other.boostedUntil;
  }

  private static double[] copy(double[] statistics) {
    return statistics == null ? null : statistics.clone();
  }

  private WeightInitializer initializer() {
    LearnerSpec spec = blueprint.spec();
    return new WeightInitializer(spec.network().initializer(), spec.seed(), keySeed);
  }

  /** Number of features. */
  @Override
  public int inputs() {
    return blueprint.inputs();
  }

  @Override
  public int outputs() {
    return blueprint.task().isClassification() ? blueprint.classes() : PredictedValue.FLOATS;
  }

  /** Classes known so far, 0 for regression. */
  @Override
  public int classes() {
    return blueprint.classes();
  }

  @Override
  public Indicators indicators() {
    return blueprint.spec().normalization().indicators().first(inputs());
  }

  /** Updates of the weights. */
  @Override
  public long steps() {
    return steps;
  }

  /** Examples learned from, those that wait in the mini-batch included. */
  @Override
  public long examples() {
    return examples;
  }

  /** Updates left out because their gradient was not finite (or beyond 1e15). */
  @Override
  public long skippedSteps() {
    return skippedSteps;
  }

  @Override
  public long clippedSteps() {
    return clippedSteps;
  }

  @Override
  public long rollbacks() {
    return rollbacks;
  }

  @Override
  public long keySeed() {
    return keySeed;
  }

  /** The size of the next step. */
  @Override
  public float learningRate() {
    LearnerSpec spec = blueprint.spec();
    float rate = spec.schedule().rate(spec.optimizer().learningRate(), steps);
    if (rollbacks > 0 && !(spec.optimizer() instanceof Optimizer.Ftrl)) {
      rate *= RATE_AFTER[(int) Math.min(rollbacks, RATE_AFTER.length - 1)];
    }
    return steps < boostedUntil ? rate * boost : rate;
  }

  /**
   * Takes larger steps for a while; not part of what is written.
   *
   * @param factor of the learning rate, above 0
   * @param untilStep the first step that is as usual again
   */
  public void boostLearningRate(float factor, long untilStep) {
    boost = factor;
    boostedUntil = untilStep;
  }

  /** Makes the output layer what it was at first, its optimizer's slots too. */
  public void resetOutputLayer() {
    int head = blueprint.layout().weightOffset(blueprint.layout().layers() - 1);
    float[] initial = blueprint.network().initialParameters(initializer());
    System.arraycopy(initial, head, parameters, head, parameters.length - head);
    optimizer.forget(head, parameters.length);
    optimizer.meet(parameters);
    lastGood = null; // of a stream that has changed
  }

  /** Shares scratch with other learners of the same thread; not part of the model. */
  @Override
  public void use(Workspace shared) {
    if (workspace != shared) {
      workspace = shared;
      blueprint = shared.blueprint(blueprint.kind());
    }
  }

  /**
   * Predicts without changing anything.
   *
   * @param features [inputs] from {@code offset}, NaN is missing
   * @param out receives {@link #outputs} numbers: the probability of each class (for mse, mae and
   *     huber the raw outputs; 1 while only one class is known), or the value on the target's own
   *     scale, NaN until a target has been seen
   */
  @Override
  public void predict(float[] features, int offset, float[] out) {
    predict(statistics, features, offset, out);
  }

  @Override
  public void predictNext(float[] features, int offset, float[] out) {
    double[] seen = statistics.clone();
    blueprint.normalizer().update(seen, features, offset);
    predict(seen, features, offset, out);
  }

  private void predict(double[] known, float[] features, int offset, float[] out) {
    float[] row = workspace.fitInput(inputs());
    blueprint.normalizer().transform(known, features, offset, row, 0);
    blueprint.network().forward(parameters, row, 0, 1, workspace);
    writePrediction(blueprint.layout().outputOffset(1, 0), out, 0);
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
  @Override
  public float learnClass(float[] features, int offset, int classIndex, float weight, float[] out) {
    Labels.requireClass(classIndex, classes(), this);
    Labels.requireWeight(weight);
    scale(features, offset, 1);
    MiniBatch batch = batchFor(0, 1);
    propagate(batch, 0, 1);
    int y = blueprint.layout().outputOffset(1, 0);
    writePrediction(y, out, 0);
    float loss = add(batch, y, classIndex, weight);
    stepIfFull(batch, 1);
    return loss;
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
  @Override
  public void learnClasses(
      float[] features,
      int offset,
      int rows,
      int[] classIndexes,
      float[] weights,
      float[] out,
      float[] losses) {
    for (int r = 0; r < rows; r++) {
      Labels.requireClass(classIndexes[r], classes(), this);
      Labels.requireWeight(weights[r]);
    }
    scale(features, offset, rows);
    for (int learned = 0; learned < rows; ) {
      MiniBatch batch = batchFor(learned, rows - learned);
      int together = Math.min(batch.room(), rows - learned);
      propagate(batch, learned, together);
      for (int r = 0; r < together; r++) {
        int y = blueprint.layout().outputOffset(together, r);
        writePrediction(y, out, learned * classes());
        losses[learned] = add(batch, y, classIndexes[learned], weights[learned]);
        learned++;
      }
      stepIfFull(batch, together);
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
  @Override
  public float learnValue(float[] features, int offset, double target, float weight, float[] out) {
    Labels.requireValues(this);
    Labels.requireTarget(target);
    Labels.requireWeight(weight);
    scale(features, offset, 1);
    MiniBatch batch = batchFor(0, 1);
    propagate(batch, 0, 1);
    int y = blueprint.layout().outputOffset(1, 0);
    writePrediction(y, out, 0);
    float loss = addValue(batch, y, target, weight);
    stepIfFull(batch, 1);
    return loss;
  }

  /**
   * Predicts and learns the values of many examples, as {@link #learnClasses} does their classes.
   *
   * @param targets [rows], finite
   * @param out receives the predictions, [rows]
   */
  @Override
  public void learnValues(
      float[] features,
      int offset,
      int rows,
      double[] targets,
      float[] weights,
      float[] out,
      float[] losses) {
    Labels.requireValues(this);
    for (int r = 0; r < rows; r++) {
      Labels.requireTarget(targets[r]);
      Labels.requireWeight(weights[r]);
    }
    scale(features, offset, rows);
    for (int learned = 0; learned < rows; ) {
      MiniBatch batch = batchFor(learned, rows - learned);
      int together = Math.min(batch.room(), rows - learned);
      propagate(batch, learned, together);
      for (int r = 0; r < together; r++) {
        int y = blueprint.layout().outputOffset(together, r);
        writePrediction(y, out, PredictedValue.FLOATS * learned);
        losses[learned] = addValue(batch, y, targets[learned], weights[learned]);
        learned++;
      }
      stepIfFull(batch, together);
    }
  }

  /**
   * Learns one example of weight 1.
   *
   * @param y index of the class, or the value
   * @return the loss of the prediction made before
   * @throws IllegalArgumentException if the index of the class is not a whole number
   * @throws IndexOutOfBoundsException if the class is not known
   */
  public float learn(float[] features, double y) {
    float[] out = workspace.fitOutput(outputs());
    if (!blueprint.task().isClassification()) {
      return learnValue(features, 0, y, 1f, out);
    }
    int classIndex = (int) y;
    if (classIndex != y) {
      throw new IllegalArgumentException("a class is a whole number from 0 on, but was " + y);
    }
    return learnClass(features, 0, classIndex, 1f, out);
  }

  /** Takes rows into the statistics, all before one is learned; they wait in the workspace. */
  private void scale(float[] features, int offset, int rows) {
    blueprint.network().fetch(parameters, workspace);
    blueprint.normalizer().take(statistics, features, offset, rows, workspace);
  }

  /** Where scaled rows go: those that fill a whole mini-batch at once are kept by nobody. */
  private MiniBatch batchFor(int first, int rows) {
    int batchSize = blueprint.spec().batchSize();
    return batchSize == 1 || (rows >= batchSize && (pending == null || pending.isEmpty()))
        ? workspace.wholeBatch(inputs(), batchSize, first * Kernels.stride(inputs()))
        : pending();
  }

  private MiniBatch pending() {
    if (pending == null) {
      pending = new MiniBatch(inputs(), blueprint.spec().batchSize());
    }
    return pending;
  }

  /** Takes scaled rows to their place in the batch; all outputs follow. */
  private void propagate(MiniBatch batch, int first, int rows) {
    int from = first * batch.stride();
    batch.copy(workspace.scaled, from, rows);
    blueprint.network().forward(parameters, workspace.scaled, from, rows, workspace);
  }

  private void writePrediction(int y, float[] out, int outOffset) {
    float[] outputs = workspace.activations;
    TargetScaler targetScaler = blueprint.targetScaler();
    if (targetScaler != null) {
      // What the target is about is anybody's guess before the first.
      boolean unknown = examples == 0 && !hasStart;
      double value = unknown ? Double.NaN : targetScaler.restored(targetStatistics, outputs[y]);
      PredictedValue.write(value, targetScaler.unit(targetStatistics), out, outOffset);
    } else if (classes() == 1) {
      out[outOffset] = 1f;
    } else if (blueprint.spec().network().loss() == Loss.BINARY_CROSSENTROPY) {
      out[outOffset] = 1f - outputs[y];
      out[outOffset + 1] = outputs[y];
    } else {
      System.arraycopy(outputs, y, out, outOffset, classes());
    }
  }

  private float addValue(MiniBatch batch, int y, double target, float weight) {
    TargetScaler targetScaler = blueprint.targetScaler();
    targetScaler.update(targetStatistics, target);
    return add(batch, y, targetScaler.scaled(targetStatistics, target), weight);
  }

  /** Keeps the next row, whose outputs are at {@code y}; returns their loss. */
  private float add(MiniBatch batch, int y, float target, float weight) {
    batch.add(target, weight);
    examples++;
    int outputs = blueprint.layout().outputs();
    Objective objective = blueprint.objective();
    float[] activations = workspace.activations;
    boolean isAbsurd =
        objective.isAbsurd(activations, y, outputs, target, blueprint.maxOutput())
            && isOrdinary(batch, batch.size() - 1);
    divergence.add(isAbsurd);
    return objective.loss(activations, y, outputs, target);
  }

  /** Whether what comes of a row is the model's fault. */
  private boolean isOrdinary(MiniBatch batch, int row) {
    int from = batch.first() + row * batch.stride();
    return batch.weight(row) <= MAX_ORDINARY
        && KERNELS.absMax(batch.rows(), from, inputs()) <= MAX_ORDINARY;
  }

  private boolean isOrdinary(MiniBatch batch) {
    for (int row = 0; row < batch.size(); row++) {
      if (!isOrdinary(batch, row)) {
        return false;
      }
    }
    return true;
  }

  /** Learns a full mini-batch, of which the last rows have just been propagated. */
  private void stepIfFull(MiniBatch batch, int propagated) {
    if (!batch.isFull()) {
      return;
    }
    if (dropout != null) {
      dropout.startAt(examples - batch.size());
    }
    StepResult result =
        blueprint
            .step()
            .take(batch, propagated, parameters, optimizer, learningRate(), dropout, workspace);
    switch (result) {
      case TAKEN -> steps++;
      case CLIPPED -> {
        steps++;
        clippedSteps++;
      }
      case SKIPPED -> {
        skippedSteps++;
        if (isOrdinary(batch)) {
          divergence.addSkipped(batch.size());
        }
      }
    }
    batch.clear();
    if (divergence.isDetected()) {
      rollBack();
    } else if (divergence.isClear() && examples % COPY_EVERY < blueprint.spec().batchSize()) {
      copyParameters();
    }
  }

  private void copyParameters() {
    if (lastGood == null) {
      lastGood = new float[parameters.length];
    }
    System.arraycopy(parameters, 0, lastGood, 0, parameters.length);
  }

  /**
   * Goes back to the last good parameters, or to the initial ones if there are none or they led to
   * this twice, and divides the learning rate by 10. Statistics and counts go on.
   */
  private void rollBack() {
    parameters = lastGood == null ? blueprint.network().initialParameters(initializer()) : lastGood;
    lastGood = null;
    optimizer = new OptimizerState(blueprint.spec().optimizer(), parameters.length);
    optimizer.meet(parameters);
    divergence.clear();
    rollbacks++;
  }

  @Override
  public int maxTogether() {
    return divergence.examplesLeft();
  }

  /**
   * Makes room for one more class, the last index; everything learned, the mini-batch and the
   * optimizer's slots are kept.
   *
   * @throws IllegalStateException for regression, or a third class of binary_crossentropy
   */
  @Override
  public void addClass() {
    LearnerSpec spec = blueprint.spec();
    if (!blueprint.hasRoomForClass()) {
      throw new IllegalStateException(
          "a model with loss " + spec.network().loss().id() + " has no room for another class");
    }
    Layout before = blueprint.layout();
    blueprint =
        workspace.blueprint(
            new CompiledNetwork.Kind(spec, blueprint.task(), inputs(), blueprint.classes() + 1));
    Layout after = blueprint.layout();
    if (after.outputs() > before.outputs()) {
      parameters = blueprint.network().grown(parameters, before, initializer());
      if (lastGood != null) {
        lastGood = blueprint.network().grown(lastGood, before, initializer());
      }
      optimizer = optimizer.grown(slots -> after.grown(slots, before));
      optimizer.meet(parameters);
    }
  }

  /**
   * A larger model that predicts the same and keeps all that was learned, the mini-batch and the
   * optimizer's slots: its first features and hidden layers are those of this model, whose layers
   * may have become wider.
   *
   * @throws ModelMismatchException if the one does not grow into the other, saying why
   */
  public Learner grown(LearnerSpec spec, int inputs, Workspace shared)
      throws ModelMismatchException {
    LearnerSpec same = spec.withUndeclared(indicators());
    CompiledNetwork.Kind kind = new CompiledNetwork.Kind(same, blueprint.task(), inputs, classes());
    NetworkExpansion growth = new NetworkExpansion(blueprint, shared.blueprint(kind));
    Learner grown = new Learner(kind, keySeed, shared);
    grown.parameters = growth.parameters(parameters, grown.initializer());
    if (lastGood != null) {
      grown.lastGood = growth.parameters(lastGood, grown.initializer());
    }
    grown.optimizer = optimizer.grown(growth::slots);
    grown.optimizer.meet(grown.parameters);
    // The columns of new features have seen nothing.
    Normalizer.grow(statistics, inputs(), grown.statistics, inputs);
    if (targetStatistics != null) {
      Normalizer.copy(targetStatistics, grown.targetStatistics, 1);
    }
    if (pending != null) {
      grown.pending = new MiniBatch(inputs, spec.batchSize());
      grown.pending.addAll(pending);
    }
    grown.examples = examples;
    grown.steps = steps;
    grown.skippedSteps = skippedSteps;
    grown.clippedSteps = clippedSteps;
    grown.rollbacks = rollbacks;
    grown.hasStart = hasStart;
    return grown;
  }

  /** All that it predicts with, now. */
  public ModelWeights weights() {
    Normalization normalization = blueprint.spec().normalization();
    return ModelWeights.of(
        blueprint.layout(),
        parameters,
        new ModelWeights.Scaling(
            normalization, Normalizer.byColumn(statistics, inputs()), copy(targetStatistics)));
  }

  /**
   * Makes a model that has learned nothing predict as another one did. Statistics, if there are
   * any, go on from where they were; steps, examples and the optimizer's slots start from 0. A
   * linear output layer may be that of any output: what it gives goes through the learner's own.
   *
   * @throws IllegalArgumentException if the weights are of other layers, or the statistics of
   *     another normalization; then nothing is changed
   */
  public void startFrom(ModelWeights start) {
    float[] started = parameters.clone();
    start.copyTo(blueprint.layout(), started);
    ModelWeights.Scaling scaling = start.scaling();
    if (scaling != null) {
      requireIndicators(scaling.normalization().indicators());
      Normalizer.copy(scaling.features(), statistics, inputs());
      if (targetStatistics != null && scaling.target() != null) {
        Normalizer.copy(scaling.target(), targetStatistics, 1);
      }
    }
    parameters = started;
    optimizer.meet(parameters);
    lastGood = started.clone();
    hasStart = differsFromOneThatWasDrawn();
  }

  private void requireIndicators(Indicators started) {
    String difference = started.first(inputs()).difference(indicators());
    if (difference != null) {
      throw new IllegalArgumentException(
          "the model to start from has other features: " + difference);
    }
  }

  /**
   * Whether a model without an example has a start. That is not stored, for it shows: in the
   * statistics of the target, or where none are kept, in weights that are not those of seed and
   * key.
   */
  private boolean differsFromOneThatWasDrawn() {
    if (targetStatistics == null) {
      return false; // and nobody asks
    }
    return targetStatistics.length > 0
        ? !Arrays.equals(targetStatistics, blueprint.targetScaler().start())
        : !Arrays.equals(parameters, blueprint.network().initialParameters(initializer()));
  }

  /** Bytes of the arrays that belong to this model alone, in memory, padding included. */
  @Override
  public long memoryBytes() {
    long waiting = pending == null ? 0 : pending.floats();
    long copied = lastGood == null ? 0 : lastGood.length;
    long floats = parameters.length + copied + optimizer.floats() + waiting;
    return floats * Float.BYTES + (long) statistics.length * Double.BYTES;
  }

  /** A model of its own that equals this one now. */
  @Override
  public Learner copy() {
    return new Learner(this);
  }

  /** Writes everything that decides how the model goes on, bit for bit. */
  @Override
  public void write(DataOutput out) throws IOException {
    blueprint.writeKind(out);
    out.writeLong(keySeed);
    blueprint.layout().write(parameters, out);
    optimizer.write(blueprint.layout(), out);
    divergence.write(out);
    out.writeBoolean(lastGood != null);
    if (lastGood != null) {
      blueprint.layout().write(lastGood, out);
    }
    Normalizer.write(statistics, inputs(), out);
    if (targetStatistics != null) {
      Normalizer.write(targetStatistics, 1, out);
    }
    if (pending == null) {
      MiniBatch.writeEmpty(out);
    } else {
      pending.write(out);
    }
    out.writeLong(examples);
    out.writeLong(steps);
    out.writeLong(skippedSteps);
    out.writeLong(clippedSteps);
    out.writeLong(rollbacks);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param in {@link dev.millrace.data.BoundedDataInput} to have sizes that are damaged refused
   *     before room is made for them
   * @throws ModelMismatchException if it is of a model that {@code spec} does not describe, naming
   *     both
   * @throws IOException if the bytes are of a newer version, or damaged
   */
  public static Learner read(DataInput in, LearnerSpec spec, Task task) throws IOException {
    return read(in, spec, task, new Workspace());
  }

  /** The same, with scratch that it shares with other learners of the thread. */
  public static Learner read(DataInput in, LearnerSpec spec, Task task, Workspace shared)
      throws IOException {
    try {
      return readWhole(in, spec, task, shared);
    } catch (EOFException e) {
      if (e.getMessage() != null) {
        throw e;
      }
      EOFException named =
          new EOFException(
              "the bytes end before the stored model does; they are cut off or damaged");
      named.initCause(e);
      throw named;
    }
  }

  private static Learner readWhole(DataInput in, LearnerSpec spec, Task task, Workspace shared)
      throws IOException {
    CompiledNetwork.Kind kind = CompiledNetwork.readKind(in, spec, task);
    Learner learner = new Learner(kind, in.readLong(), shared);
    Layout layout = learner.blueprint.layout();
    learner.parameters = layout.read(in);
    learner.optimizer.read(layout, in);
    learner.divergence.read(in);
    if (in.readBoolean()) {
      learner.lastGood = layout.read(in);
    }
    Normalizer.read(learner.statistics, kind.inputs(), in);
    if (learner.targetStatistics != null) {
      Normalizer.read(learner.targetStatistics, 1, in);
    }
    MiniBatch waiting = new MiniBatch(kind.inputs(), spec.batchSize());
    waiting.read(in, kind.classes());
    learner.pending = waiting.isEmpty() ? null : waiting;
    learner.examples = in.readLong();
    learner.steps = in.readLong();
    learner.skippedSteps = in.readLong();
    learner.clippedSteps = in.readLong();
    learner.rollbacks = in.readLong();
    learner.hasStart = learner.examples == 0 && learner.differsFromOneThatWasDrawn();
    return learner;
  }
}
