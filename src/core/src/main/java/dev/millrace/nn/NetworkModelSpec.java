package dev.millrace.nn;

import dev.millrace.data.Task;
import java.util.List;

/**
 * A network written out.
 *
 * @param output activation of the output layer, or null for the task's usual one
 * @param loss or null for the task's usual one
 * @param start the network that each new one starts from, or null for drawn weights
 */
public record NetworkModelSpec(
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
    ModelStart start)
    implements ModelSpec {

  public NetworkModelSpec {
    hidden = List.copyOf(hidden);
  }

  /**
   * A network without hidden layers, with the task's usual output and loss, a constant learning
   * rate, initial weights by activation, and an update per example; it neither regularizes, scales
   * nor clips. It has no optimizer yet.
   */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that has the values of this specification. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  @Override
  public <R, X extends Exception> R match(
      Case<NetworkModelSpec, R, X> ofNetwork,
      Case<AutoModelSpec, R, X> ofAuto,
      Case<SelectionSpec, R, X> ofSelection)
      throws X {
    return ofNetwork.of(this);
  }

  @Override
  public Indicators indicators() {
    return normalization.indicators();
  }

  @Override
  public NetworkModelSpec withIndicators(Indicators others) {
    return toBuilder().normalization(normalization.withIndicators(others)).build();
  }

  /**
   * The same with the hidden layers of a stored model.
   *
   * @param shape as {@link ModelMismatchException#storedShape} tells it
   */
  public NetworkModelSpec withHiddenOf(String shape) {
    return toBuilder().hidden(LearnerSpec.hiddenOf(shape)).build();
  }

  /** Returns the same specification with a network to start from. */
  public NetworkModelSpec withStart(ModelStart newStart) {
    return toBuilder().start(newStart).build();
  }

  /**
   * A model of classes that has learned nothing, for use as a library.
   *
   * @param features at least 1
   * @param classes known now; {@link Learner#addClass} adds more. Two make the task {@link
   *     Task#BINARY}, any other number {@link Task#MULTICLASS}, which {@link Learner#read} asks for
   * @throws IllegalArgumentException if the settings do not fit classes
   */
  public Learner classifier(int features, int classes) {
    Task task = classes == 2 ? Task.BINARY : Task.MULTICLASS;
    return new Learner(forTask(task), task, features, classes, 0);
  }

  /**
   * A model of a number that has learned nothing, for use as a library.
   *
   * @param features at least 1
   * @throws IllegalArgumentException if the settings do not fit regression
   */
  public Learner regressor(int features) {
    return new Learner(forTask(Task.REGRESSION), Task.REGRESSION, features, 0, 0);
  }

  /** The specification for a task, with the task's usual output layer and loss filled in. */
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

  /** Sets values by name; see {@link #builder()} for those that are not set. */
  public static final class Builder {
    private List<LayerSpec> hidden = List.of();
    private Activation output;
    private Loss loss;
    private Optimizer optimizer;
    private Schedule schedule = new Schedule.Constant(0);
    private Regularizer regularizer = new Regularizer(0f, 0f);
    private Normalization normalization = new Normalization(Normalization.Kind.NONE, 0f, 0f);
    private int batchSize = 1;
    private Clipping clipping = new Clipping(0f, 0f);
    private long seed;
    private Initializer initializer = Initializer.BY_ACTIVATION;
    private ClassWeights classWeights = ClassWeights.NONE;
    private ModelStart start;

    private Builder() {}

    private Builder(NetworkModelSpec from) {
      hidden = from.hidden;
      output = from.output;
      loss = from.loss;
      optimizer = from.optimizer;
      schedule = from.schedule;
      regularizer = from.regularizer;
      normalization = from.normalization;
      batchSize = from.batchSize;
      clipping = from.clipping;
      seed = from.seed;
      initializer = from.initializer;
      classWeights = from.classWeights;
      start = from.start;
    }

    public Builder hidden(List<LayerSpec> value) {
      hidden = value;
      return this;
    }

    public Builder output(Activation value) {
      output = value;
      return this;
    }

    public Builder loss(Loss value) {
      loss = value;
      return this;
    }

    public Builder optimizer(Optimizer value) {
      optimizer = value;
      return this;
    }

    public Builder schedule(Schedule value) {
      schedule = value;
      return this;
    }

    public Builder regularizer(Regularizer value) {
      regularizer = value;
      return this;
    }

    public Builder normalization(Normalization value) {
      normalization = value;
      return this;
    }

    public Builder batchSize(int value) {
      batchSize = value;
      return this;
    }

    public Builder clipping(Clipping value) {
      clipping = value;
      return this;
    }

    /** Clips gradients by their norm alone. */
    public Builder clipNorm(float norm) {
      return clipping(new Clipping(norm, 0f));
    }

    public Builder seed(long value) {
      seed = value;
      return this;
    }

    public Builder initializer(Initializer value) {
      initializer = value;
      return this;
    }

    public Builder classWeights(ClassWeights value) {
      classWeights = value;
      return this;
    }

    public Builder start(ModelStart value) {
      start = value;
      return this;
    }

    public NetworkModelSpec build() {
      return new NetworkModelSpec(
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
          start);
    }
  }
}
