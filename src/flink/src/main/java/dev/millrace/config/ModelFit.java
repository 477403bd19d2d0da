package dev.millrace.config;

import dev.millrace.config.option.OptionReader;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.input.TargetSpec;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Completes the input with what follows from the model: tasks, and how many ids there is room for.
 */
final class ModelFit {
  private ModelFit() {}

  /** Returns the input with the task of the initial model, or else the one that losses imply. */
  static InputSpec withImpliedTask(InputSpec input, ModelSpec model) {
    Task implied = model.start() != null ? model.start().task() : impliedTask(model);
    return input.with(
        to -> {
          to.targets = withTask(to.targets, implied);
          to.task = to.task != null || !to.targets.isEmpty() ? to.task : implied;
        });
  }

  private static List<TargetSpec> withTask(List<TargetSpec> targets, @Nullable Task implied) {
    return targets.stream()
        .map(target -> target.task() == null ? target.withTask(implied) : target)
        .toList();
  }

  private static @Nullable Task impliedTask(ModelSpec model) {
    Task implied = null;
    for (ModelSpec one : model.each()) {
      if (one instanceof NetworkSpec network) {
        Loss loss = network.loss();
        Task byLoss = loss == null ? null : loss.impliedTask();
        if (byLoss == Task.BINARY) {
          return Task.BINARY;
        }
        if (byLoss != null || network.output() == Activation.SOFTMAX) {
          implied = Task.MULTICLASS;
        }
      }
    }
    return implied;
  }

  /**
   * Checks the size of the smallest possible model: one feature and class if none is declared.
   *
   * @return the input, with as many ids as there is room for if the file does not say how many
   */
  static InputSpec withinModelBytes(
      OptionReader limits, long maxBytes, InputSpec input, ModelSpec model) {
    // Of a set of labels, each has a model of two classes.
    int classes =
        input.hasOutputs()
            ? input.targets().stream().mapToInt(one -> one.classes().size()).max().orElse(2)
            : input.classes().size();
    List<Task> tasks =
        input.modelTasks().stream().map(task -> task == null ? Task.REGRESSION : task).toList();
    ModelSpec fitted = model.withIndicators(Indicators.of(input));
    int inputs = Math.max(1, input.width());
    long bytes =
        tasks.stream()
            .mapToLong(task -> Models.modelBytes(fitted, task, inputs, Math.max(1, classes)))
            .sum();
    if (bytes > maxBytes) {
      limits.reject(
          PipelineOptions.STATE_BYTES,
          "is %d, but a model needs at least %d. Increase the limit, or use a smaller model"
              .formatted(maxBytes, bytes));
      return input;
    }
    long idBytes =
        tasks.stream()
            .mapToLong(task -> Models.bytesOfId(model, task, classes))
            .max()
            .orElseThrow();
    return input.hasIds() ? withinIdBytes(limits, maxBytes, input, bytes, idBytes) : input;
  }

  /**
   * Checks the size of a model with all its ids.
   *
   * @param bytes of a model without ids
   * @param idBytes bytes of an id
   */
  private static InputSpec withinIdBytes(
      OptionReader limits, long maxBytes, InputSpec input, long bytes, long idBytes) {
    int ids = input.limits().ids();
    if (!limits.has(PipelineOptions.ID_LIMIT)) {
      // Features that wait for their labels need some of it, too.
      long fitting = (maxBytes - bytes) / 4 * 3 / idBytes;
      int fewer = (int) Math.max(1, Math.min(ids, fitting));
      return input.with(to -> to.limits = input.limits().withIds(fewer));
    }
    if (bytes + ids * idBytes > maxBytes) {
      limits.reject(
          PipelineOptions.STATE_BYTES,
          "is %d, but a model of %d ids (limits.ids) needs up to %d. Increase it, or allow fewer ids"
              .formatted(maxBytes, ids, bytes + ids * idBytes));
    }
    return input;
  }
}
