package dev.millrace.config;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.option.Structures;
import dev.millrace.config.yaml.YamlNode;
import java.util.List;

/** The options of {@code warm-start}, in {@code model} and in {@code auto}. */
final class WarmStartOptions {
  static final Option<YamlNode> WARM_START =
      Option.open(
          "warm-start",
          Structures.map(),
          "weights drawn by seed and key",
          "the model that each new one starts from; see docs/warm-start.md");

  static final Option<String> KEY =
      Option.open(
          "key",
          OptionTypes.text("(?s).+", "a model key"),
          "none",
          "the key whose model on the models topic each new one starts from, as it is there when"
              + " the job is submitted");
  static final Option<String> FILE =
      Option.open(
          "file",
          OptionTypes.text("(?s).+", "the path of a file"),
          "none",
          "the file with the model that each new one starts from, a path relative to the pipeline"
              + " file");

  static final OptionGroup MODEL_GROUP =
      new OptionGroup(
          "model.warm-start",
          "",
          "One of the two. The file is an ONNX file, exported by Millrace or by another library; see"
              + " docs/onnx.md.",
          List.of(KEY, FILE));
  static final OptionGroup AUTO_GROUP =
      new OptionGroup(
          "auto.warm-start",
          "",
          "One of the two. The file is one that `evaluate --models` or `models export --format"
              + " millrace` wrote.",
          List.of(KEY, FILE));

  private WarmStartOptions() {}

  /** Reads the part of a model; an empty one if there is none. */
  static OptionReader read(OptionReader model, OptionGroup group) {
    OptionReader start = model.below(WARM_START, group);
    String key = start.given(KEY);
    if (key != null && start.has(FILE)) {
      start.refuse(FILE, "and " + start.name(KEY) + " both name a model to start from. Keep one");
    } else if (key != null && (key.endsWith(".onnx") || key.endsWith(".millrace"))) {
      start.refuse(KEY, "must be a model key, but is a file. Name it with file: " + key);
    } else if (model.has(WARM_START) && !start.mentions(KEY) && !start.mentions(FILE)) {
      model.refuse(WARM_START, "needs a model: { key: KEY }, or { file: PATH }");
    }
    return start;
  }
}
