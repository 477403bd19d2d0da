package dev.millrace.config.option;

import dev.millrace.config.option.OptionType.Refusal;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.config.yaml.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The kinds of list and map that options take. */
public final class Structures {
  private Structures() {}

  /** A map of options. */
  public static OptionType<YamlNode> map() {
    return structure("a map of options", YamlNode.Mapping.class);
  }

  /** A list of different words. */
  public static OptionType<List<String>> words(int min, int max, String what) {
    return new OptionType<>() {
      @Override
      public List<String> read(YamlNode node) throws Refusal {
        if (!(node instanceof Sequence sequence)) {
          throw new Refusal("must be " + allowed() + ", but was " + node.describe());
        }
        List<String> words = new ArrayList<>();
        for (YamlNode item : sequence.items()) {
          if (!(item instanceof Scalar scalar) || scalar.text() == null) {
            throw new Refusal("must be " + allowed() + ", but one of them is " + item.describe());
          }
          if (words.contains(scalar.text())) {
            throw new Refusal("must be " + allowed() + ", but has " + item.describe() + " twice");
          }
          words.add(scalar.text());
        }
        if (words.size() < min || words.size() > max) {
          throw new Refusal("must be " + allowed() + ", but has " + words.size());
        }
        return List.copyOf(words);
      }

      @Override
      public String allowed() {
        return "a list of " + min + " to " + max + " different " + what;
      }

      @Override
      public String show(List<String> value) {
        return value.toString();
      }
    };
  }

  /** A map, a list or a choice between forms, which its reader looks into. */
  @SafeVarargs
  public static OptionType<YamlNode> structure(String allowed, Class<? extends YamlNode>... forms) {
    return new OptionType<>() {
      @Override
      public YamlNode read(YamlNode node) throws Refusal {
        if (Arrays.stream(forms).noneMatch(form -> form.isInstance(node))) {
          // The value stays unseen: what is misplaced may be a secret.
          String was = node instanceof Scalar ? "a single value" : node.describe();
          throw new Refusal("must be " + allowed + ", but was " + was);
        }
        return node;
      }

      @Override
      public String allowed() {
        return allowed;
      }

      @Override
      public String show(YamlNode value) {
        return value.describe();
      }

      @Override
      public boolean isStructure() {
        return true;
      }
    };
  }

  /** A map of options, or one word that is short for such a map. */
  public static OptionType<YamlNode> wordOrMap(OptionType<?> word) {
    return new OptionType<>() {
      @Override
      public YamlNode read(YamlNode node) throws Refusal {
        if (node instanceof YamlNode.Sequence) {
          throw new Refusal("must be " + allowed() + ", but was a list");
        }
        if (node instanceof Scalar) {
          word.read(node);
        }
        return node;
      }

      @Override
      public String allowed() {
        return word.allowed() + ", or a map of options";
      }

      @Override
      public String show(YamlNode value) {
        return value instanceof Scalar scalar ? scalar.text() : value.describe();
      }

      @Override
      public boolean isStructure() {
        return true;
      }
    };
  }
}
