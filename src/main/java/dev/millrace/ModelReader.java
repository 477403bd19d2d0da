package dev.millrace;

import dev.millrace.Node.Entry;
import dev.millrace.Node.Mapping;
import dev.millrace.Node.Scalar;
import dev.millrace.Node.Sequence;
import dev.millrace.codec.InputSpec;
import dev.millrace.data.Task;
import dev.millrace.flink.ModelSnapshot;
import dev.millrace.nn.Activation;
import dev.millrace.nn.ClassWeights;
import dev.millrace.nn.Clipping;
import dev.millrace.nn.Initializer;
import dev.millrace.nn.LayerSpec;
import dev.millrace.nn.Loss;
import dev.millrace.nn.ModelSpec;
import dev.millrace.nn.Normalization;
import dev.millrace.nn.Optimizer;
import dev.millrace.nn.Regularizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads the {@code model} part: {@code auto}, or a network written out; or several of them. */
final class ModelReader {
  static final String AUTO = "auto";

  private final OptionReader root;
  private final Path baseDir;
  private final Problems problems;
  private String prior;
  // What auto means, once it was asked for.
  private ModelSpec auto;

  /**
   * @param baseDir folder that {@code model.from} is relative to, or null for the working directory
   */
  ModelReader(OptionReader root, Path baseDir, Problems problems) {
    this.root = root;
    this.baseDir = baseDir;
    this.problems = problems;
  }

  /** The model for what comes in; its task is null where it will be guessed from the labels. */
  ModelSpec read(InputSpec input) {
    if (ModelsReader.isWanted(root)) {
      ModelSpec several = new ModelsReader(root, problems, this).read(input);
      return several == null ? ModelSpec.single(1) : several; // which nobody sees
    }
    Node node = root.given(PipelineOptions.MODEL);
    if (node instanceof Scalar scalar && !scalar.text().equals(AUTO)) {
      root.refuse(
          PipelineOptions.MODEL, "must be auto, or a map of options, but was " + node.describe());
    }
    if (!(node instanceof Mapping)) {
      return auto(input);
    }
    if (root.mentions(AutoOptions.AUTO)) {
      root.refuse(
          AutoOptions.AUTO, "goes with model: auto, but the network is written out. Remove one");
    }
    return network(root.below(PipelineOptions.MODEL, ModelOptions.MODEL_GROUP), input);
  }

  /** A network written out. */
  ModelSpec network(OptionReader model, InputSpec input) {
    int before = problems.count();
    Optimizer optimizer = new OptimizerReader(model, problems).read();
    prior = prior(model);
    StartReader start = StartReader.read(model, input, baseDir);
    Task task = start == null ? input.task() : start.task();
    List<LayerSpec> layers = layers(model);
    Activation output = model.get(ModelOptions.OUTPUT_ACTIVATION);
    Normalization normalization = normalization(model);
    ModelSpec spec =
        new ModelSpec(
            start == null ? layers : start.layers(layers),
            start == null ? output : start.output(output),
            model.get(ModelOptions.LOSS),
            optimizer,
            ScheduleOptions.read(model, optimizer, problems),
            regularizer(model, optimizer),
            start == null ? normalization : start.normalization(normalization),
            model.get(ModelOptions.BATCH_SIZE),
            new Clipping(model.get(ModelOptions.CLIP), model.get(ModelOptions.CLIP_VALUE)),
            model.get(ModelOptions.SEED),
            Initializer.BY_ACTIVATION,
            classWeights(model, task, input.classes()));
    if (problems.noneSince(before)) {
      checkOutputAndLoss(model, spec, task);
    }
    return start != null && problems.noneSince(before) ? spec.withStart(start.start(spec)) : spec;
  }

  /** The key whose model new ones start from, or null; known once the model is read. */
  String prior() {
    return prior;
  }

  private static String prior(OptionReader model) {
    String prior = model.given(ModelOptions.PRIOR);
    if (prior != null && model.has(ModelOptions.FROM)) {
      model.refuse(
          ModelOptions.PRIOR, "and model.from both say what new models start from. Keep one");
    } else if (prior != null && prior.endsWith(".onnx")) {
      model.refuse(
          ModelOptions.PRIOR, "names a key, but was a file. Name that with model.from: " + prior);
    }
    return prior;
  }

  /** What {@code auto} means. */
  ModelSpec auto(InputSpec input) {
    if (auto == null) {
      auto = readAuto(input);
    }
    return auto;
  }

  private ModelSpec readAuto(InputSpec input) {
    OptionReader options =
        new OptionReader(
            AutoOptions.AUTO.name(),
            mapOf(root, AutoOptions.AUTO, AutoOptions.TIER),
            AutoOptions.AUTO_GROUP,
            problems);
    ModelSpec spec =
        ModelSpec.auto(
            options.get(AutoOptions.SEED),
            AutoOptions.read(options),
            classWeights(options, input.task(), input.classes()));
    prior = options.given(AutoOptions.PRIOR);
    String from = options.given(AutoOptions.FROM);
    if (prior != null && from != null) {
      options.refuse(
          AutoOptions.PRIOR, "and auto.from both say what new models start from. Keep one");
    }
    if ((prior != null || from != null) && options.has(AutoOptions.SEED)) {
      options.refuse(
          AutoOptions.SEED, "goes with weights that are drawn; those of a start have their own");
    }
    return from == null ? spec : startingFrom(from, spec, input, options);
  }

  private ModelSpec startingFrom(
      String from, ModelSpec spec, InputSpec input, OptionReader options) {
    byte[] bytes = ModelFile.readNamed(options, AutoOptions.FROM, baseDir);
    if (bytes == null) {
      return spec;
    }
    try {
      ModelSnapshot stored = ModelSnapshot.decode(null, null, from, bytes);
      return spec.withStart(StoredStart.of(stored, spec, input));
    } catch (IOException e) {
      options.refuse(AutoOptions.FROM, "cannot start from " + from + ": " + e.getMessage());
      return spec;
    }
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
      layers.add(
          new LayerSpec(
              units == null ? 1 : units,
              layer.get(ModelOptions.ACTIVATION),
              layer.get(ModelOptions.DROPOUT),
              layer.get(ModelOptions.LAYER_NORM)));
    }
    return layers;
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
  static Mapping mapOf(OptionReader model, Option<Node> option, Option<?> name) {
    Node node = model.get(option);
    return node instanceof Mapping mapping
        ? mapping
        : new Mapping(Map.of(name.name(), new Entry(model.line(option), node)), model.line(option));
  }

  private static Regularizer regularizer(OptionReader model, Optimizer optimizer) {
    if (optimizer instanceof Optimizer.Ftrl && model.get(ModelOptions.MAX_NORM) != 0f) {
      model.refuse(
          ModelOptions.MAX_NORM, "does not go with ftrl, which computes weights anew. Remove it");
    }
    return new Regularizer(
        model.get(ModelOptions.L1),
        model.get(ModelOptions.L2),
        model.get(ModelOptions.MAX_NORM),
        model.get(ModelOptions.LABEL_SMOOTHING));
  }

  private ClassWeights classWeights(OptionReader model, Task task, List<String> classes) {
    Node given = model.given(ModelOptions.CLASS_WEIGHTS);
    if (given == null) {
      return ClassWeights.NONE;
    }
    if (task == Task.REGRESSION) {
      model.refuse(
          ModelOptions.CLASS_WEIGHTS, "are for classes, but input.task is regression. Remove them");
    }
    if (!(given instanceof Mapping weights)) {
      return ClassWeights.BALANCED;
    }
    Map<String, Float> read = new TreeMap<>();
    weights
        .entries()
        .forEach(
            (name, entry) -> {
              String subject = model.name(ModelOptions.CLASS_WEIGHTS) + "." + name + " ";
              if (!classes.isEmpty() && !classes.contains(name)) {
                problems.add(entry.line(), subject + notDeclared(name, classes));
              }
              try {
                read.put(name, ModelOptions.CLASS_WEIGHT.read(entry.value()));
              } catch (Kind.Refusal e) {
                problems.add(entry.line(), subject + e.getMessage());
              }
            });
    return ClassWeights.of(read);
  }

  private static String notDeclared(String name, List<String> classes) {
    String nearest = Spelling.nearest(name, classes);
    return "is not one of input.classes ("
        + String.join(", ", classes)
        + ")"
        + (nearest == null
            ? ". Remove it, or declare the class"
            : ". Did you mean \"" + nearest + "\"?");
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
    Loss filled = spec.forTask(task == null ? Task.MULTICLASS : task).network().loss();
    if (spec.regularizer().labelSmoothing() != 0f && !filled.isCrossEntropy()) {
      model.refuse(
          ModelOptions.LABEL_SMOOTHING,
          "goes with a cross-entropy, but the loss is " + filled.id() + ". Remove it");
      return;
    }
    if (task == Task.REGRESSION) {
      if (needed != null) {
        model.refuse(
            ModelOptions.LOSS,
            loss.id()
                + " is for classes, but input.task is regression. "
                + "Take mse, mae or huber");
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
      case MSE, MAE, HUBER -> null;
    };
  }
}
