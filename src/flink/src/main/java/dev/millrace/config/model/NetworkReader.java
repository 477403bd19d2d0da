package dev.millrace.config.model;

import static java.util.Collections.singletonList;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.ModelStart;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.nn.spec.Optimizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a network with layers, loss and optimizer. */
final class NetworkReader {
  private final OptionReader model;
  private final OptionReader warmStart;
  private final InputSpec input;
  private final Path baseDir;
  private final ConfigErrors errors;

  /**
   * @param model options of the network
   * @param warmStart options of the initial model
   * @param baseDir folder that {@code model.warm-start.file} is relative to
   */
  NetworkReader(
      OptionReader model,
      OptionReader warmStart,
      InputSpec input,
      Path baseDir,
      ConfigErrors errors) {
    this.model = model;
    this.warmStart = warmStart;
    this.input = input;
    this.baseDir = baseDir;
    this.errors = errors;
  }

  /** Returns the network; its task is null where it will be guessed from the labels. */
  NetworkSpec read() {
    int before = errors.count();
    OptimizerReader steps = new OptimizerReader(model);
    Optimizer optimizer = steps.read();
    // ONNX has no vectors of ids.
    WarmStartReader start =
        input.hasIds() ? null : WarmStartReader.read(model, warmStart, input, baseDir);
    List<@Nullable Task> tasks = start == null ? input.modelTasks() : singletonList(start.task());
    NetworkSpec given =
        NetworkSpec.of(optimizer)
            .with(
                to -> {
                  to.hidden = layers();
                  to.schedule = steps.schedule(optimizer);
                  to.normalization = normalization();
                  to.classWeights = ClassWeightsReader.read(model, input, tasks, errors);
                });
    NetworkSpec read = model.read(embeddings().read(given));
    NetworkSpec spec = start == null ? read : start.complete(read);
    checkMaxNorm(spec);
    if (errors.noneSince(before)) {
      for (Task task : tasks) {
        if (errors.noneSince(before)) {
          checkOutputAndLoss(spec, task);
        }
      }
    }
    ModelStart.NetworkStart initial =
        start != null && errors.noneSince(before) ? start.start(spec) : null;
    return spec.withStart(initial);
  }

  private List<LayerSpec> layers() {
    if (!model.has(ModelOptions.LAYERS)) {
      return List.of(ModelOptions.DEFAULT_LAYER);
    }
    List<LayerSpec> layers = new ArrayList<>();
    model.each(
        ModelOptions.LAYERS,
        ModelOptions.LAYER_GROUP,
        "a map such as { units: 32 }",
        layer -> layers.add(layer.read(LayerSpec.class)));
    return layers;
  }

  private OptionReader embeddings() {
    OptionReader embeddings = model.below(ModelOptions.EMBEDDINGS, ModelOptions.EMBEDDINGS_GROUP);
    if (model.mentions(ModelOptions.EMBEDDINGS) && !input.hasIds()) {
      model.reject(
          ModelOptions.EMBEDDINGS,
          "applies only to features of type id, set, text or sparse, but input.features has none."
              + " Declare one, or remove it");
    }
    return embeddings;
  }

  private Normalization normalization() {
    OptionGroup group = ModelOptions.NORMALIZATION_GROUP;
    OptionReader options = model.below(ModelOptions.NORMALIZATION, group.named("name"), group);
    Normalization normalization =
        options.read(new Normalization(Normalization.Kind.STANDARD, 0f, 0f));
    if (normalization.kind() == Normalization.Kind.STANDARD) {
      return normalization;
    }
    for (Option<?> option : List.of(group.named("alpha"), group.named("clip"))) {
      if (options.mentions(option)) {
        options.reject(
            option,
            "applies only to standard, but the normalization is "
                + normalization.kind().id()
                + ". Remove it");
      }
    }
    return new Normalization(normalization.kind(), 0f, 0f);
  }

  private void checkMaxNorm(NetworkSpec spec) {
    if (spec.optimizer() instanceof Optimizer.Ftrl && spec.regularizer().maxNorm() != 0f) {
      model.reject(
          ModelOptions.MODEL_GROUP.named("max-norm"),
          "has no effect with ftrl, which computes new weights in each step. Remove it");
    }
  }

  private void checkOutputAndLoss(NetworkSpec spec, @Nullable Task task) {
    Activation output = spec.output();
    Loss loss = spec.loss();
    Activation needed = loss == null ? null : loss.output();
    if (loss != null && needed != null && output != null && output != needed) {
      model.reject(
          ModelOptions.OUTPUT_ACTIVATION,
          String.format(
              "must be %s with loss %s, but was %s. Leave it out, or change the loss",
              needed.id(), loss.id(), output.id()));
      return;
    }
    Loss filled = spec.loss(task == null ? Task.MULTICLASS : task);
    if (spec.regularizer().labelSmoothing() != 0f && !filled.isCrossEntropy()) {
      model.reject(
          ModelOptions.MODEL_GROUP.named("label-smoothing"),
          "applies only to cross-entropies, but the loss is " + filled.id() + ". Remove it");
      return;
    }
    if (task == Task.REGRESSION) {
      if (loss != null && needed != null) {
        model.reject(
            ModelOptions.LOSS,
            loss.id()
                + " applies only to classes, but input.task is regression. Use "
                + Loss.namesForRegression());
      } else if (output == Activation.SOFTMAX) {
        model.reject(
            ModelOptions.OUTPUT_ACTIVATION,
            "softmax applies only to classes, but input.task is regression. Use linear");
      }
    } else if (task == Task.MULTICLASS && filled.isBinary()) {
      model.reject(
          loss == null ? ModelOptions.OUTPUT_ACTIVATION : ModelOptions.LOSS,
          (loss == null ? "sigmoid implies loss " + filled.id() + ", which" : filled.id())
              + " applies only to two classes, but the task is multiclass."
              + " Use output: softmax and loss: categorical_crossentropy");
    }
  }
}
