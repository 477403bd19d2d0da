package dev.millrace.config.model;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.OptionType;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.option.Structures;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.nn.spec.AutoModelSpec;
import dev.millrace.nn.spec.AutoSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Collectors;

/** Declares the options of {@code auto}. */
public final class AutoOptions {
  static final OptionType<AutoSpec.Tier> TIERS =
      OptionTypes.choice(AutoSpec.Tier::id, AutoSpec.Tier.values());
  public static final Option<YamlNode> AUTO =
      Option.of(
          "auto",
          Structures.wordOrMap(TIERS),
          new YamlNode.Scalar(AutoSpec.Tier.BALANCED.id(), 0),
          "the trade-off of model: auto between accuracy and speed; see docs/accuracy.md");

  static final OptionGroup AUTO_GROUP =
      new OptionGroup(
          "auto",
          "",
          "Applies to `model: auto`, a mixture of small networks that learn in parallel and need no"
              + " tuning. `auto: fast` is short for `auto: { tier: fast }`.");

  static {
    AUTO_GROUP.declare(AutoSpec.class).declare(AutoModelSpec.class);
  }

  static final Option<?> TIER = AUTO_GROUP.named("tier");
  static final Option<?> SEED = AUTO_GROUP.named("seed");
  static final Option<List<AutoSpec.Extra>> MEMBERS =
      AUTO_GROUP.before(
          "buffer",
          Option.of(
              "members",
              extras(),
              List.of(),
              "additional members: "
                  + Arrays.stream(AutoSpec.Extra.values())
                      .map(extra -> extra.id() + ", " + extra.doc())
                      .collect(Collectors.joining("; "))));

  static {
    AUTO_GROUP.include(ModelOptions.CLASS_WEIGHTS, WarmStartOptions.WARM_START);
  }

  private AutoOptions() {}

  /** Returns the settings of a map. */
  static AutoSpec read(OptionReader auto) {
    List<AutoSpec.Extra> members = auto.get(MEMBERS);
    EnumSet<AutoSpec.Extra> different = EnumSet.noneOf(AutoSpec.Extra.class);
    different.addAll(members);
    return auto.read(new AutoSpec(AutoSpec.Tier.BALANCED, different, AutoSpec.DEFAULT_BUFFER));
  }

  private static OptionType<List<AutoSpec.Extra>> extras() {
    OptionType<AutoSpec.Extra> one =
        OptionTypes.choice(AutoSpec.Extra::id, AutoSpec.Extra.values());
    OptionType<List<String>> words = Structures.words(0, AutoSpec.Extra.values().length, "members");
    return new OptionType<>() {
      @Override
      public List<AutoSpec.Extra> read(YamlNode node) throws InvalidValueException {
        words.read(node);
        List<AutoSpec.Extra> extras = new ArrayList<>();
        for (YamlNode item : ((YamlNode.Sequence) node).items()) {
          extras.add(one.read(item));
        }
        return extras;
      }

      @Override
      public String allowed() {
        return "a list of different members, each " + one.allowed();
      }

      @Override
      public String show(List<AutoSpec.Extra> value) {
        return value.stream().map(AutoSpec.Extra::id).toList().toString();
      }
    };
  }
}
