package dev.millrace.nn.spec;

import dev.millrace.data.PublicApi;
import dev.millrace.data.Setting;
import dev.millrace.data.Task;
import dev.millrace.input.IdColumns;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Specification of a single network and how it learns. The numbers of inputs and outputs come from
 * the data, and the task completes an output layer and a loss that are not set.
 *
 * <p>The output layer has one neuron a class, or one neuron for regression and for {@linkplain
 * Loss#isBinary binary losses}, whose neuron is the probability of the second class.
 *
 * @param hidden hidden layers in order; may be empty
 * @param output activation of the output layer; null for the default of the task
 * @param loss null for the default of output layer and task
 * @param schedule of the learning rate
 * @param batchSize examples in one update, at least 1
 * @param seed of the initial weights, together with the model key
 * @param dimension floats of the vector of an id; without effect if there are no columns of ids
 * @param start network that new models start from; null for random initial weights
 */
@PublicApi
public record NetworkSpec(
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
  /** Default floats of the vector of an id. */
  public static final int DEFAULT_DIMENSION = 8;

  /** Max floats of the vector of an id. */
  public static final int MAX_DIMENSION = 64;

  public NetworkSpec {
    hidden = List.copyOf(hidden);
    Objects.requireNonNull(optimizer, "a network needs an optimizer");
  }

  /**
   * Returns a network without hidden layers, with the task's default output and loss, a constant
   * learning rate, initial weights by activation, and an update per example, without
   * regularization, normalization and clipping.
   */
  public static NetworkSpec of(Optimizer optimizer) {
    return new NetworkSpec(
        List.of(),
        null,
        null,
        optimizer,
        new Schedule.Constant(0),
        new Regularizer(0f, 0f),
        new Normalization(Normalization.Kind.NONE, 0f, 0f),
        1,
        Clipping.OFF,
        0,
        Initializer.BY_ACTIVATION,
        ClassWeights.NONE,
        DEFAULT_DIMENSION,
        null);
  }

  /** Returns a copy with other values. */
  public NetworkSpec with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.build();
  }

  @Override
  public <R, X extends Exception> R match(
      Case<NetworkSpec, R, X> ifNetwork,
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
  public NetworkSpec withIndicators(Indicators indicators) {
    return with(to -> to.normalization = normalization.withIndicators(indicators));
  }

  @Override
  public NetworkSpec withUndeclared(Indicators found) {
    return (NetworkSpec) ModelSpec.super.withUndeclared(found);
  }

  /**
   * Returns a copy with the hidden layers of a stored model.
   *
   * @param shape shape of the stored model, which a mismatch names
   */
  public NetworkSpec withHiddenOf(String shape) {
    return with(to -> to.hidden = LayerSpec.hiddenOf(shape));
  }

  /** Returns a copy that starts from the given network; from random weights if it is null. */
  public NetworkSpec withStart(@Nullable ModelStart newStart) {
    return with(to -> to.start = newStart);
  }

  /** Returns the activation of the output layer for a task: the set one, or the default. */
  public Activation output(Task task) {
    if (output != null) {
      return output;
    }
    Activation needed = loss == null ? null : loss.output();
    if (!task.isClassification()) {
      return Activation.LINEAR;
    }
    return needed == null ? Activation.SOFTMAX : needed;
  }

  /** Returns the loss for a task: the set one, or the default of the output layer. */
  public Loss loss(Task task) {
    if (loss != null) {
      return loss;
    }
    return switch (output(task)) {
      case SOFTMAX -> Loss.CATEGORICAL_CROSSENTROPY;
      case SIGMOID -> task.isClassification() ? Loss.BINARY_CROSSENTROPY : Loss.HUBER;
      default -> task.isClassification() ? Loss.MSE : Loss.HUBER;
    };
  }

  /** Returns the label smoothing; 0 for regression, which has no classes to smooth. */
  public float labelSmoothing(Task task) {
    return task.isClassification() ? regularizer.labelSmoothing() : 0f;
  }

  /** Returns true if a layer has dropout. */
  public boolean hasDropout() {
    return hidden.stream().anyMatch(layer -> layer.dropout() != 0f);
  }

  /** Returns the columns with ids. */
  public IdColumns ids() {
    return normalization.indicators().ids();
  }

  /**
   * Returns the number of neurons of the output layer.
   *
   * @param classes ignored for regression
   */
  public int outputs(Task task, int classes) {
    boolean oneNeuron = !task.isClassification() || loss(task).isBinary();
    return oneNeuron ? 1 : classes;
  }

  /**
   * Returns all layers of the network.
   *
   * @param classes ignored for regression
   */
  public List<LayerSpec> layers(Task task, int classes) {
    List<LayerSpec> layers = new ArrayList<>(hidden);
    layers.add(new LayerSpec(outputs(task, classes), output(task)));
    return List.copyOf(layers);
  }

  /** Describes the numbers that a stored model consists of, for messages and comparison. */
  public String shape(Task task) {
    return shape(task, hidden);
  }

  /** Describes the same model with other hidden layers. */
  public String shape(Task task, List<LayerSpec> layers) {
    StringBuilder shape = new StringBuilder();
    shape.append(task.id());
    if (!ids().isEmpty()) {
      shape.append(", embeddings of ").append(dimension);
    }
    for (LayerSpec layer : layers) {
      shape.append(", ").append(layer.shape());
    }
    shape.append(", ").append(output(task).id()).append(' ').append(loss(task).id());
    shape.append(", ").append(optimizer.id());
    if (optimizer instanceof Optimizer.Sgd sgd && sgd.momentum() != 0) {
      shape.append(" with momentum");
    }
    shape.append(", normalization ").append(normalization.kind().id());
    return shape.append(", batch size ").append(batchSize).toString();
  }

  /** Mutable values of a specification, set by name. */
  public static final class Draft {
    public List<LayerSpec> hidden;
    public @Nullable Activation output;
    public @Nullable Loss loss;
    public Optimizer optimizer;
    public Schedule schedule;
    public Regularizer regularizer;
    public Normalization normalization;
    public int batchSize;
    public Clipping clipping;
    public long seed;
    public Initializer initializer;
    public ClassWeights classWeights;
    public int dimension;
    public @Nullable ModelStart start;

    private Draft(NetworkSpec from) {
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

    private NetworkSpec build() {
      return new NetworkSpec(
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
