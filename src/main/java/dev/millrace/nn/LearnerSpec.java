package dev.millrace.nn;

import dev.millrace.data.Task;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Everything that decides how a model learns, fixed for its whole life.
 *
 * @param batchSize examples in one update, at least 1
 * @param clipNorm longest gradient allowed (its L2 norm), 0 is off
 * @param seed of the initial weights, together with the model key
 */
public record LearnerSpec(
    NetworkSpec network,
    Optimizer optimizer,
    Regularizer regularizer,
    Normalization normalization,
    int batchSize,
    float clipNorm,
    long seed)
    implements Serializable {

  /**
   * Refuses what cannot learn the task.
   *
   * @throws IllegalArgumentException naming the setting, its value and what is allowed
   */
  public void check(Task task) {
    Loss loss = network.loss();
    Activation output = network.output();
    if (batchSize < 1) {
      throw new IllegalArgumentException("batch-size must be at least 1, but was " + batchSize);
    }
    for (LayerSpec layer : network.hidden()) {
      if (layer.units() < 1) {
        throw new IllegalArgumentException(
            "a layer's units must be at least 1, but were " + layer.units());
      }
    }
    boolean probabilities =
        loss == Loss.BINARY_CROSSENTROPY || loss == Loss.CATEGORICAL_CROSSENTROPY;
    Activation needed = loss == Loss.BINARY_CROSSENTROPY ? Activation.SIGMOID : Activation.SOFTMAX;
    if (probabilities && output != needed) {
      throw new IllegalArgumentException(
          "loss "
              + loss.id()
              + " needs an output layer of "
              + needed.id()
              + ", but it was "
              + output.id());
    }
    if (task == Task.REGRESSION && (probabilities || output == Activation.SOFTMAX)) {
      throw new IllegalArgumentException(
          "regression takes the loss mse or huber and any output but softmax, but was "
              + loss.id()
              + " on "
              + output.id());
    }
    if (task == Task.MULTICLASS && loss == Loss.BINARY_CROSSENTROPY) {
      throw new IllegalArgumentException(
          "loss binary_crossentropy is for two classes: use categorical_crossentropy");
    }
    float epsilon =
        optimizer instanceof Optimizer.RmsProp rms
            ? rms.epsilon()
            : optimizer instanceof Optimizer.Adam adam ? adam.epsilon() : 1f;
    if (!(epsilon > 0f)) {
      throw new IllegalArgumentException(
          "the optimizer's epsilon must be above 0, but was " + epsilon);
    }
  }

  /** All layers of the network. */
  List<LayerSpec> layers(int outputs) {
    List<LayerSpec> layers = new ArrayList<>(network.hidden());
    layers.add(new LayerSpec(outputs, network.output()));
    return List.copyOf(layers);
  }

  /** What decides which numbers a stored model consists of, for people and for comparison. */
  String shape(Task task) {
    StringBuilder shape = new StringBuilder();
    shape.append(task.name().toLowerCase(Locale.ROOT));
    for (LayerSpec layer : network.hidden()) {
      shape.append(", ").append(layer.units()).append(' ').append(layer.activation().id());
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
