package dev.millrace.nn.spec;

import dev.millrace.data.PublicApi;
import dev.millrace.data.Setting;
import dev.millrace.data.Task;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Specification of a single network.
 *
 * @param start network that new models start from; null for random initial weights
 */
@PublicApi
public record NetworkModelSpec(
    List<LayerSpec> hidden,
    @Setting(shown = "softmax; linear for regression", doc = "activation of the output layer")
        @Nullable Activation output,
    @Setting(
            shown = "categorical_crossentropy; huber for regression",
            doc =
                "loss of one prediction; categorical_focal_crossentropy is the focal loss with γ ="
                    + " 2, which gives examples that are predicted well little weight")
        @Nullable Loss loss,
    Optimizer optimizer,
    Schedule schedule,
    Regularizer regularizer,
    Normalization normalization,
    @Setting(value = "1", in = "[1, 65536]", doc = "number of examples in one update")
        int batchSize,
    Clipping clipping,
    @Setting(
            value = "1",
            in = Setting.ANY_LONG,
            doc = "seed of the initial weights, together with the model key")
        long seed,
    Initializer initializer,
    ClassWeights classWeights,
    @Setting(
            value = "" + NetworkSpec.DEFAULT_DIMENSION,
            in = "[1, " + NetworkSpec.MAX_DIMENSION + "]",
            doc = "numbers of a vector")
        int dimension,
    @Nullable ModelStart start)
    implements ModelSpec {

  public NetworkModelSpec {
    hidden = List.copyOf(hidden);
    Objects.requireNonNull(optimizer, "a network needs an optimizer");
  }

  /**
   * Returns a builder of a network without hidden layers, with the task's default output and loss,
   * a constant learning rate, initial weights by activation, and an update per example, without
   * regularization, normalization and clipping.
   */
  public static Builder builder(Optimizer optimizer) {
    return new Builder(optimizer);
  }

  /** Returns a builder with the values of this specification. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  @Override
  public <R, X extends Exception> R match(
      Case<NetworkModelSpec, R, X> ifNetwork,
      Case<AutoModelSpec, R, X> ifAuto,
      Case<SelectionSpec, R, X> ifSelection)
      throws X {
    return ifNetwork.of(this);
  }

  @Override
  public Indicators indicators() {
    return normalization.indicators();
  }

  @Override
  public NetworkModelSpec withIndicators(Indicators indicators) {
    return toBuilder().normalization(normalization.withIndicators(indicators)).build();
  }

  /**
   * Returns a copy with the hidden layers of a stored model.
   *
   * @param shape shape of the stored model, which a mismatch names
   */
  public NetworkModelSpec withHiddenOf(String shape) {
    return toBuilder().hidden(LearnerSpec.hiddenOf(shape)).build();
  }

  /** Returns a copy that starts from the given network; from random weights if it is null. */
  public NetworkModelSpec withStart(@Nullable ModelStart newStart) {
    return toBuilder().start(newStart).build();
  }

  /** Returns the specification for a task, with the task's default output layer and loss. */
  public LearnerSpec forTask(Task task) {
    Activation activation = output;
    if (activation == null) {
      Activation needed = loss == null ? null : loss.output();
      activation =
          !task.isClassification()
              ? Activation.LINEAR
              : needed == null ? Activation.SOFTMAX : needed;
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
        new NetworkSpec(hidden, activation, filledLoss, initializer, dimension),
        optimizer,
        schedule,
        // The task may have been inferred from the labels as regression, which has no classes to
        // smooth.
        task.isClassification() ? regularizer : regularizer.withoutLabelSmoothing(),
        normalization,
        batchSize,
        clipping,
        seed);
  }

  /** Sets values by name; see {@link #builder} for the defaults. */
  public static final class Builder {
    private List<LayerSpec> hidden = List.of();
    private @Nullable Activation output;
    private @Nullable Loss loss;
    private Optimizer optimizer;
    private Schedule schedule = new Schedule.Constant(0);
    private Regularizer regularizer = new Regularizer(0f, 0f);
    private Normalization normalization = new Normalization(Normalization.Kind.NONE, 0f, 0f);
    private int batchSize = 1;
    private Clipping clipping = Clipping.OFF;
    private long seed;
    private Initializer initializer = Initializer.BY_ACTIVATION;
    private ClassWeights classWeights = ClassWeights.NONE;
    private int dimension = NetworkSpec.DEFAULT_DIMENSION;
    private @Nullable ModelStart start;

    private Builder(Optimizer optimizer) {
      this.optimizer = optimizer;
    }

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
      dimension = from.dimension;
      start = from.start;
    }

    public Builder hidden(List<LayerSpec> value) {
      hidden = value;
      return this;
    }

    public Builder output(@Nullable Activation value) {
      output = value;
      return this;
    }

    public Builder loss(@Nullable Loss value) {
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

    /** Sets the number of floats of the vector of an id. */
    public Builder dimension(int value) {
      dimension = value;
      return this;
    }

    public Builder start(@Nullable ModelStart value) {
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
          dimension,
          start);
    }
  }
}
