package dev.millrace.config;

import static java.util.Collections.singletonList;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.config.yaml.YamlNode.Sequence;
import dev.millrace.data.InputSpec;
import dev.millrace.data.Task;
import dev.millrace.nn.Activation;
import dev.millrace.nn.Clipping;
import dev.millrace.nn.LayerSpec;
import dev.millrace.nn.Loss;
import dev.millrace.nn.ModelStart;
import dev.millrace.nn.NetworkModelSpec;
import dev.millrace.nn.Normalization;
import dev.millrace.nn.Optimizer;
import dev.millrace.nn.Regularizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a network with layers, loss and optimizer. */
final class NetworkReader {
  private final OptionReader model;
  private final OptionReader warmStart;
  private final InputSpec input;
  private final @Nullable Path baseDir;
  private final ConfigErrors errors;

  /**
   * @param model options of the network
   * @param warmStart options of the initial model
   * @param baseDir folder that {@code model.warm-start.file} is relative to, or null for the
   *     working directory
   */
  NetworkReader(
      OptionReader model,
      OptionReader warmStart,
      InputSpec input,
      @Nullable Path baseDir,
      ConfigErrors errors) {
    this.model = model;
    this.warmStart = warmStart;
    this.input = input;
    this.baseDir = baseDir;
    this.errors = errors;
  }

  /** Returns the network; its task is null where it will be guessed from the labels. */
  NetworkModelSpec read() {
    int before = errors.count();
    Optimizer optimizer = new OptimizerReader(model).read();
    // ONNX has no vectors of ids.
    WarmStartReader start =
        input.hasIds() ? null : WarmStartReader.read(model, warmStart, input, baseDir);
    List<LayerSpec> layers = layers();
    Activation output = model.given(ModelOptions.OUTPUT_ACTIVATION);
    Normalization normalization = normalization();
    NetworkModelSpec spec =
        NetworkModelSpec.builder(optimizer)
            .hidden(start == null ? layers : start.layers(layers))
            .output(start == null ? output : start.output(output))
            .loss(model.given(ModelOptions.LOSS))
            .schedule(ScheduleOptions.read(model, optimizer))
            .regularizer(regularizer(optimizer))
            .normalization(start == null ? normalization : start.normalization(normalization))
            .batchSize(model.get(ModelOptions.BATCH_SIZE))
            .clipping(
                new Clipping(model.get(ModelOptions.CLIP), model.get(ModelOptions.CLIP_VALUE)))
            .seed(model.get(ModelOptions.SEED))
            .classWeights(
                ClassWeightsReader.read(model, input, start == null ? null : start.task(), errors))
            .dimension(dimension())
            .build();
    if (errors.noneSince(before)) {
      for (Task task : start == null ? input.modelTasks() : singletonList(start.task())) {
        if (errors.noneSince(before)) {
          checkOutputAndLoss(spec, task);
        }
      }
    }
    ModelStart.NetworkStart initial =
        start != null && errors.noneSince(before) ? start.start(spec) : null;
    return initial == null ? spec : spec.withStart(initial);
  }

  private List<LayerSpec> layers() {
    if (!(model.given(ModelOptions.LAYERS) instanceof Sequence list)) {
      return ModelOptions.DEFAULT_LAYERS;
    }
    List<LayerSpec> layers = new ArrayList<>();
    for (int i = 0; i < list.items().size(); i++) {
      String path = model.name(ModelOptions.LAYERS) + "[" + i + "]";
      YamlNode item = list.items().get(i);
      if (!(item instanceof Mapping mapping)) {
        errors.add(
            item.line(), path + " must be a map such as { units: 32 }, but was " + item.describe());
        continue;
      }
      OptionReader layer = new OptionReader(path, mapping, ModelOptions.LAYER_GROUP, errors);
      Integer units = layer.given(ModelOptions.UNITS);
      layers.add(
          new LayerSpec(
              units == null ? 1 : units,
              layer.get(ModelOptions.ACTIVATION),
              layer.get(ModelOptions.DROPOUT),
              layer.get(ModelOptions.LAYER_NORM)));
    }
    return layers;
  }

  private int dimension() {
    OptionReader embeddings = model.below(ModelOptions.EMBEDDINGS, ModelOptions.EMBEDDINGS_GROUP);
    if (model.mentions(ModelOptions.EMBEDDINGS) && !input.hasIds()) {
      model.reject(
          ModelOptions.EMBEDDINGS,
          "applies only to features of type id, set, text or sparse, but input.features has none."
              + " Declare one, or remove it");
    }
    return embeddings.get(ModelOptions.DIMENSION);
  }

  private Normalization normalization() {
    OptionReader options =
        new OptionReader(
            model.name(ModelOptions.NORMALIZATION),
            model.mapOf(ModelOptions.NORMALIZATION, ModelOptions.NORMALIZATION_KIND),
            ModelOptions.NORMALIZATION_GROUP,
            errors);
    Normalization.Kind kind = options.get(ModelOptions.NORMALIZATION_KIND);
    if (kind == Normalization.Kind.STANDARD) {
      return new Normalization(
          kind,
          options.get(ModelOptions.NORMALIZATION_DECAY),
          options.get(ModelOptions.NORMALIZATION_CLIP));
    }
    for (Option<?> option :
        List.of(ModelOptions.NORMALIZATION_DECAY, ModelOptions.NORMALIZATION_CLIP)) {
      if (options.mentions(option)) {
        options.reject(
            option,
            "applies only to standard, but the normalization is " + kind.id() + ". Remove it");
      }
    }
    return new Normalization(kind, 0f, 0f);
  }

  private Regularizer regularizer(Optimizer optimizer) {
    if (optimizer instanceof Optimizer.Ftrl && model.get(ModelOptions.MAX_NORM) != 0f) {
      model.reject(
          ModelOptions.MAX_NORM,
          "has no effect with ftrl, which computes new weights in each step. Remove it");
    }
    return new Regularizer(
        model.get(ModelOptions.L1),
        model.get(ModelOptions.L2),
        model.get(ModelOptions.MAX_NORM),
        model.get(ModelOptions.LABEL_SMOOTHING));
  }

  private void checkOutputAndLoss(NetworkModelSpec spec, @Nullable Task task) {
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
    Loss filled = spec.forTask(task == null ? Task.MULTICLASS : task).network().loss();
    if (spec.regularizer().labelSmoothing() != 0f && !filled.isCrossEntropy()) {
      model.reject(
          ModelOptions.LABEL_SMOOTHING,
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
