package dev.millrace.nn;

import dev.millrace.data.PublicApi;
import dev.millrace.data.Task;
import dev.millrace.input.IdColumns;
import dev.millrace.nn.loss.Objective;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelWeights;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.nn.stored.ModelMismatchException;
import dev.millrace.nn.stored.PagedPart;
import dev.millrace.simd.KernelProvider;
import dev.millrace.simd.Kernels;
import dev.millrace.state.State;
import dev.millrace.state.StateReader;
import dev.millrace.state.StateVisitor;
import dev.millrace.state.StateWriter;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A network that learns from a stream: normalizer, network, optimizer and partial mini-batch, which
 * are stored and restored together.
 *
 * <p>Each example is predicted before the model learns it. To learn an unknown class, predict the
 * example, call {@link #addClass}, then learn it with a scratch output array. Not thread-safe.
 * Learning and predicting into an array allocate nothing once the arrays are large enough and the
 * kernels are compiled without inlining, as set in flink-conf/config.yaml.
 */
@PublicApi
public final class Learner implements OnlineModel {

  private static final Kernels KERNELS = KernelProvider.kernels();

  /** Examples between two copies of the parameters. */
  private static final int COPY_EVERY = 1024;

  /** Factor of the learning rate by the number of rollbacks. */
  private static final float[] RATE_AFTER = {1f, 1e-1f, 1e-2f, 1e-3f, 1e-4f, 1e-5f, 1e-6f};

  /** Max weight or raw input that a model is expected to handle. */
  private static final float MAX_EXPECTED = 1e9f;

  private final long keySeed;
  // Null if records have no ids.
  private final @Nullable Embeddings embeddings;
  private final @Nullable Dropout dropout;
  // Statistics of the features.
  private final double[] statistics;
  // Empty for classification.
  private final double[] targetStatistics;
  // Examples that wait for the next step.
  private final MiniBatch pending;
  private CompiledNetwork compiled;
  private float[] parameters;
  private OptimizerState optimizer;
  private long examples;
  private long steps;
  private long skippedSteps;
  private long clippedSteps;
  private long rollbacks;
  private final Divergence divergence;
  // Copy of the parameters from before a divergence; null if none was made.
  private float @Nullable [] lastGood;
  // True if the model predicts values before its first example.
  private boolean isWarmStarted;
  private float boost = 1f;
  private long boostedUntil;
  private Workspace workspace;

  /**
   * Creates an untrained model.
   *
   * @param inputs number of features, at least 1
   * @param classes number of known classes, ignored for regression; with 0, only {@link #addClass}
   *     is allowed
   * @param keySeed seed of the initial weights, together with the seed of the specification
   * @throws IllegalArgumentException if the specification does not fit the task
   */
  public Learner(NetworkSpec spec, Task task, int inputs, int classes, long keySeed) {
    this(spec, task, inputs, classes, keySeed, Learner::withoutIds);
  }

  /**
   * Creates an untrained model of features that may have ids.
   *
   * @param factory creates the vectors of ids
   */
  public Learner(
      NetworkSpec spec,
      Task task,
      int inputs,
      int classes,
      long keySeed,
      Embeddings.Factory factory) {
    this(
        new CompiledNetwork.Kind(spec, task, inputs, task.isClassification() ? classes : 0),
        keySeed,
        factory,
        new Workspace());
    parameters = initialParameters();
    optimizer.bind(parameters);
  }

  private static Embeddings withoutIds(IdColumns columns, int dimension, long seed) {
    throw new IllegalArgumentException("a network of features with ids is made by Models.create");
  }

  /**
   * Creates an untrained classification model, for use as a library.
   *
   * @param features number of features, at least 1
   * @param classes number of known classes; {@link #addClass} adds more. The task, which {@link
   *     #read} needs, is {@link Task#BINARY} for 2 classes, else {@link Task#MULTICLASS}
   * @throws IllegalArgumentException if the settings do not fit classification
   */
  public static Learner classifier(NetworkSpec spec, int features, int classes) {
    Task task = classes == 2 ? Task.BINARY : Task.MULTICLASS;
    return new Learner(spec, task, features, classes, 0);
  }

  /**
   * Creates an untrained regression model, for use as a library.
   *
   * @param features number of features, at least 1
   * @throws IllegalArgumentException if the settings do not fit regression
   */
  public static Learner regressor(NetworkSpec spec, int features) {
    return new Learner(spec, Task.REGRESSION, features, 0, 0);
  }

  /**
   * Returns the bytes of one model in memory that knows no id: parameters and their copy, optimizer
   * slots, statistics of the features and a full mini-batch.
   *
   * @param classes ignored for regression
   */
  public static long modelBytes(NetworkSpec spec, Task task, int inputs, int classes) {
    return new CompiledNetwork.Kind(spec, task, inputs, classes).modelBytes();
  }

  /** Creates a model without parameters. */
  private Learner(
      CompiledNetwork.Kind kind, long keySeed, Embeddings.Factory factory, Workspace workspace) {
    this(CompiledNetwork.of(kind, workspace), keySeed, factory, workspace);
  }

  private Learner(
      CompiledNetwork compiled, long keySeed, Embeddings.Factory factory, Workspace workspace) {
    this.keySeed = keySeed;
    this.workspace = workspace;
    this.compiled = compiled;
    NetworkSpec spec = compiled.spec();
    embeddings =
        spec.ids().isEmpty() ? null : factory.create(spec.ids(), spec.dimension(), vectorSeed());
    if (embeddings != null) {
      embeddings.use(workspace);
    }
    dropout = spec.hasDropout() ? new Dropout(spec.seed(), keySeed) : null;
    statistics = compiled.normalizer().initialStatistics();
    targetStatistics = compiled.targetScaler().initialStatistics();
    pending = new MiniBatch(compiled.networkInputs(), spec.batchSize());
    parameters = new float[0];
    optimizer = new OptimizerState(spec.optimizer(), compiled.layout().length());
    divergence = new Divergence();
  }

  private long vectorSeed() {
    return compiled.spec().seed() ^ keySeed;
  }

  /** Returns false if a number that was learned is not finite: it was damaged where it was kept. */
  public boolean isFinite() {
    for (double statistic : statistics) {
      if (Double.isNaN(statistic)) {
        return false;
      }
    }
    for (float parameter : parameters) {
      if (!Float.isFinite(parameter)) {
        return false;
      }
    }
    return embeddings == null || embeddings.isFinite();
  }

  private float[] initialParameters() {
    return compiled.network().initialParameters(initializer());
  }

  private WeightInitializer initializer() {
    NetworkSpec spec = compiled.spec();
    return new WeightInitializer(spec.initializer(), spec.seed(), keySeed);
  }

  @Override
  public int inputs() {
    return compiled.inputs();
  }

  @Override
  public int outputs() {
    return compiled.task().isClassification() ? compiled.classes() : PredictedValue.FLOATS;
  }

  @Override
  public int classes() {
    return compiled.classes();
  }

  @Override
  public Indicators indicators() {
    return compiled.spec().normalization().indicators().first(inputs());
  }

  @Override
  public long steps() {
    return steps;
  }

  @Override
  public long examples() {
    return examples;
  }

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

  @Override
  public float learningRate() {
    NetworkSpec spec = compiled.spec();
    float rate = spec.schedule().rate(spec.optimizer().learningRate(), steps);
    if (rollbacks > 0 && !(spec.optimizer() instanceof Optimizer.Ftrl)) {
      rate *= RATE_AFTER[(int) Math.min(rollbacks, RATE_AFTER.length - 1)];
    }
    return steps < boostedUntil ? rate * boost : rate;
  }

  /**
   * Raises the learning rate for some steps; not stored.
   *
   * @param factor of the learning rate, above 0
   * @param untilStep number of the first step with the usual learning rate
   */
  public void boostLearningRate(float factor, long untilStep) {
    boost = factor;
    boostedUntil = untilStep;
  }

  /** Resets the output layer and its optimizer slots to their initial values. */
  public void resetOutputLayer() {
    int head = compiled.layout().weightOffset(compiled.layout().layers() - 1);
    float[] initial = initialParameters();
    System.arraycopy(initial, head, parameters, head, parameters.length - head);
    optimizer.clear(head, parameters.length);
    optimizer.bind(parameters);
    lastGood = null; // from before the change of the stream
  }

  @Override
  public void use(Workspace shared) {
    if (workspace != shared) {
      workspace = shared;
      compiled = CompiledNetwork.of(compiled.kind(), shared);
      if (embeddings != null) {
        embeddings.use(shared);
      }
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>With losses that are no cross-entropies, classes get the raw outputs.
   */
  @Override
  public void predict(float[] features, int offset, float[] out) {
    predict(statistics, features, offset, out, 0);
  }

  @Override
  public void predictNext(float[] features, int offset, float[] out) {
    predict(statisticsWith(features, offset), features, offset, out, 0);
  }

  @Override
  public void predictVariants(
      float[] features, int offset, int count, RowVariants variants, float[] out) {
    double[] seen = statisticsWith(features, offset);
    for (int i = 0; i < count; i++) {
      predict(seen, variants.row(i), 0, out, i * outputs());
    }
  }

  /** Returns the statistics of the features as they are after a row. */
  private double[] statisticsWith(float[] features, int offset) {
    double[] seen = statistics.clone();
    float[] numbers = compiled.numbers(features, offset, 1, workspace);
    compiled.normalizer().update(seen, numbers, compiled.numbersOffset(offset));
    return seen;
  }

  private void predict(double[] known, float[] features, int offset, float[] out, int outOffset) {
    float[] row = workspace.fitInput(compiled.networkInputs());
    float[] numbers = compiled.numbers(features, offset, 1, workspace);
    compiled.normalizer().transform(known, numbers, compiled.numbersOffset(offset), row, 0);
    if (embeddings != null) {
      embeddings.encode(features, offset, row, compiled.numbers());
    }
    compiled.network().forward(parameters, row, 0, 1, workspace);
    writePrediction(compiled.layout().outputOffset(1, 0), out, outOffset);
  }

  /** Predicts into a new array, see {@link #predict(float[], int, float[])}. */
  public float[] predict(float[] features) {
    float[] out = new float[outputs()];
    predict(features, 0, out);
    return out;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Updates the statistics of the features before the prediction. Updates the weights once
   * {@code batch-size} examples are gathered, along Σ weight·gradient / batch size.
   */
  @Override
  public float learnClass(float[] features, int offset, int classIndex, float weight, float[] out) {
    Labels.requireClass(classIndex, classes(), this);
    Labels.requireWeight(weight);
    scale(features, offset, 1);
    MiniBatch batch = batchFor(0, 1);
    propagate(batch, features, offset, 0, 1);
    int y = compiled.layout().outputOffset(1, 0);
    writePrediction(y, out, 0);
    float loss = add(batch, y, classIndex, weight);
    stepIfFull(batch, 1);
    return loss;
  }

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
      propagate(batch, features, offset, learned, together);
      for (int r = 0; r < together; r++) {
        int y = compiled.layout().outputOffset(together, r);
        writePrediction(y, out, learned * classes());
        losses[learned] = add(batch, y, classIndexes[learned], weights[learned]);
        learned++;
      }
      stepIfFull(batch, together);
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Updates the statistics of the target after the prediction.
   */
  @Override
  public float learnValue(float[] features, int offset, double target, float weight, float[] out) {
    Labels.requireValues(this);
    Labels.requireTarget(target);
    Labels.requireWeight(weight);
    scale(features, offset, 1);
    MiniBatch batch = batchFor(0, 1);
    propagate(batch, features, offset, 0, 1);
    int y = compiled.layout().outputOffset(1, 0);
    writePrediction(y, out, 0);
    float loss = addValue(batch, y, target, weight);
    stepIfFull(batch, 1);
    return loss;
  }

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
      propagate(batch, features, offset, learned, together);
      for (int r = 0; r < together; r++) {
        int y = compiled.layout().outputOffset(together, r);
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
    if (!compiled.task().isClassification()) {
      return learnValue(features, 0, y, 1f, out);
    }
    int classIndex = (int) y;
    if (classIndex != y) {
      throw new IllegalArgumentException("a class is a whole number from 0 on, but was " + y);
    }
    return learnClass(features, 0, classIndex, 1f, out);
  }

  /** Updates the statistics by all rows and leaves the scaled rows in the workspace. */
  private void scale(float[] features, int offset, int rows) {
    compiled.network().fetch(parameters, workspace);
    float[] numbers = compiled.numbers(features, offset, rows, workspace);
    compiled
        .normalizer()
        .updateAndTransform(statistics, numbers, compiled.numbersOffset(offset), rows, workspace);
  }

  /** Returns the batch of the next rows: a view of them if they fill a batch at once. */
  private MiniBatch batchFor(int first, int rows) {
    int batchSize = compiled.spec().batchSize();
    return batchSize == 1 || (rows >= batchSize && pending.isEmpty())
        ? workspace.wholeBatch(
            compiled.networkInputs(), batchSize, first * Kernels.stride(compiled.networkInputs()))
        : pending;
  }

  /**
   * Copies scaled rows to the batch and computes their outputs.
   *
   * @param features of all rows, from {@code offset}
   */
  private void propagate(MiniBatch batch, float[] features, int offset, int first, int rows) {
    int from = first * batch.stride();
    if (embeddings != null) {
      for (int r = 0; r < rows; r++) {
        int row = offset + (first + r) * inputs();
        int to = from + r * batch.stride() + compiled.numbers();
        embeddings.add(features, row, workspace.scaled, to);
      }
    }
    batch.copy(workspace.scaled, from, rows);
    compiled.network().forward(parameters, workspace.scaled, from, rows, workspace);
  }

  private void writePrediction(int y, float[] out, int outOffset) {
    float[] outputs = workspace.activations;
    TargetScaler targetScaler = compiled.targetScaler();
    if (!compiled.task().isClassification()) {
      // Before the first target, an untrained model does not know its scale.
      boolean unknown = examples == 0 && !isWarmStarted;
      double value = unknown ? Double.NaN : targetScaler.unscaled(targetStatistics, outputs[y]);
      PredictedValue.write(value, targetScaler.unit(targetStatistics), out, outOffset);
    } else if (classes() == 1) {
      out[outOffset] = 1f;
    } else if (compiled.loss().isBinary()) {
      out[outOffset] = 1f - outputs[y];
      out[outOffset + 1] = outputs[y];
    } else {
      System.arraycopy(outputs, y, out, outOffset, classes());
    }
  }

  private float addValue(MiniBatch batch, int y, double target, float weight) {
    TargetScaler targetScaler = compiled.targetScaler();
    targetScaler.update(targetStatistics, target);
    return add(batch, y, targetScaler.scaled(targetStatistics, target), weight);
  }

  /** Adds the next row, whose outputs are at {@code y}, to the batch; returns its loss. */
  private float add(MiniBatch batch, int y, float target, float weight) {
    batch.add(target, weight);
    examples++;
    int outputs = compiled.layout().outputs();
    Objective objective = compiled.objective();
    float[] activations = workspace.activations;
    boolean isImplausible =
        objective.isImplausible(activations, y, outputs, target, compiled.maxOutput())
            && isInExpectedRange(batch, batch.size() - 1);
    divergence.add(isImplausible);
    return objective.loss(activations, y, outputs, target);
  }

  /** Returns true if weight and features of a row are no reason for an implausible output. */
  private boolean isInExpectedRange(MiniBatch batch, int row) {
    int from = batch.first() + row * batch.stride();
    return batch.weight(row) <= MAX_EXPECTED
        && KERNELS.absMax(batch.rows(), from, compiled.networkInputs()) <= MAX_EXPECTED;
  }

  private boolean isInExpectedRange(MiniBatch batch) {
    for (int row = 0; row < batch.size(); row++) {
      if (!isInExpectedRange(batch, row)) {
        return false;
      }
    }
    return true;
  }

  /** Learns a full mini-batch, whose last {@code propagated} rows have their outputs computed. */
  private void stepIfFull(MiniBatch batch, int propagated) {
    if (!batch.isFull()) {
      return;
    }
    if (dropout != null) {
      dropout.startAt(examples - batch.size());
    }
    StepResult result =
        compiled
            .step()
            .apply(
                batch,
                propagated,
                parameters,
                optimizer,
                learningRate(),
                dropout,
                embeddings,
                workspace);
    count(result, batch);
    batch.clear();
    if (embeddings != null) {
      embeddings.clear();
    }
    if (divergence.isDetected()) {
      rollBack();
    } else if (divergence.isClear() && examples % COPY_EVERY < compiled.spec().batchSize()) {
      copyParameters();
    }
  }

  private void count(StepResult result, MiniBatch batch) {
    switch (result) {
      case APPLIED -> steps++;
      case CLIPPED -> {
        steps++;
        clippedSteps++;
      }
      case SKIPPED -> {
        skippedSteps++;
        if (isInExpectedRange(batch)) {
          divergence.addSkipped(batch.size());
        }
      }
    }
  }

  private void copyParameters() {
    if (lastGood == null) {
      lastGood = new float[parameters.length];
    }
    System.arraycopy(parameters, 0, lastGood, 0, parameters.length);
  }

  /**
   * Restores the last good parameters, or the initial ones if none were copied since the last
   * rollback, and divides the learning rate by 10. Keeps statistics, counts and vectors of ids.
   */
  private void rollBack() {
    parameters = lastGood == null ? initialParameters() : lastGood;
    lastGood = null;
    optimizer = new OptimizerState(compiled.spec().optimizer(), parameters.length);
    optimizer.bind(parameters);
    divergence.clear();
    rollbacks++;
  }

  @Override
  public int maxTogether() {
    return divergence.examplesLeft();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException for regression, or a third class of a binary loss
   */
  @Override
  public void addClass() {
    NetworkSpec spec = compiled.spec();
    if (!compiled.hasRoomForClass()) {
      throw new IllegalStateException(
          "a model with loss " + compiled.loss().id() + " has no room for another class");
    }
    Layout before = compiled.layout();
    compiled =
        CompiledNetwork.of(
            new CompiledNetwork.Kind(spec, compiled.task(), inputs(), compiled.classes() + 1),
            workspace);
    Layout after = compiled.layout();
    if (after.outputs() > before.outputs()) {
      parameters = compiled.network().expanded(parameters, before, initializer());
      if (lastGood != null) {
        lastGood = compiled.network().expanded(lastGood, before, initializer());
      }
      optimizer = optimizer.expanded(slots -> after.expanded(slots, before));
      optimizer.bind(parameters);
    }
  }

  /**
   * Returns a larger model that predicts the same (Net2Net) and keeps parameters, optimizer slots,
   * statistics and mini-batch. New features and hidden layers follow the present ones, which may
   * become wider.
   *
   * @throws ModelMismatchException naming why this model does not expand to the specification
   */
  public Learner expanded(NetworkSpec spec, int inputs, Workspace shared)
      throws ModelMismatchException {
    NetworkSpec same = spec.withUndeclared(indicators());
    CompiledNetwork.Kind kind = new CompiledNetwork.Kind(same, compiled.task(), inputs, classes());
    NetworkExpansion expansion = new NetworkExpansion(compiled, CompiledNetwork.of(kind, shared));
    Learner expanded = new Learner(kind, keySeed, (columns, size, seed) -> ownEmbeddings(), shared);
    expanded.parameters = expansion.parameters(parameters, expanded.initializer());
    if (lastGood != null) {
      expanded.lastGood = expansion.parameters(lastGood, expanded.initializer());
    }
    expanded.optimizer = optimizer.expanded(expansion::slots);
    expanded.optimizer.bind(expanded.parameters);
    // Statistics of new features are initial.
    Normalizer.expand(
        statistics, compiled.numbers(), expanded.statistics, expanded.compiled.numbers());
    Normalizer.copy(targetStatistics, expanded.targetStatistics, 1);
    expanded.pending.addAll(pending);
    expanded.examples = examples;
    expanded.steps = steps;
    expanded.skippedSteps = skippedSteps;
    expanded.clippedSteps = clippedSteps;
    expanded.rollbacks = rollbacks;
    expanded.isWarmStarted = isWarmStarted;
    return expanded;
  }

  private Embeddings ownEmbeddings() {
    return Objects.requireNonNull(embeddings, "only records with ids have vectors");
  }

  /**
   * Returns a copy of the weights and statistics that predictions depend on.
   *
   * @throws IllegalStateException if predictions depend on vectors of ids, too
   */
  public ModelWeights weights() {
    if (embeddings != null) {
      throw new IllegalStateException("a network with vectors of ids is more than its weights");
    }
    Normalization normalization = compiled.spec().normalization();
    return WeightCopy.of(
        compiled.layout(),
        parameters,
        new ModelWeights.Scaling(
            normalization,
            Normalizer.byColumn(statistics, inputs()),
            compiled.task().isClassification() ? null : targetStatistics.clone()));
  }

  /**
   * Starts an untrained model from the weights of another one, and from its statistics if it has
   * any. Steps, examples and optimizer slots start from 0. The start's linear output layer may
   * precede any output activation of this model.
   *
   * @throws IllegalArgumentException if layers or normalization differ; then nothing is changed
   */
  public void startFrom(ModelWeights start) {
    float[] started = parameters.clone();
    WeightCopy.copy(start, compiled.layout(), started);
    ModelWeights.Scaling scaling = start.scaling();
    if (scaling != null) {
      requireIndicators(scaling.normalization().indicators());
      Normalizer.copy(scaling.features(), statistics, inputs());
      double[] target = scaling.target();
      if (target != null && !compiled.task().isClassification()) {
        Normalizer.copy(target, targetStatistics, 1);
      }
    }
    parameters = started;
    optimizer.bind(parameters);
    lastGood = started.clone();
    isWarmStarted = differsFromInitial();
  }

  /**
   * Returns a new model that starts from what this one has learned. Steps, examples and optimizer
   * slots start from 0, and initial weights and vectors are those of another key.
   */
  public Learner startOf(long otherKeySeed) {
    Learner started =
        new Learner(
            compiled.kind(),
            otherKeySeed,
            (columns, dimension, seed) -> ownEmbeddings().copy(seed),
            new Workspace());
    if (started.embeddings != null) {
      started.embeddings.clear(); // rows that wait for a step of the other model
    }
    started.parameters = parameters.clone();
    started.optimizer.bind(started.parameters);
    started.lastGood = parameters.clone();
    System.arraycopy(statistics, 0, started.statistics, 0, statistics.length);
    System.arraycopy(targetStatistics, 0, started.targetStatistics, 0, targetStatistics.length);
    started.isWarmStarted = started.differsFromInitial();
    return started;
  }

  private void requireIndicators(Indicators started) {
    String difference = started.first(inputs()).difference(indicators());
    if (difference != null) {
      throw new IllegalArgumentException(
          "the model to start from has other features: " + difference);
    }
  }

  /**
   * Returns true if a regression model without examples was started from another one. This is not
   * stored but derived: target statistics, or without them the weights, differ from the initial
   * ones.
   */
  private boolean differsFromInitial() {
    if (compiled.task().isClassification()) {
      return false;
    }
    return targetStatistics.length > 0
        ? !Arrays.equals(targetStatistics, compiled.targetScaler().initialStatistics())
        : !Arrays.equals(parameters, initialParameters());
  }

  @Override
  public long memoryBytes() {
    long copied = lastGood == null ? 0 : lastGood.length;
    long floats = parameters.length + copied + optimizer.floats() + pending.floats();
    long idBytes = embeddings == null ? 0 : embeddings.memoryBytes();
    return floats * Float.BYTES + (long) statistics.length * Double.BYTES + idBytes;
  }

  @Override
  public List<PagedPart> pagedParts() {
    return embeddings == null ? List.of() : List.of(embeddings.pages());
  }

  @Override
  public Learner copy() {
    return copy((columns, dimension, seed) -> ownEmbeddings().copy(seed));
  }

  /** Returns an independent copy with other vectors of ids. */
  public Learner copy(Embeddings.Factory factory) {
    Learner copy = new Learner(compiled, keySeed, factory, new Workspace());
    State.copy(this::visit, copy::visit);
    return copy;
  }

  @Override
  public void write(DataOutput out) throws IOException {
    compiled.writeKind(out);
    out.writeLong(keySeed);
    visit(new StateWriter(out));
  }

  /** Visits what was learned; vectors of ids are copied before. */
  private void visit(StateVisitor v) throws IOException {
    Layout layout = compiled.layout();
    if (v.isFilling()) {
      parameters = new float[layout.length()];
    }
    layout.visit(parameters, v);
    optimizer.visit(v, layout);
    divergence.visit(v);
    if (v.flag(lastGood != null)) {
      lastGood = lastGood == null ? new float[layout.length()] : lastGood;
      layout.visit(lastGood, v);
    }
    Normalizer.visit(statistics, compiled.numbers(), v);
    Normalizer.visit(targetStatistics, 1, v);
    pending.visit(v, classes());
    if (embeddings != null && !v.isCopying()) {
      embeddings.visit(v, pending.size());
    }
    examples = v.number(examples);
    steps = v.number(steps);
    skippedSteps = v.number(skippedSteps);
    clippedSteps = v.number(clippedSteps);
    rollbacks = v.number(rollbacks);
    isWarmStarted =
        v.isReading() ? examples == 0 && differsFromInitial() : v.unstored(isWarmStarted);
    boost = v.unstored(boost);
    boostedUntil = v.unstored(boostedUntil);
  }

  /**
   * Reads a stored model.
   *
   * @param in a {@link dev.millrace.data.BoundedDataInput} rejects damaged sizes before arrays are
   *     allocated
   * @throws ModelMismatchException if {@code spec} describes another kind of model, naming both
   * @throws IOException if the bytes are damaged or have a newer format version
   */
  public static Learner read(DataInput in, NetworkSpec spec, Task task) throws IOException {
    return read(in, spec, task, new Workspace());
  }

  /** Reads a stored model that shares scratch with other learners of the thread. */
  public static Learner read(DataInput in, NetworkSpec spec, Task task, Workspace shared)
      throws IOException {
    return read(in, spec, task, shared, Learner::withoutIds);
  }

  /**
   * Reads a stored model of features that may have ids.
   *
   * @param factory creates the vectors of ids
   */
  public static Learner read(
      DataInput in, NetworkSpec spec, Task task, Workspace shared, Embeddings.Factory factory)
      throws IOException {
    try {
      return readWhole(in, spec, task, shared, factory);
    } catch (EOFException e) {
      if (e.getMessage() != null) {
        throw e;
      }
      EOFException named = new EOFException("the bytes of the stored model are cut off or damaged");
      named.initCause(e);
      throw named;
    }
  }

  private static Learner readWhole(
      DataInput in, NetworkSpec spec, Task task, Workspace shared, Embeddings.Factory factory)
      throws IOException {
    CompiledNetwork.Kind kind = CompiledNetwork.readKind(in, spec, task);
    Learner learner = new Learner(kind, in.readLong(), factory, shared);
    learner.visit(new StateReader(in));
    return learner;
  }
}
