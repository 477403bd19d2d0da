package dev.millrace.config.model;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.option.Structures;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.data.Setting;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.nn.spec.SelectionSpec.Promotion;

/** Declares and reads the options of champion and challengers. */
public final class SelectionOptions {

  public static final Option<YamlNode> MODELS =
      Option.optional(
          "models",
          Structures.structure("a map of models by name", Mapping.class),
          "one model",
          "instead of model: 2 to "
              + SelectionSpec.MAX_MODELS
              + " models by name that all learn, each auto, a tier of auto, or a map like model;"
              + " see docs/champion-challenger.md");
  public static final Option<String> CHAMPION =
      Option.optional(
          "champion",
          OptionTypes.text(Setting.ANY_TEXT, "the name of one of models"),
          "the first of models",
          "initial champion; also the champion of keys whose champion was removed from models");
  public static final Option<YamlNode> PROMOTION =
      Option.optional(
          "promotion", Structures.map(), "its defaults", "when a challenger becomes champion");

  public static final OptionGroup GROUP =
      new OptionGroup(
              "promotion",
              "",
              "Applies to `models`: the condition for the promotion of a challenger. Losses are"
                  + " log-loss, or the absolute error of a regression.")
          .declare(Promotion.class);

  private SelectionOptions() {}
}
