package dev.millrace.config.option;

import dev.millrace.config.yaml.Suggestions;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Scalar;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The kinds of single value that options take. */
public final class OptionTypes {
  /** What Keras, scikit-learn and PyTorch call some of what goes by another name here. */
  private static final Map<String, String> ELSEWHERE =
      Map.ofEntries(
          Map.entry("bce", "binary_crossentropy"),
          Map.entry("bcewithlogitsloss", "binary_crossentropy"),
          Map.entry("cce", "categorical_crossentropy"),
          Map.entry("cross_entropy", "categorical_crossentropy"),
          Map.entry("crossentropyloss", "categorical_crossentropy"),
          Map.entry("identity", "linear"),
          Map.entry("l1loss", "mae"),
          Map.entry("logistic", "sigmoid"),
          Map.entry("mean_absolute_error", "mae"),
          Map.entry("mean_squared_error", "mse"),
          Map.entry("mseloss", "mse"),
          Map.entry("nadam", "adam"),
          Map.entry("smooth_l1", "huber"),
          Map.entry("sparse_categorical_crossentropy", "categorical_crossentropy"),
          Map.entry("squared_error", "mse"),
          Map.entry("swish", "silu"));

  private static final Pattern NUMBER =
      Pattern.compile("[-+]?(\\d{1,30}(\\.\\d{0,30})?|\\.\\d{1,30})([eE][-+]?\\d{1,4})?");

  private OptionTypes() {}

  /** A kind that is written as one word, number or truth value. */
  abstract static class ScalarKind<T> implements OptionType<T> {
    @Override
    public T read(YamlNode node) throws Refusal {
      T value =
          node instanceof Scalar scalar && scalar.text() != null
              ? parse(scalar.text().strip())
              : null;
      if (value == null) {
        throw new Refusal("must be " + allowed() + ", but was " + node.describe());
      }
      return value;
    }

    /** The value, or null when the text is none. */
    abstract T parse(String text) throws Refusal;

    @Override
    public String show(T value) {
      return value.toString();
    }
  }

  /** Text of a form. */
  public static OptionType<String> text(String pattern, String allowed) {
    Pattern form = Pattern.compile(pattern);
    return new ScalarKind<>() {
      @Override
      String parse(String text) {
        return form.matcher(text).matches() ? text : null;
      }

      @Override
      public String allowed() {
        return allowed;
      }
    };
  }

  /** The name of a Kafka topic, by Kafka's rule. */
  public static OptionType<String> topic() {
    return text(
        "(?!\\.{1,2}$)[a-zA-Z0-9._-]{1,249}",
        "a topic name: 1 to 249 letters, digits, '.', '_' or '-'");
  }

  /** A whole number of a range, both ends included. */
  public static OptionType<Integer> whole(int min, int max) {
    OptionType<Long> wide = wideWhole(min, max);
    return new OptionType<>() {
      @Override
      public Integer read(YamlNode node) throws Refusal {
        return Math.toIntExact(wide.read(node));
      }

      @Override
      public String allowed() {
        return wide.allowed();
      }

      @Override
      public String show(Integer value) {
        return value.toString();
      }
    };
  }

  /** A whole number of a range, both ends included. */
  public static OptionType<Long> wideWhole(long min, long max) {
    String range = "between " + min + " and " + max;
    return new ScalarKind<>() {
      @Override
      Long parse(String text) throws Refusal {
        String digits = text.replace("_", "");
        if (!digits.matches("[-+]?\\d+")) {
          return null;
        }
        try {
          long value = Long.parseLong(digits);
          if (value >= min && value <= max) {
            return value;
          }
        } catch (NumberFormatException longerThanLong) {
          // Out of range, like any other number too large.
        }
        throw new Refusal("must be " + range + ", but was " + new Scalar(text, 0).describe());
      }

      @Override
      public String allowed() {
        return "a whole number " + range;
      }
    };
  }

  /** A number from min on and below max. */
  public static OptionType<Float> atLeastAndBelow(float min, float max) {
    String range = "at least " + plain(min) + " and below " + plain(max);
    return decimal(range, v -> v >= min && v < max);
  }

  /** A number above min and up to max. */
  public static OptionType<Float> aboveAndUpTo(float min, float max) {
    String range = "above " + plain(min) + " and at most " + plain(max);
    return decimal(range, v -> v > min && v <= max);
  }

  /** A number of a range, both ends included. */
  public static OptionType<Float> between(float min, float max) {
    String range = "between " + plain(min) + " and " + plain(max);
    return decimal(range, v -> v >= min && v <= max);
  }

  private static OptionType<Float> decimal(String range, Function<Float, Boolean> allows) {
    return new ScalarKind<>() {
      @Override
      Float parse(String text) throws Refusal {
        String digits = text.replace("_", "");
        if (!NUMBER.matcher(digits).matches()) {
          return null;
        }
        float value = Float.parseFloat(digits);
        if (!allows.apply(value)) {
          throw new Refusal("must be " + range + ", but was " + new Scalar(text, 0).describe());
        }
        return value;
      }

      @Override
      public String allowed() {
        return "a number " + range;
      }

      @Override
      public String show(Float value) {
        return plain(value);
      }
    };
  }

  /** Returns the number that a text spells, NaN if it spells none that fits a 32-bit float. */
  public static double number(String text) {
    String digits = text.replace("_", "");
    double value = NUMBER.matcher(digits).matches() ? Double.parseDouble(digits) : Double.NaN;
    return Math.abs(value) <= Float.MAX_VALUE ? value : Double.NaN;
  }

  /** A number as a person writes it: 0.005, 4, 1e-8. */
  static String plain(float value) {
    BigDecimal exact = new BigDecimal(Float.toString(value)).stripTrailingZeros();
    return value != 0 && Math.abs(value) < 1e-4f
        ? exact.toString().toLowerCase(Locale.ROOT)
        : exact.toPlainString();
  }

  public static OptionType<Boolean> flag() {
    return new ScalarKind<>() {
      @Override
      Boolean parse(String text) {
        return switch (text) {
          case "true" -> true;
          case "false" -> false;
          default -> null;
        };
      }

      @Override
      public String allowed() {
        return "true or false";
      }
    };
  }

  /** One of a few words. */
  @SafeVarargs
  public static <E extends Enum<E>> OptionType<E> choice(Function<E, String> id, E... values) {
    Map<String, E> byId = new LinkedHashMap<>();
    for (E value : values) {
      byId.put(id.apply(value), value);
    }
    List<String> known = List.copyOf(byId.keySet());
    return new ScalarKind<>() {
      @Override
      E parse(String text) throws Refusal {
        E value = byId.get(text);
        if (value == null) {
          throw new Refusal(notKnown(text, known));
        }
        return value;
      }

      @Override
      public String allowed() {
        return "one of: " + String.join(", ", known);
      }

      @Override
      public String show(E value) {
        return id.apply(value);
      }
    };
  }

  /** A choice with a word that belongs elsewhere, and what to say about it. */
  public static <T> OptionType<T> without(String word, String reason, OptionType<T> choice) {
    return new OptionType<>() {
      @Override
      public T read(YamlNode node) throws Refusal {
        if (node instanceof Scalar scalar && word.equals(scalar.text())) {
          throw new Refusal(Scalar.quote(word) + " " + reason + ". It is " + allowed());
        }
        return choice.read(node);
      }

      @Override
      public String allowed() {
        return choice.allowed();
      }

      @Override
      public String show(T value) {
        return choice.show(value);
      }
    };
  }

  public static String notKnown(String text, List<String> known) {
    String elsewhere = ELSEWHERE.getOrDefault(text.toLowerCase(Locale.ROOT), "");
    String nearest = known.contains(elsewhere) ? elsewhere : Suggestions.nearest(text, known);
    return Scalar.quote(text)
        + " is not known. "
        + (nearest == null ? "" : "Did you mean \"" + nearest + "\"? ")
        + "One of: "
        + String.join(", ", known);
  }
}
