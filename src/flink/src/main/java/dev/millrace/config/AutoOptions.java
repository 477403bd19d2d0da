package dev.millrace.config;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.OptionType;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.option.Structures;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.nn.AutoSpec;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** The options of {@code auto}; see {@link PipelineOptions}. */
final class AutoOptions {
  static final OptionType<AutoSpec.Tier> TIERS =
      OptionTypes.choice(AutoSpec.Tier::id, AutoSpec.Tier.values());

  static final Option<YamlNode> AUTO =
      Option.of(
          "auto",
          Structures.wordOrMap(TIERS),
          new YamlNode.Scalar(AutoSpec.Tier.BALANCED.id(), 0),
          "how much model: auto spends on accuracy; see docs/accuracy.md");

  static final Option<AutoSpec.Tier> TIER =
      Option.of(
          "tier",
          TIERS,
          AutoSpec.Tier.BALANCED,
          "which networks are mixed; the further right, the more accurate and the slower");
  static final Option<List<AutoSpec.Extra>> MEMBERS =
      Option.of(
          "members",
          extras(),
          List.of(),
          "mixed in besides: the nearest of the last 1000 records; what followed the previous"
              + " label so far");
  static final Option<Integer> BUFFER =
      Option.of(
          "buffer",
          OptionTypes.whole(1, 1_000_000),
          AutoSpec.DEFAULT_BUFFER,
          "records of a key that are kept to be learned again, as many as fit into 8 MiB; part of"
              + " limits.model-bytes");
  static final Option<Long> SEED =
      Option.of(
          "seed",
          OptionTypes.wideWhole(Long.MIN_VALUE, Long.MAX_VALUE),
          ModelOptions.SEED.fallback(),
          "of all that is drawn, together with the model key");
  static final OptionGroup AUTO_GROUP =
      new OptionGroup(
          "auto",
          "",
          "Goes with `model: auto`, a mixture of small networks that learn side by side and needs"
              + " no tuning. `auto: fast` is short for `auto: { tier: fast }`.",
          List.of(
              TIER,
              MEMBERS,
              BUFFER,
              SEED,
              ModelOptions.CLASS_WEIGHTS,
              WarmStartOptions.WARM_START));

  private AutoOptions() {}

  /** The settings of a map. */
  static AutoSpec read(OptionReader auto) {
    List<AutoSpec.Extra> members = auto.get(MEMBERS);
    EnumSet<AutoSpec.Extra> different = EnumSet.noneOf(AutoSpec.Extra.class);
    different.addAll(members);
    return new AutoSpec(auto.get(TIER), different, auto.get(BUFFER));
  }

  private static OptionType<List<AutoSpec.Extra>> extras() {
    OptionType<AutoSpec.Extra> one =
        OptionTypes.choice(AutoSpec.Extra::id, AutoSpec.Extra.values());
    OptionType<List<String>> words = Structures.words(0, AutoSpec.Extra.values().length, "members");
    return new OptionType<>() {
      @Override
      public List<AutoSpec.Extra> read(YamlNode node) throws Refusal {
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
