package dev.millrace.nn;

import dev.millrace.data.Task;
import java.io.Serializable;
import java.util.List;

/**
 * The {@code model} part of a pipeline: a learner's specification as far as it can be known before
 * the task is.
 *
 * @param output activation of the output layer, or null for the task's usual one
 * @param loss or null for the task's usual one
 * @param classWeights what an example's weight is multiplied by for its class
 * @param start the model that each new one starts from, or null for drawn weights
 * @param auto the mixture of {@code model: auto}, for which of the others only seed and class
 *     weights count; null for a network written out
 * @param selection several models of which one answers, for which of the others only class weights
 *     count; null for one model
 */
public record ModelSpec(
    List<LayerSpec> hidden,
    Activation output,
    Loss loss,
    Optimizer optimizer,
    Schedule schedule,
    Regularizer regularizer,
    Normalization normalization,
    int batchSize,
    Clipping clipping,
    long seed,
    Initializer initializer,
    ClassWeights classWeights,
    ModelStart start,
    AutoSpec auto,
    SelectionSpec selection)
    implements Serializable {

  public ModelSpec {
    hidden = List.copyOf(hidden);
  }

  /** With drawn weights. */
  public ModelSpec(
      List<LayerSpec> hidden,
      Activation output,
      Loss loss,
      Optimizer optimizer,
      Schedule schedule,
      Regularizer regularizer,
      Normalization normalization,
      int batchSize,
      Clipping clipping,
      long seed,
      Initializer initializer,
      ClassWeights classWeights) {
    this(
        hidden,
        output,
        loss,
        optimizer,
        schedule,
        regularizer,
        normalization,
        batchSize,
        clipping,
        seed,
        initializer,
        classWeights,
        null,
        null,
        null);
  }

  /** With a constant learning rate and initial weights by activation. */
  public ModelSpec(
      List<LayerSpec> hidden,
      Activation output,
      Loss loss,
      Optimizer optimizer,
      Regularizer regularizer,
      Normalization normalization,
      int batchSize,
      float clipNorm,
      long seed) {
    this(
        hidden,
        output,
        loss,
        optimizer,
        new Schedule.Constant(0),
        regularizer,
        normalization,
        batchSize,
        new Clipping(clipNorm, 0f),
        seed,
        Initializer.BY_ACTIVATION,
        ClassWeights.NONE);
  }

  /** {@code model: auto} as it comes, {@link AutoSpec.Tier#BALANCED}. */
  public static ModelSpec auto(long seed) {
    return auto(seed, AutoSpec.of(AutoSpec.Tier.BALANCED), ClassWeights.NONE);
  }

  /** {@code model: auto}. */
  public static ModelSpec auto(long seed, AutoSpec auto, ClassWeights classWeights) {
    ModelSpec one = single(seed);
    return new ModelSpec(
        one.hidden,
        one.output,
        one.loss,
        one.optimizer,
        one.schedule,
        one.regularizer,
        one.normalization,
        one.batchSize,
        one.clipping,
        seed,
        one.initializer,
        classWeights,
        null,
        auto,
        null);
  }

  /** Several models of which one answers; their class weights must be the same. */
  public static ModelSpec selection(SelectionSpec selection) {
    ModelSpec first = selection.models().get(0).model();
    return new ModelSpec(
        first.hidden,
        first.output,
        first.loss,
        first.optimizer,
        first.schedule,
        first.regularizer,
        first.normalization,
        first.batchSize,
        first.clipping,
        first.seed,
        first.initializer,
        first.classWeights,
        null,
        null,
        selection);
  }

  /** The models that learn by these settings: one, or those of the selection. */
  public List<ModelSpec> each() {
    return selection == null
        ? List.of(this)
        : selection.models().stream().map(SelectionSpec.Entrant::model).toList();
  }

  /**
   * The one network that does best untuned: one hidden layer of 32 tanh, bias-corrected RMSprop, a
   * scaler that forgets slowly. Update per record, because predictions within a batch are stale.
   * LeCun's initial weights, because with few features Glorot's are so small that the hidden
   * neurons stay alike for long (two features of the bananas data, 5 seeds: accuracy .80 against
   * .70).
   */
  public static ModelSpec single(long seed) {
    return new ModelSpec(
        List.of(new LayerSpec(32, Activation.TANH)),
        null,
        null,
        new Optimizer.RmsProp(0.005f, 0.99f, 1e-8f, true),
        new Schedule.Constant(0),
        new Regularizer(0f, 0f),
        new Normalization(Normalization.Kind.STANDARD, 0.001f, 4f),
        1,
        new Clipping(0f, 0f),
        seed,
        Initializer.LECUN_NORMAL,
        ClassWeights.NONE);
  }

  /**
   * A model of classes that has learned nothing, for use as a library.
   *
   * @param features at least 1
   * @param classes known now; {@link Learner#addClass} adds more. Two make the task {@link
   *     Task#BINARY}, any other number {@link Task#MULTICLASS}, which {@link Learner#read} asks for
   * @throws IllegalArgumentException if the settings do not fit classes, or are those of a mixture
   */
  public Learner classifier(int features, int classes) {
    requireNetwork();
    Task task = classes == 2 ? Task.BINARY : Task.MULTICLASS;
    return new Learner(forTask(task), task, features, classes, 0);
  }

  /**
   * A model of a number that has learned nothing, for use as a library.
   *
   * @param features at least 1
   * @throws IllegalArgumentException if the settings do not fit regression, or are those of a
   *     mixture
   */
  public Learner regressor(int features) {
    requireNetwork();
    return new Learner(forTask(Task.REGRESSION), Task.REGRESSION, features, 0, 0);
  }

  private void requireNetwork() {
    if (auto != null || selection != null) {
      throw new IllegalArgumentException(
          "these are several networks: make them with dev.millrace.nn.auto.Models, or take"
              + " ModelSpec.single");
    }
  }

  /**
   * The same with the hidden layers of a stored model.
   *
   * @param shape as {@link ModelMismatchException#storedShape} tells it
   */
  public ModelSpec withHiddenOf(String shape) {
    return with(LearnerSpec.hiddenOf(shape), start);
  }

  /** The same with a model to start from. */
  public ModelSpec withStart(ModelStart newStart) {
    return with(hidden, newStart);
  }

  /**
   * Returns the same specification for features of which some are indicators; of several models,
   * for each of them.
   */
  public ModelSpec withIndicators(Indicators indicators) {
    return with(
        hidden,
        normalization.withIndicators(indicators),
        start,
        selection == null ? null : selection.withIndicators(indicators));
  }

  /** Returns the same specification, with the given indicators if no feature is declared. */
  public ModelSpec withUndeclared(Indicators found) {
    Indicators own = normalization.indicators();
    return own.orElse(found) == own ? this : withIndicators(found);
  }

  private ModelSpec with(List<LayerSpec> newHidden, ModelStart newStart) {
    return with(newHidden, normalization, newStart, selection);
  }

  private ModelSpec with(
      List<LayerSpec> newHidden,
      Normalization newNormalization,
      ModelStart newStart,
      SelectionSpec newSelection) {
    return new ModelSpec(
        newHidden,
        output,
        loss,
        optimizer,
        schedule,
        regularizer,
        newNormalization,
        batchSize,
        clipping,
        seed,
        initializer,
        classWeights,
        newStart,
        auto,
        newSelection);
  }

  /**
   * The specification for a task, with the task's usual output layer and loss filled in; for a
   * mixture that of {@link #single}.
   */
  public LearnerSpec forTask(Task task) {
    Activation activation = output;
    if (activation == null) {
      activation =
          !task.isClassification()
              ? Activation.LINEAR
              : loss == Loss.BINARY_CROSSENTROPY ? Activation.SIGMOID : Activation.SOFTMAX;
    }
    Loss filledLoss = loss;
    if (filledLoss == null) {
      filledLoss =
          switch (activation) {
            case SOFTMAX -> Loss.CATEGORICAL_CROSSENTROPY;
            case SIGMOID -> task.isClassification() ? Loss.BINARY_CROSSENTROPY : Loss.HUBER;
            default -> task.isClassification() ? Loss.MSE : Loss.HUBER;
          };
    }
    return new LearnerSpec(
        new NetworkSpec(hidden, activation, filledLoss, initializer),
        optimizer,
        schedule,
        // A task guessed from the labels may turn out to have no classes to smooth.
        task.isClassification() ? regularizer : regularizer.withoutLabelSmoothing(),
        normalization,
        batchSize,
        clipping,
        seed);
  }
}
