package dev.millrace.nn.spec;

import dev.millrace.data.PublicApi;
import dev.millrace.data.Task;
import dev.millrace.input.IdColumns;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Complete specification of how a model learns, fixed for its lifetime.
 *
 * @param schedule of the learning rate
 * @param batchSize examples in one update, at least 1
 * @param seed of the initial weights, together with the model key
 */
@PublicApi
public record LearnerSpec(
    NetworkSpec network,
    Optimizer optimizer,
    Schedule schedule,
    Regularizer regularizer,
    Normalization normalization,
    int batchSize,
    Clipping clipping,
    long seed)
    implements Serializable {

  private static final Pattern HIDDEN_LAYER = Pattern.compile("(\\d+) (\\w+)( with layer norm)?");

  /** Creates a specification with a constant learning rate and gradients clipped by norm only. */
  public LearnerSpec(
      NetworkSpec network,
      Optimizer optimizer,
      Regularizer regularizer,
      Normalization normalization,
      int batchSize,
      float clipNorm,
      long seed) {
    this(
        network,
        optimizer,
        new Schedule.Constant(0),
        regularizer,
        normalization,
        batchSize,
        new Clipping(clipNorm, 0f),
        seed);
  }

  /**
   * Checks that a model of this specification can learn the task.
   *
   * @throws IllegalArgumentException naming the setting, its value and what is allowed
   */
  public void check(Task task) {
    Loss loss = network.loss();
    Activation output = network.output();
    if (batchSize < 1) {
      throw new IllegalArgumentException("batch-size must be at least 1, but was " + batchSize);
    }
    checkLayers();
    Activation needed = loss.output();
    if (needed != null && output != needed) {
      throw new IllegalArgumentException(
          "loss "
              + loss.id()
              + " needs an output layer of "
              + needed.id()
              + ", but it was "
              + output.id());
    }
    if (task == Task.REGRESSION && (needed != null || output == Activation.SOFTMAX)) {
      throw new IllegalArgumentException(
          "regression takes the loss "
              + Loss.namesForRegression()
              + " and any output but softmax, but was "
              + loss.id()
              + " on "
              + output.id());
    }
    if (regularizer.labelSmoothing() != 0f && !loss.isCrossEntropy()) {
      throw new IllegalArgumentException(
          "label-smoothing goes with a cross-entropy, but the loss was " + loss.id());
    }
    if (task == Task.MULTICLASS && loss.isBinary()) {
      throw new IllegalArgumentException(
          "loss " + loss.id() + " is for two classes: use " + Loss.CATEGORICAL_CROSSENTROPY.id());
    }
    checkOptimizer();
    checkRanges();
  }

  private void checkRanges() {
    requireShare("label-smoothing", regularizer.labelSmoothing());
    requireShare("the normalization's decay", normalization.decay());
    if (optimizer instanceof Optimizer.Sgd sgd) {
      requireShare("sgd's momentum", sgd.momentum());
    } else if (optimizer instanceof Optimizer.RmsProp rms) {
      requireShare("rmsprop's rho", rms.rho());
    } else if (optimizer instanceof Optimizer.Adam adam) {
      requireShare("adam's beta1", adam.beta1());
      requireShare("adam's beta2", adam.beta2());
    } else if (optimizer instanceof Optimizer.AdamW adam) {
      requireShare("adamw's beta1", adam.beta1());
      requireShare("adamw's beta2", adam.beta2());
    }
    long steps = 1;
    if (schedule instanceof Schedule.Step step) {
      steps = step.steps();
    } else if (schedule instanceof Schedule.InverseTime time) {
      steps = time.steps();
    } else if (schedule instanceof Schedule.Cosine cosine) {
      steps = cosine.steps();
    }
    if (steps < 1 || schedule.warmup() < 0) {
      throw new IllegalArgumentException(
          "a schedule's steps must be at least 1 and its warmup at least 0, but they were "
              + steps
              + " and "
              + schedule.warmup());
    }
  }

  private static void requireShare(String name, float value) {
    if (!(value >= 0f && value < 1f)) {
      throw new IllegalArgumentException(
          name + " must be at least 0 and below 1, but was " + value);
    }
  }

  private void checkLayers() {
    for (LayerSpec layer : network.hidden()) {
      if (layer.units() < 1) {
        throw new IllegalArgumentException(
            "a layer's units must be at least 1, but were " + layer.units());
      }
      requireShare("a layer's dropout", layer.dropout());
      if (layer.dropout() != 0f && layer.activation() == Activation.SOFTMAX) {
        throw new IllegalArgumentException("dropout does not go with a hidden layer of softmax");
      }
    }
  }

  private void checkOptimizer() {
    if (!(optimizer.epsilon() >= Optimizer.MIN_EPSILON)) {
      throw new IllegalArgumentException(
          "the optimizer's epsilon must be at least %s, but was %s"
              .formatted(Optimizer.MIN_EPSILON, optimizer.epsilon()));
    }
    if (optimizer instanceof Optimizer.AdamW adam && !(adam.decay() <= 1f)) {
      throw new IllegalArgumentException(
          "adamw's weight decay times the learning rate must be at most 1, but was "
              + adam.decay());
    }
    if (optimizer instanceof Optimizer.Ftrl ftrl
        && !(ftrl.beta() > 0f && ftrl.learningRate() > 0f)) {
      throw new IllegalArgumentException(
          "ftrl needs alpha and beta above 0, but they were "
              + ftrl.learningRate()
              + " and "
              + ftrl.beta());
    }
    if (optimizer instanceof Optimizer.Ftrl && !schedule.equals(new Schedule.Constant(0))) {
      throw new IllegalArgumentException(
          "ftrl lowers its step size by itself and takes no schedule, but it was " + schedule.id());
    }
    if (optimizer instanceof Optimizer.Ftrl && regularizer.maxNorm() != 0f) {
      throw new IllegalArgumentException(
          "ftrl computes each weight from its sums and takes no max-norm, but it was "
              + regularizer.maxNorm());
    }
    if (optimizer instanceof Optimizer.Sgd sgd && sgd.nesterov() && sgd.momentum() == 0f) {
      throw new IllegalArgumentException("nesterov needs momentum above 0, but it was 0");
    }
  }

  /** Returns the columns with ids. */
  public IdColumns ids() {
    return normalization.indicators().ids();
  }

  /** Returns how many features of a row are numbers, which the network sees scaled. */
  public int numbers(int inputs) {
    return ids().isEmpty() ? inputs : ids().numbers(inputs).length;
  }

  /**
   * Returns the number of inputs of the network: the numbers of a row, then a vector of each column
   * and cross with ids.
   */
  public int networkInputs(int inputs) {
    return numbers(inputs) + ids().fields() * network.dimension();
  }

  /**
   * Returns the number of neurons of the output layer.
   *
   * @param classes ignored for regression
   */
  public int outputs(Task task, int classes) {
    boolean oneNeuron = !task.isClassification() || network.loss().isBinary();
    return oneNeuron ? 1 : classes;
  }

  /** Returns all layers of the network. */
  public List<LayerSpec> layers(int outputs) {
    List<LayerSpec> layers = new ArrayList<>(network.hidden());
    layers.add(new LayerSpec(outputs, network.output()));
    return List.copyOf(layers);
  }

  /** Returns the same specification, with the given indicators if no feature is declared. */
  public LearnerSpec withUndeclared(Indicators found) {
    return new LearnerSpec(
        network,
        optimizer,
        schedule,
        regularizer,
        normalization.withIndicators(normalization.indicators().orElse(found)),
        batchSize,
        clipping,
        seed);
  }

  /** Parses the hidden layers from a {@link #shape}, without their dropout. */
  public static List<LayerSpec> hiddenOf(String shape) {
    List<LayerSpec> hidden = new ArrayList<>();
    for (String part : shape.split(", ")) {
      Matcher layer = HIDDEN_LAYER.matcher(part);
      if (layer.matches()) {
        hidden.add(
            new LayerSpec(
                Integer.parseInt(layer.group(1)),
                Activation.valueOf(layer.group(2).toUpperCase(Locale.ROOT)),
                0f,
                layer.group(3) != null));
      }
    }
    return hidden;
  }

  /** Describes the numbers that a stored model consists of, for messages and comparison. */
  public String shape(Task task) {
    return shape(task, network.hidden());
  }

  /** Describes the same model with other hidden layers. */
  public String shape(Task task, List<LayerSpec> hidden) {
    StringBuilder shape = new StringBuilder();
    shape.append(task.id());
    if (!ids().isEmpty()) {
      shape.append(", embeddings of ").append(network.dimension());
    }
    for (LayerSpec layer : hidden) {
      shape.append(", ").append(layer.shape());
    }
    shape.append(", ").append(network.output().id()).append(' ').append(network.loss().id());
    shape.append(", ").append(optimizer.id());
    if (optimizer instanceof Optimizer.Sgd sgd && sgd.momentum() != 0) {
      shape.append(" with momentum");
    }
    shape.append(", normalization ").append(normalization.kind().id());
    return shape.append(", batch size ").append(batchSize).toString();
  }
}
