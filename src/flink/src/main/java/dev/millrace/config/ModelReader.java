package dev.millrace.config;

import dev.millrace.config.option.OptionReader;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.data.InputSpec;
import dev.millrace.nn.AutoModelSpec;
import dev.millrace.nn.ModelSpec;
import dev.millrace.nn.NetworkModelSpec;
import dev.millrace.prequential.ModelSnapshot;
import java.io.IOException;
import java.nio.file.Path;

/** Reads the {@code model} part: {@code auto}, or a network written out; or several of them. */
final class ModelReader {
  static final String AUTO = "auto";

  private final OptionReader root;
  private final Path baseDir;
  private final ConfigErrors problems;
  private String prior;
  // What auto means, once it was asked for.
  private AutoModelSpec auto;

  /**
   * @param baseDir folder that {@code model.warm-start.file} is relative to, or null for the
   *     working directory
   */
  ModelReader(OptionReader root, Path baseDir, ConfigErrors problems) {
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
    YamlNode node = root.given(PipelineOptions.MODEL);
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
  NetworkModelSpec network(OptionReader model, InputSpec input) {
    OptionReader warmStart = WarmStartOptions.read(model, WarmStartOptions.MODEL_GROUP);
    prior = warmStart.given(WarmStartOptions.KEY);
    return new NetworkReader(model, warmStart, input, baseDir, problems).read();
  }

  /** The key whose model new ones start from, or null; known once the model is read. */
  String prior() {
    return prior;
  }

  /** What {@code auto} means. */
  AutoModelSpec auto(InputSpec input) {
    if (auto == null) {
      auto = readAuto(input);
    }
    return auto;
  }

  private AutoModelSpec readAuto(InputSpec input) {
    OptionReader options =
        new OptionReader(
            AutoOptions.AUTO.name(),
            root.mapOf(AutoOptions.AUTO, AutoOptions.TIER),
            AutoOptions.AUTO_GROUP,
            problems);
    AutoModelSpec spec =
        ModelSpec.auto(
            options.get(AutoOptions.SEED),
            AutoOptions.read(options),
            ClassWeightsReader.read(options, input.task(), input.classes(), problems));
    OptionReader warmStart = WarmStartOptions.read(options, WarmStartOptions.AUTO_GROUP);
    prior = warmStart.given(WarmStartOptions.KEY);
    String file = warmStart.given(WarmStartOptions.FILE);
    if ((prior != null || file != null) && options.has(AutoOptions.SEED)) {
      options.refuse(
          AutoOptions.SEED, "goes with weights that are drawn; those of a start have their own");
    }
    return file == null ? spec : startingFrom(file, spec, input, warmStart);
  }

  private AutoModelSpec startingFrom(
      String file, AutoModelSpec spec, InputSpec input, OptionReader warmStart) {
    byte[] bytes = ModelFile.readNamed(warmStart, WarmStartOptions.FILE, baseDir);
    if (bytes == null) {
      return spec;
    }
    try {
      ModelSnapshot stored = ModelSnapshot.decode(null, null, file, bytes);
      return spec.withStart(WarmStart.of(stored, spec, input));
    } catch (IOException e) {
      warmStart.refuse(WarmStartOptions.FILE, "cannot start from " + file + ": " + e.getMessage());
      return spec;
    }
  }
}
