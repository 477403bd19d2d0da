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
import java.util.List;

/** The options of several models of which one answers; see {@link PipelineOptions}. */
final class SelectionOptions {

  static final Option<YamlNode> MODELS =
      Option.open(
          "models",
          Structures.structure("a map of models by name", Mapping.class),
          "one model",
          "in place of model: 2 to "
              + SelectionSpec.MAX_MODELS
              + " that all learn, by name, each auto, a tier of auto, or a map such as model; see"
              + " docs/champion-challenger.md");
  static final Option<String> CHAMPION =
      Option.open(
          "champion",
          OptionTypes.text("(?s).+", "the name of one of models"),
          "the first of models",
          "the one of models that answers at first, and where a key's champion is not among them"
              + " any more");
  static final Option<YamlNode> PROMOTION =
      Option.open(
          "promotion",
          Structures.map(),
          "its defaults",
          "when another one of models becomes champion");

  static final Option<Boolean> AUTOMATIC =
      Option.of(
          "automatic",
          OptionTypes.flag(),
          Promotion.DEFAULT.automatic(),
          "promote a challenger by the rule; without, only by command or after a drift");
  static final Option<Integer> WINDOW =
      Option.of(
          "window",
          OptionTypes.whole(1, 1_000_000),
          Promotion.DEFAULT.window(),
          "examples over which the models' losses fade");
  static final Option<Integer> EXAMPLES =
      Option.of(
          "examples",
          OptionTypes.whole(1, 1_000_000),
          Promotion.DEFAULT.examples(),
          "for so many without a break the challenger's loss must have been the lower one");
  static final Option<Float> SIGNIFICANCE =
      Option.of(
          "significance",
          OptionTypes.aboveAndUpTo(0, 0.5f),
          (float) Promotion.DEFAULT.significance(),
          "how likely one that is no better may be promoted while a champion answers, however long"
              + " that is");

  static final OptionGroup GROUP =
      new OptionGroup(
          "promotion",
          "",
          "Goes with `models`: what a challenger has to show before it answers. Losses are"
              + " log-loss, or the absolute error of a regression.",
          List.of(AUTOMATIC, WINDOW, EXAMPLES, SIGNIFICANCE));

  private SelectionOptions() {}

  /** The rule of a map. */
  static Promotion read(OptionReader promotion) {
    return new Promotion(
        promotion.get(AUTOMATIC),
        promotion.get(WINDOW),
        promotion.get(EXAMPLES),
        Double.parseDouble(Float.toString(promotion.get(SIGNIFICANCE))));
  }
}
