package dev.millrace.nn.spec;

import dev.millrace.data.Task;

/** Checks the settings of a network against each other, and against the task. */
public record NetworkCheck(NetworkSpec network, Task task) {

  /**
   * Checks that a model of the specification can learn the task.
   *
   * @throws IllegalArgumentException naming the setting, its value and what is allowed
   */
  public void check() {
    Loss loss = network.loss(task);
    Activation output = network.output(task);
    if (network.batchSize() < 1) {
      throw new IllegalArgumentException(
          "batch-size must be at least 1, but was " + network.batchSize());
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
    if (network.labelSmoothing(task) != 0f && !loss.isCrossEntropy()) {
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
    Optimizer optimizer = network.optimizer();
    Schedule schedule = network.schedule();
    requireShare("label-smoothing", network.labelSmoothing(task));
    requireShare("the normalization's decay", network.normalization().decay());
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
    Optimizer optimizer = network.optimizer();
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
    if (optimizer instanceof Optimizer.Ftrl
        && !network.schedule().equals(new Schedule.Constant(0))) {
      throw new IllegalArgumentException(
          "ftrl lowers its step size by itself and takes no schedule, but it was "
              + network.schedule().id());
    }
    if (optimizer instanceof Optimizer.Ftrl && network.regularizer().maxNorm() != 0f) {
      throw new IllegalArgumentException(
          "ftrl computes each weight from its sums and takes no max-norm, but it was "
              + network.regularizer().maxNorm());
    }
    if (optimizer instanceof Optimizer.Sgd sgd && sgd.nesterov() && sgd.momentum() == 0f) {
      throw new IllegalArgumentException("nesterov needs momentum above 0, but it was 0");
    }
  }
}
