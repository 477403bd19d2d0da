package dev.millrace.config.model;

import dev.millrace.config.option.OptionReader;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Sha256;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.ModelStart;
import dev.millrace.nn.spec.ModelWeights;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.onnx.OnnxException;
import dev.millrace.onnx.OnnxImport;
import dev.millrace.onnx.OnnxModel;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code model.warm-start.file}, the file of the initial model, and checks it against the
 * other settings.
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

  /** Returns the file, null if there is none or it has errors. */
  static @Nullable WarmStartReader read(
      OptionReader model, OptionReader warmStart, InputSpec input, Path baseDir) {
    byte[] bytes = ModelFile.readNamed(warmStart, WarmStartOptions.FILE, baseDir);
    if (bytes == null) {
      return null;
    }
    String name = warmStart.word(WarmStartOptions.FILE);
    try {
      return new WarmStartReader(
          model, warmStart, input, name, OnnxImport.decode(bytes), Sha256.hex(bytes));
    } catch (OnnxException e) {
      warmStart.reject(
          WarmStartOptions.FILE,
          "cannot start from " + name + ": " + e.getMessage() + ". See docs/onnx.md");
      return null;
    }
  }

  /** Returns a network with what the file has of it. */
  NetworkSpec complete(NetworkSpec given) {
    return given.with(
        to -> {
          to.hidden = layers(given.hidden());
          to.output = output(given.output());
          to.normalization = normalization(given.normalization());
        });
  }

  /** Returns the file's hidden layers, or the given ones, which may differ only in dropout. */
  private List<LayerSpec> layers(List<LayerSpec> given) {
    List<LayerSpec> layers = file.weights().hidden();
    if (!model.has(ModelOptions.LAYERS)) {
      return layers;
    }
    List<LayerSpec> comparable =
        given.stream()
            .map(l -> new LayerSpec(l.units(), l.activation(), 0f, l.layerNorm()))
            .toList();
    if (!comparable.equals(layers)) {
      model.reject(
          ModelOptions.LAYERS,
          "are %s, but %s has %s. Leave them out to use the file's"
              .formatted(shown(comparable), name, shown(layers)));
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

  /** Returns the output's activation, null if neither the file nor the options have one. */
  private @Nullable Activation output(@Nullable Activation given) {
    Activation activation = file.weights().output().activation();
    boolean open = activation == Activation.LINEAR && !file.isOurs();
    if (given != null && given != activation && !open) {
      model.reject(
          ModelOptions.OUTPUT_ACTIVATION,
          "is %s, but that of %s is %s. Leave it out".formatted(given.id(), name, activation.id()));
    }
    return given != null || open ? given : activation;
  }

  /** Returns the normalization of the file, or the given one if the file has none. */
  private Normalization normalization(Normalization given) {
    ModelWeights.Scaling scaling = file.weights().scaling();
    if (scaling == null) {
      return given;
    }
    Normalization stored = scaling.normalization();
    if (!model.has(ModelOptions.NORMALIZATION)) {
      return stored;
    }
    if (given.kind() != stored.kind()) {
      model.reject(
          ModelOptions.NORMALIZATION,
          "is %s, but that of %s is %s. Leave it out"
              .formatted(given.kind().id(), name, stored.kind().id()));
    }
    return given;
  }

  /** Returns the task: declared, from the file, or regression for a single linear output. */
  @Nullable Task task() {
    Task declared = input.task();
    if (declared == null) {
      boolean value =
          file.weights().output().units() == 1
              && file.weights().output().activation() != Activation.SIGMOID;
      return file.isOurs() ? file.task() : value ? Task.REGRESSION : null;
    }
    Task learned = file.task();
    if (learned != null && declared.isClassification() != learned.isClassification()) {
      warmStart.reject(
          WarmStartOptions.FILE,
          "cannot start from %s: it learned %s, but the task is %s"
              .formatted(name, learned.isClassification() ? "classes" : "numbers", declared.id()));
    }
    return declared;
  }

  /** Returns the initial model after all checks, null if its classes are unknown. */
  ModelStart.@Nullable NetworkStart start(NetworkSpec spec) {
    Task task = task();
    int width = input.width();
    int inputs = file.weights().inputs();
    if (width != 0 && width != inputs) {
      warmStart.reject(
          WarmStartOptions.FILE,
          "cannot start from %s: it has %d inputs, but input.features are %d"
              .formatted(name, inputs, width));
    } else {
      checkFeatures();
    }
    List<String> classes = file.isOurs() ? file.classes() : input.classes();
    if (task == null || (task.isClassification() && classes.isEmpty())) {
      warmStart.reject(
          WarmStartOptions.FILE,
          "cannot start from %s: it does not name the classes of its %d outputs."
                  .formatted(name, file.weights().output().units())
              + " List them in their order with input.classes");
      return null;
    }
    checkClasses(spec, task, classes);
    return new ModelStart.NetworkStart(file.weights(), task, classes, hash);
  }

  /** Checks the features: a network with swapped inputs would predict nonsense. */
  private void checkFeatures() {
    List<String> stored = file.features();
    List<String> declared = input.features().stream().map(FeatureSpec::spelled).toList();
    if (stored.isEmpty() || declared.isEmpty() || stored.equals(declared)) {
      checkIndicators();
      return;
    }
    int first = 0;
    while (first < Math.min(stored.size(), declared.size())
        && stored.get(first).equals(declared.get(first))) {
      first++;
    }
    warmStart.reject(
        WarmStartOptions.FILE,
        "cannot start from %s: its feature %d is %s, but input.features has %s there. Declare the"
                .formatted(name, first + 1, at(stored, first), at(declared, first))
            + " file's features, in their order");
  }

  /** Checks which features are not scaled, which files without feature names store, too. */
  private void checkIndicators() {
    if (!file.isOurs()) {
      return;
    }
    Indicators stored = file.weights().indicators();
    String difference = stored.difference(Indicators.of(input).orElse(stored));
    if (difference != null) {
      warmStart.reject(
          WarmStartOptions.FILE,
          "cannot start from %s: %s. Declare the file's features, in their order"
              .formatted(name, difference));
    }
  }

  private static String at(List<String> features, int place) {
    return place < features.size() ? YamlNode.Scalar.quote(features.get(place)) : "none";
  }

  private void checkClasses(NetworkSpec spec, Task task, List<String> classes) {
    int outputs = file.weights().output().units();
    List<String> declared = input.classes();
    if (!declared.isEmpty()
        && (declared.size() < classes.size()
            || !declared.subList(0, classes.size()).equals(classes))) {
      warmStart.reject(
          WarmStartOptions.FILE,
          "cannot start from %s: its classes are %s, but input.classes are %s."
                  .formatted(name, classes, declared)
              + " List the file's classes first, in their order");
      return;
    }
    int needed = spec.outputs(task, classes.size());
    if (outputs != needed || (task == Task.BINARY && classes.size() > 2)) {
      warmStart.reject(
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
