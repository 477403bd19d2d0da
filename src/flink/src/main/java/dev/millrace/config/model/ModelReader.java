package dev.millrace.config.model;

import dev.millrace.config.option.OptionReader;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.AutoModelSpec;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.ModelStart;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.prequential.key.ModelSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads {@code model}: {@code auto} or a network. */
public final class ModelReader {
  static final String AUTO = "auto";

  private final OptionReader root;
  private final Path baseDir;
  private final ConfigErrors errors;
  private @Nullable String warmStartKey;
  // Null until it is read.
  private @Nullable AutoModelSpec auto;

  /**
   * @param baseDir folder that {@code model.warm-start.file} is relative to
   */
  public ModelReader(OptionReader root, Path baseDir, ConfigErrors errors) {
    this.root = root;
    this.baseDir = baseDir;
    this.errors = errors;
  }

  /**
   * Returns the model for what comes in; its task is null where it will be guessed from the labels.
   */
  ModelSpec read(InputSpec input) {
    YamlNode node = root.given(ModelOptions.MODEL);
    if (node instanceof Scalar scalar && !AUTO.equals(scalar.text())) {
      root.reject(
          ModelOptions.MODEL, "must be auto, or a map of options, but was " + node.describe());
    }
    if (!(node instanceof Mapping)) {
      return auto(input);
    }
    if (root.mentions(AutoOptions.AUTO)) {
      root.reject(
          AutoOptions.AUTO,
          "applies only to model: auto, but the file defines a network. Remove one");
    }
    return network(root.below(ModelOptions.MODEL, ModelOptions.MODEL_GROUP), input);
  }

  /** Reads a network. */
  NetworkSpec network(OptionReader model, InputSpec input) {
    OptionReader warmStart = WarmStartOptions.read(model, WarmStartOptions.MODEL_GROUP, input);
    warmStartKey = warmStart.given(WarmStartOptions.KEY);
    NetworkSpec spec = new NetworkReader(model, warmStart, input, baseDir, errors).read();
    return input.hasIds()
        ? spec.withStart(start(warmStart, stored -> WarmStart.network(stored, spec, input)))
        : spec;
  }

  /** Returns the key whose model new ones start from, null if there is none. */
  public @Nullable String warmStartKey() {
    return warmStartKey;
  }

  /** Returns the mixture that {@code auto} stands for. */
  AutoModelSpec auto(InputSpec input) {
    if (auto == null) {
      auto = readAuto(input);
    }
    return auto;
  }

  private AutoModelSpec readAuto(InputSpec input) {
    OptionReader options = root.below(AutoOptions.AUTO, AutoOptions.TIER, AutoOptions.AUTO_GROUP);
    AutoModelSpec spec =
        options.read(
            ModelSpec.auto(
                0,
                AutoOptions.read(options),
                ClassWeightsReader.read(options, input, input.modelTasks(), errors)));
    if (spec.auto().has(AutoSpec.Extra.TREE)
        && input.modelTasks().stream().allMatch(task -> task == Task.REGRESSION)) {
      options.reject(
          AutoOptions.MEMBERS,
          "tree applies only to classes, but input.task is regression. Remove it");
    }
    OptionReader warmStart = WarmStartOptions.read(options, WarmStartOptions.AUTO_GROUP, input);
    warmStartKey = warmStart.given(WarmStartOptions.KEY);
    boolean isWarm = warmStart.has(WarmStartOptions.KEY) || warmStart.has(WarmStartOptions.FILE);
    if (isWarm && options.has(AutoOptions.SEED)) {
      options.reject(
          AutoOptions.SEED,
          "applies only to random initial weights, but there is a warm-start. Remove it");
    }
    return spec.withStart(start(warmStart, stored -> WarmStart.mixture(stored, spec, input)));
  }

  /** Makes the initial model of a stored one. */
  @FunctionalInterface
  private interface Starter<S extends ModelStart> {
    S of(ModelSnapshot stored) throws IOException;
  }

  /** Returns the initial model in a file, null if there is none or it has errors. */
  private <S extends ModelStart> @Nullable S start(OptionReader warmStart, Starter<S> starter) {
    byte[] bytes = ModelFile.readNamed(warmStart, WarmStartOptions.FILE, baseDir);
    if (bytes == null) {
      return null;
    }
    String file = warmStart.word(WarmStartOptions.FILE);
    try {
      return starter.of(ModelSnapshot.decode(null, null, file, bytes));
    } catch (IOException e) {
      warmStart.reject(WarmStartOptions.FILE, "cannot start from " + file + ": " + e.getMessage());
      return null;
    }
  }
}
