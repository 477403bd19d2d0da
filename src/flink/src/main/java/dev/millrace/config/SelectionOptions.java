package dev.millrace.config;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.option.Structures;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.nn.SelectionSpec;
import dev.millrace.nn.SelectionSpec.Promotion;

/** Declares and reads the options of champion and challengers. */
final class SelectionOptions {

  static final Option<YamlNode> MODELS =
      Option.optional(
          "models",
          Structures.structure("a map of models by name", Mapping.class),
          "one model",
          "instead of model: 2 to "
              + SelectionSpec.MAX_MODELS
              + " models by name that all learn, each auto, a tier of auto, or a map like model; see"
              + " docs/champion-challenger.md");
  static final Option<String> CHAMPION =
      Option.optional(
          "champion",
          OptionTypes.text("(?s).+", "the name of one of models"),
          "the first of models",
          "initial champion; also the champion of keys whose champion was removed from models");
  static final Option<YamlNode> PROMOTION =
      Option.optional(
          "promotion", Structures.map(), "its defaults", "when a challenger becomes champion");

  static final OptionGroup GROUP =
      new OptionGroup(
          "promotion",
          "",
          "Applies to `models`: the condition for the promotion of a challenger. Losses are log-loss,"
              + " or the absolute error of a regression.");
  static final Option<Boolean> AUTOMATIC =
      GROUP.option(
          "automatic",
          OptionTypes.flag(),
          Promotion.DEFAULT.automatic(),
          "promote challengers by the rule below; false: only by command or after a drift");
  static final Option<Integer> WINDOW =
      GROUP.option(
          "window",
          OptionTypes.whole(1, 1_000_000),
          Promotion.DEFAULT.window(),
          "number of examples over which the losses of the models decay");
  static final Option<Integer> EXAMPLES =
      GROUP.option(
          "examples",
          OptionTypes.whole(1, 1_000_000),
          Promotion.DEFAULT.examples(),
          "number of consecutive examples for which the loss of the challenger must be lower");
  static final Option<Float> SIGNIFICANCE =
      GROUP.option(
          "significance",
          OptionTypes.aboveAndUpTo(0, 0.5f),
          (float) Promotion.DEFAULT.significance(),
          "max probability that a challenger that is not better is promoted during the time of one"
              + " champion");

  private SelectionOptions() {}

  /** Reads the promotion rule. */
  static Promotion read(OptionReader promotion) {
    return new Promotion(
        promotion.get(AUTOMATIC),
        promotion.get(WINDOW),
        promotion.get(EXAMPLES),
        promotion.exact(SIGNIFICANCE));
  }
}
