package dev.millrace.config.option;

import dev.millrace.config.option.Kind.Refusal;
import dev.millrace.config.yaml.Node;
import dev.millrace.config.yaml.Node.Scalar;
import dev.millrace.config.yaml.Node.Sequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The kinds of list and map that options take. */
public final class Structures {
  private Structures() {}

  /** A map of options. */
  public static Kind<Node> map() {
    return structure("a map of options", Node.Mapping.class);
  }

  /** A list of different words. */
  public static Kind<List<String>> words(int min, int max, String what) {
    return new Kind<>() {
      @Override
      public List<String> read(Node node) throws Refusal {
        if (!(node instanceof Sequence sequence)) {
          throw new Refusal("must be " + allowed() + ", but was " + node.describe());
        }
        List<String> words = new ArrayList<>();
        for (Node item : sequence.items()) {
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
  public static Kind<Node> structure(String allowed, Class<? extends Node>... forms) {
    return new Kind<>() {
      @Override
      public Node read(Node node) throws Refusal {
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
      public String show(Node value) {
        return value.describe();
      }

      @Override
      public boolean isStructure() {
        return true;
      }
    };
  }

  /** A map of options, or one word that is short for such a map. */
  public static Kind<Node> wordOrMap(Kind<?> word) {
    return new Kind<>() {
      @Override
      public Node read(Node node) throws Refusal {
        if (node instanceof Node.Sequence) {
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
      public String show(Node value) {
        return value instanceof Scalar scalar ? scalar.text() : value.describe();
      }

      @Override
      public boolean isStructure() {
        return true;
      }
    };
  }
}
