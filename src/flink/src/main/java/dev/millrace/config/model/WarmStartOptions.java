package dev.millrace.config.model;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.option.Structures;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.data.Setting;
import dev.millrace.input.InputSpec;
import java.util.Map;

/** Declares and reads the options of {@code warm-start} in {@code model} and {@code auto}. */
public final class WarmStartOptions {

  public static final Option<YamlNode> WARM_START =
      Option.optional(
          "warm-start",
          Structures.map(),
          "random initial weights",
          "initial model of each new key; see docs/warm-start.md");
  static final Option<String> KEY =
      Option.optional(
          "key",
          OptionTypes.text(Setting.ANY_TEXT, "a model key"),
          "none",
          "key of the initial model on the models topic, read when the job is submitted");
  public static final Option<String> FILE =
      Option.optional(
          "file",
          OptionTypes.text(Setting.ANY_TEXT, "the path of a file"),
          "none",
          "file of the initial model, a path relative to the pipeline file");

  static final OptionGroup MODEL_GROUP =
      new OptionGroup(
          "model.warm-start",
          "",
          "Either a key or a file. The file is an ONNX file, exported by Millrace or by another"
              + " library; see docs/onnx.md. With features of ids it is written by `evaluate"
              + " --models` or `models export --format millrace`.",
          KEY,
          FILE);

  static final OptionGroup AUTO_GROUP =
      new OptionGroup(
          "auto.warm-start",
          "",
          "Either a key or a file. The file is written by `evaluate --models` or `models export"
              + " --format millrace`.",
          KEY,
          FILE);

  private WarmStartOptions() {}

  /** Reads the options of a model; they are empty if there is no warm start. */
  static OptionReader read(OptionReader model, OptionGroup group, InputSpec input) {
    if (model.mentions(WARM_START) && input.hasOutputs()) {
      model.reject(
          WARM_START, "is not supported with sets of labels or several targets. Remove it");
      return new OptionReader(
          model.name(WARM_START),
          new Mapping(Map.of(), 0),
          group,
          new ConfigErrors("", name -> null));
    }
    OptionReader start = model.below(WARM_START, group);
    String key = start.given(KEY);
    if (key != null && start.has(FILE)) {
      start.reject(FILE, "and " + start.name(KEY) + " both name an initial model. Keep one");
    } else if (key != null && (key.endsWith(".onnx") || key.endsWith(".millrace"))) {
      start.reject(KEY, "must be a model key, but is a file. Use file: " + key);
    } else if (model.has(WARM_START) && !start.mentions(KEY) && !start.mentions(FILE)) {
      model.reject(WARM_START, "needs an initial model: { key: KEY }, or { file: PATH }");
    }
    return start;
  }
}
