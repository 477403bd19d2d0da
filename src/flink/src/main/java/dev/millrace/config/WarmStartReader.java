package dev.millrace.config;

import dev.millrace.config.option.OptionReader;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.InputSpec;
import dev.millrace.data.Sha256;
import dev.millrace.data.Task;
import dev.millrace.nn.Activation;
import dev.millrace.nn.Indicators;
import dev.millrace.nn.LayerSpec;
import dev.millrace.nn.ModelStart;
import dev.millrace.nn.NetworkModelSpec;
import dev.millrace.nn.Normalization;
import dev.millrace.onnx.OnnxException;
import dev.millrace.onnx.OnnxImport;
import dev.millrace.onnx.OnnxModel;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Reads {@code model.warm-start.file}: the file that new models start from, and whether it fits the
 * rest.
 */
final class WarmStartReader {
  private final OptionReader model;
  private final OptionReader warmStart;
  private final InputSpec input;
  private final String name;
  private final OnnxModel file;
  private final String hash;

  private WarmStartReader(
      OptionReader model,
      OptionReader warmStart,
      InputSpec input,
      String name,
      OnnxModel file,
      String hash) {
    this.model = model;
    this.warmStart = warmStart;
    this.input = input;
    this.name = name;
    this.file = file;
    this.hash = hash;
  }

  /** The file, or null when there is none or it cannot be used: then an error says why. */
  static WarmStartReader read(
      OptionReader model, OptionReader warmStart, InputSpec input, Path baseDir) {
    String name = warmStart.given(WarmStartOptions.FILE);
    if (name == null) {
      return null;
    }
    byte[] bytes = ModelFile.readNamed(warmStart, WarmStartOptions.FILE, baseDir);
    if (bytes == null) {
      return null;
    }
    try {
      return new WarmStartReader(
          model, warmStart, input, name, OnnxImport.decode(bytes), Sha256.hex(bytes));
    } catch (OnnxException e) {
      warmStart.refuse(
          WarmStartOptions.FILE,
          "cannot start from " + name + ": " + e.getMessage() + ". See docs/onnx.md");
      return null;
    }
  }

  /** The file's hidden layers, or those written out, which may differ in dropout alone. */
  List<LayerSpec> layers(List<LayerSpec> given) {
    List<LayerSpec> own = file.weights().hidden();
    if (!model.has(ModelOptions.LAYERS)) {
      return own;
    }
    List<LayerSpec> comparable =
        given.stream()
            .map(l -> new LayerSpec(l.units(), l.activation(), 0f, l.layerNorm()))
            .toList();
    if (!comparable.equals(own)) {
      model.refuse(
          ModelOptions.LAYERS,
          "are %s, but %s has %s. Leave them out to take the file's"
              .formatted(shown(comparable), name, shown(own)));
    }
    return given;
  }

  private static String shown(List<LayerSpec> layers) {
    return layers.isEmpty()
        ? "none"
        : layers.stream()
            .map(l -> l.units() + " " + l.activation().id() + (l.layerNorm() ? " layer-norm" : ""))
            .collect(Collectors.joining(", "));
  }

  /** The output's activation. A file from elsewhere that ends without one says nothing. */
  Activation output(Activation given) {
    Activation own = file.weights().output().activation();
    boolean open = own == Activation.LINEAR && !file.isOurs();
    if (given != null && given != own && !open) {
      model.refuse(
          ModelOptions.OUTPUT_ACTIVATION,
          "is %s, but that of %s is %s. Leave it out".formatted(given.id(), name, own.id()));
    }
    return given != null || open ? given : own;
  }

  /** The way in which the file's statistics scale features, or the way written out. */
  Normalization normalization(Normalization given) {
    if (!file.isOurs()) {
      return given;
    }
    Normalization own = file.weights().scaling().normalization();
    if (!model.has(ModelOptions.NORMALIZATION)) {
      return own;
    }
    if (given.kind() != own.kind()) {
      model.refuse(
          ModelOptions.NORMALIZATION,
          "is %s, but that of %s is %s. Leave it out"
              .formatted(given.kind().id(), name, own.kind().id()));
    }
    return given;
  }

  /** The task: the declared one, the file's, or regression for the one output of other files. */
  Task task() {
    Task declared = input.task();
    if (declared == null) {
      boolean value =
          file.weights().output().units() == 1
              && file.weights().output().activation() != Activation.SIGMOID;
      return file.isOurs() ? file.task() : value ? Task.REGRESSION : null;
    }
    if (file.isOurs() && declared.isClassification() != file.task().isClassification()) {
      warmStart.refuse(
          WarmStartOptions.FILE,
          "cannot start from %s: it learned %s, but the task is %s"
              .formatted(
                  name, file.task().isClassification() ? "classes" : "numbers", declared.id()));
    }
    return declared;
  }

  /** The start, once the rest of the model is known; refuses what does not fit. */
  ModelStart start(NetworkModelSpec spec) {
    Task task = task();
    int width = input.width();
    int inputs = file.weights().inputs();
    if (width != 0 && width != inputs) {
      warmStart.refuse(
          WarmStartOptions.FILE,
          "cannot start from %s: it takes %d features, but input.features are %d"
              .formatted(name, inputs, width));
    } else {
      checkFeatures();
    }
    List<String> classes = file.isOurs() ? file.classes() : input.classes();
    checkClasses(spec, task, classes);
    return ModelStart.of(file.weights(), task, classes, hash);
  }

  /** A network whose inputs were swapped would go on without a word and predict nonsense. */
  private void checkFeatures() {
    List<String> own = file.features();
    List<String> declared = input.features().stream().map(FeatureSpec::spelled).toList();
    if (own.isEmpty() || declared.isEmpty() || own.equals(declared)) {
      checkIndicators();
      return;
    }
    int first = 0;
    while (first < Math.min(own.size(), declared.size())
        && own.get(first).equals(declared.get(first))) {
      first++;
    }
    warmStart.refuse(
        WarmStartOptions.FILE,
        "cannot start from %s: its feature %d is %s, but input.features has %s there. Declare the"
                .formatted(name, first + 1, at(own, first), at(declared, first))
            + " file's features, in their order");
  }

  /** Files tell which features they do not scale, also those that name no features. */
  private void checkIndicators() {
    if (!file.isOurs()) {
      return;
    }
    Indicators own = file.weights().indicators();
    String difference = own.difference(Indicators.of(input).orElse(own));
    if (difference != null) {
      warmStart.refuse(
          WarmStartOptions.FILE,
          "cannot start from %s: %s. Declare the file's features, in their order"
              .formatted(name, difference));
    }
  }

  private static String at(List<String> features, int place) {
    return place < features.size() ? YamlNode.Scalar.quote(features.get(place)) : "none";
  }

  private void checkClasses(NetworkModelSpec spec, Task task, List<String> classes) {
    int outputs = file.weights().output().units();
    if (task == null || (task.isClassification() && classes.isEmpty())) {
      warmStart.refuse(
          WarmStartOptions.FILE,
          "cannot start from %s: it does not name the classes of its %d outputs."
                  .formatted(name, outputs)
              + " List them in their order with input.classes");
      return;
    }
    List<String> declared = input.classes();
    if (!declared.isEmpty()
        && (declared.size() < classes.size()
            || !declared.subList(0, classes.size()).equals(classes))) {
      warmStart.refuse(
          WarmStartOptions.FILE,
          "cannot start from %s: its classes are %s, but input.classes are %s."
                  .formatted(name, classes, declared)
              + " Begin with the file's, in their order");
      return;
    }
    int needed = spec.forTask(task).outputs(task, classes.size());
    if (outputs != needed || (task == Task.BINARY && classes.size() > 2)) {
      warmStart.refuse(
          WarmStartOptions.FILE,
          "cannot start from %s: its outputs are %d, which does not fit the task %s%s"
              .formatted(
                  name,
                  outputs,
                  task.id(),
                  task.isClassification() ? " with the classes " + classes : ""));
    }
  }
}
