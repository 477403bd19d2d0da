package dev.millrace;

import dev.millrace.ModelOptions.OptimizerName;
import dev.millrace.Node.Entry;
import dev.millrace.Node.Mapping;
import dev.millrace.Node.Scalar;
import dev.millrace.Node.Sequence;
import dev.millrace.data.Task;
import dev.millrace.nn.Activation;
import dev.millrace.nn.LayerSpec;
import dev.millrace.nn.Loss;
import dev.millrace.nn.ModelSpec;
import dev.millrace.nn.Normalization;
import dev.millrace.nn.Optimizer;
import dev.millrace.nn.Regularizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads the {@code model} part: {@code auto}, or a network written out. */
final class ModelReader {
  private static final String AUTO = "auto";

  private final OptionReader root;
  private final Problems problems;

  ModelReader(OptionReader root, Problems problems) {
    this.root = root;
    this.problems = problems;
  }

  /** The model for a task, null where the task will be guessed from the labels. */
  ModelSpec read(Task task) {
    Node node = root.given(PipelineOptions.MODEL);
    if (node instanceof Scalar scalar && !scalar.text().equals(AUTO)) {
      root.refuse(
          PipelineOptions.MODEL, "must be auto, or a map of options, but was " + node.describe());
    }
    if (!(node instanceof Mapping)) {
      return ModelSpec.auto(ModelOptions.SEED.fallback());
    }
    int before = problems.count();
    OptionReader model = root.below(PipelineOptions.MODEL, ModelOptions.MODEL_GROUP);
    ModelSpec spec =
        new ModelSpec(
            layers(model),
            model.get(ModelOptions.OUTPUT_ACTIVATION),
            model.get(ModelOptions.LOSS),
            optimizer(model),
            new Regularizer(model.get(ModelOptions.L1), model.get(ModelOptions.L2)),
            normalization(model),
            model.get(ModelOptions.BATCH_SIZE),
            model.get(ModelOptions.CLIP),
            model.get(ModelOptions.SEED));
    if (problems.noneSince(before)) {
      checkOutputAndLoss(model, spec, task);
    }
    return spec;
  }

  private List<LayerSpec> layers(OptionReader model) {
    if (!(model.given(ModelOptions.LAYERS) instanceof Sequence list)) {
      return ModelOptions.DEFAULT_LAYERS;
    }
    List<LayerSpec> layers = new ArrayList<>();
    for (int i = 0; i < list.items().size(); i++) {
      String path = model.name(ModelOptions.LAYERS) + "[" + i + "]";
      Node item = list.items().get(i);
      if (!(item instanceof Mapping mapping)) {
        problems.add(
            item.line(), path + " must be a map such as { units: 32 }, but was " + item.describe());
        continue;
      }
      OptionReader layer = new OptionReader(path, mapping, ModelOptions.LAYER_GROUP, problems);
      Integer units = layer.get(ModelOptions.UNITS);
      layers.add(new LayerSpec(units == null ? 1 : units, layer.get(ModelOptions.ACTIVATION)));
    }
    return layers;
  }

  private Optimizer optimizer(OptionReader model) {
    Mapping own = mapOf(model, ModelOptions.OPTIMIZER, ModelOptions.OPTIMIZER_NAME);
    OptimizerName name = nameOf(own);
    if (name == null) {
      // Which options go with it cannot be told: the name is the one problem.
      Entry entry = own.entries().get(ModelOptions.OPTIMIZER_NAME.name());
      Map<String, Entry> nameOnly = entry == null ? Map.of() : Map.of("name", entry);
      new OptionReader(
          model.name(ModelOptions.OPTIMIZER),
          new Mapping(nameOnly, own.line()),
          ModelOptions.SGD_GROUP,
          problems);
      return new Optimizer.Sgd(ModelOptions.SGD_RATE.fallback(), 0f);
    }
    OptionReader options =
        new OptionReader(
            model.name(ModelOptions.OPTIMIZER),
            own,
            switch (name) {
              case SGD -> ModelOptions.SGD_GROUP;
              case RMSPROP -> ModelOptions.RMSPROP_GROUP;
              case ADAM -> ModelOptions.ADAM_GROUP;
            },
            problems);
    return switch (name) {
      case SGD ->
          new Optimizer.Sgd(
              rate(model, options, ModelOptions.SGD_RATE), options.get(ModelOptions.MOMENTUM));
      case RMSPROP ->
          new Optimizer.RmsProp(
              rate(model, options, ModelOptions.RMSPROP_RATE),
              options.get(ModelOptions.RHO),
              options.get(ModelOptions.RMSPROP_EPSILON),
              options.get(ModelOptions.BIAS_CORRECTION));
      case ADAM ->
          new Optimizer.Adam(
              rate(model, options, ModelOptions.ADAM_RATE),
              options.get(ModelOptions.BETA1),
              options.get(ModelOptions.BETA2),
              options.get(ModelOptions.ADAM_EPSILON));
    };
  }

  /** The name, or null when it is missing or unknown. */
  private static OptimizerName nameOf(Mapping optimizer) {
    Entry entry = optimizer.entries().get(ModelOptions.OPTIMIZER_NAME.name());
    if (entry == null) {
      return null;
    }
    try {
      return ModelOptions.OPTIMIZER_NAME.kind().read(entry.value());
    } catch (Kind.Refusal e) {
      return null;
    }
  }

  private float rate(OptionReader model, OptionReader optimizer, Option<Float> own) {
    Float atModel = model.get(ModelOptions.LEARNING_RATE);
    if (model.mentions(ModelOptions.LEARNING_RATE) && optimizer.mentions(own)) {
      model.refuse(
          ModelOptions.LEARNING_RATE,
          "stands in model.optimizer too (line " + optimizer.line(own) + "). Remove one of them");
    }
    return atModel == null ? optimizer.get(own) : atModel;
  }

  private Normalization normalization(OptionReader model) {
    OptionReader options =
        new OptionReader(
            model.name(ModelOptions.NORMALIZATION),
            mapOf(model, ModelOptions.NORMALIZATION, ModelOptions.NORMALIZATION_KIND),
            ModelOptions.NORMALIZATION_GROUP,
            problems);
    Normalization.Kind kind = options.get(ModelOptions.NORMALIZATION_KIND);
    if (kind == Normalization.Kind.STANDARD) {
      return new Normalization(
          kind, options.get(ModelOptions.FADE), options.get(ModelOptions.NORMALIZATION_CLIP));
    }
    for (Option<?> option : List.of(ModelOptions.FADE, ModelOptions.NORMALIZATION_CLIP)) {
      if (options.mentions(option)) {
        options.refuse(
            option, "goes only with kind standard, but the kind is " + kind.id() + ". Remove it");
      }
    }
    return new Normalization(kind, 0f, 0f);
  }

  /** A map written out, or the map that a single word is short for. */
  private static Mapping mapOf(OptionReader model, Option<Node> option, Option<?> name) {
    Node node = model.get(option);
    return node instanceof Mapping mapping
        ? mapping
        : new Mapping(Map.of(name.name(), new Entry(model.line(option), node)), model.line(option));
  }

  private static void checkOutputAndLoss(OptionReader model, ModelSpec spec, Task task) {
    Activation output = spec.output();
    Loss loss = spec.loss();
    Activation needed = loss == null ? null : outputOf(loss);
    if (needed != null && output != null && output != needed) {
      model.refuse(
          ModelOptions.OUTPUT_ACTIVATION,
          String.format(
              "must be %s with loss %s, but was %s. Leave it out, or change the loss",
              needed.id(), loss.id(), output.id()));
      return;
    }
    if (task == Task.REGRESSION) {
      if (needed != null) {
        model.refuse(
            ModelOptions.LOSS,
            loss.id() + " is for classes, but input.task is regression. " + "Take mse or huber");
      } else if (output == Activation.SOFTMAX) {
        model.refuse(
            ModelOptions.OUTPUT_ACTIVATION,
            "softmax is for classes, but input.task is regression. Take linear");
      }
    } else if (task == Task.MULTICLASS
        && spec.forTask(task).network().loss() == Loss.BINARY_CROSSENTROPY) {
      model.refuse(
          loss == null ? ModelOptions.OUTPUT_ACTIVATION : ModelOptions.LOSS,
          (loss == null ? "sigmoid means loss binary_crossentropy, which" : loss.id())
              + " is for two classes, but the task is multiclass."
              + " Take output: softmax and loss: categorical_crossentropy");
    }
  }

  /** The one activation that a cross-entropy goes with; null for the losses that go with any. */
  private static Activation outputOf(Loss loss) {
    return switch (loss) {
      case BINARY_CROSSENTROPY -> Activation.SIGMOID;
      case CATEGORICAL_CROSSENTROPY -> Activation.SOFTMAX;
      case MSE, HUBER -> null;
    };
  }
}
