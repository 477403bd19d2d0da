package dev.millrace.config.option;

import dev.millrace.config.option.OptionType.InvalidValueException;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.config.yaml.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The types of options that take a list or a map. */
public final class Structures {
  private Structures() {}

  /** Returns the type of maps of options. */
  public static OptionType<YamlNode> map() {
    return structure("a map of options", YamlNode.Mapping.class);
  }

  /** Returns the type of lists of different words. */
  public static OptionType<List<String>> words(int min, int max, String what) {
    return new OptionType<>() {
      @Override
      public List<String> read(YamlNode node) throws InvalidValueException {
        if (!(node instanceof Sequence sequence)) {
          throw new InvalidValueException("must be " + allowed() + ", but was " + node.describe());
        }
        List<String> words = new ArrayList<>();
        for (YamlNode item : sequence.items()) {
          if (!(item instanceof Scalar scalar) || scalar.text() == null) {
            throw new InvalidValueException(
                "must be " + allowed() + ", but one of them is " + item.describe());
          }
          if (words.contains(scalar.text())) {
            throw new InvalidValueException(
                "must be " + allowed() + ", but has " + item.describe() + " twice");
          }
          words.add(scalar.text());
        }
        if (words.size() < min || words.size() > max) {
          throw new InvalidValueException("must be " + allowed() + ", but has " + words.size());
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

  /** Returns the type of maps and lists whose contents their reader checks. */
  @SafeVarargs
  public static OptionType<YamlNode> structure(String allowed, Class<? extends YamlNode>... forms) {
    return new OptionType<>() {
      @Override
      public YamlNode read(YamlNode node) throws InvalidValueException {
        if (Arrays.stream(forms).noneMatch(form -> form.isInstance(node))) {
          // The value is not shown: it may be a misplaced secret.
          String was = node instanceof Scalar ? "a single value" : node.describe();
          throw new InvalidValueException("must be " + allowed + ", but was " + was);
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

  /** Returns the type of maps of options that one word can abbreviate. */
  public static OptionType<YamlNode> wordOrMap(OptionType<?> word) {
    return new OptionType<>() {
      @Override
      public YamlNode read(YamlNode node) throws InvalidValueException {
        if (node instanceof YamlNode.Sequence) {
          throw new InvalidValueException("must be " + allowed() + ", but was a list");
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
        return value instanceof Scalar scalar && scalar.text() != null
            ? scalar.text()
            : value.describe();
      }

      @Override
      public boolean isStructure() {
        return true;
      }
    };
  }
}
