package dev.millrace.config.option;

import dev.millrace.config.yaml.Suggestions;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.data.Declaration;
import dev.millrace.data.Durations;
import dev.millrace.data.Interval;
import dev.millrace.data.Secret;
import dev.millrace.data.Setting;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The types of options that take a single value. */
public final class OptionTypes {
  /** Names in Keras, scikit-learn and PyTorch of values that have another name here. */
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

  /** Number of characters, or of words of a list, such as {@code [2, 100] classes}. */
  private static final Pattern COUNTED = Pattern.compile("\\[(\\d+), (\\d+)\\] (\\w+)");

  private OptionTypes() {}

  /** A type whose values are written as one word, number or truth value. */
  abstract static class ScalarType<T> implements OptionType<T> {
    @Override
    public T read(YamlNode node) throws InvalidValueException {
      String text = node instanceof Scalar scalar ? scalar.text() : null;
      T value = text == null ? null : parse(text.strip());
      if (value == null) {
        throw new InvalidValueException("must be " + allowed() + shown(node));
      }
      return value;
    }

    /** Returns the value, null if the text is not valid. */
    abstract @Nullable T parse(String text) throws InvalidValueException;

    /** Returns what an error message says about an invalid value. */
    String shown(YamlNode node) {
      return ", but was " + node.describe();
    }

    @Override
    public String show(T value) {
      return value.toString();
    }
  }

  /** Returns the type of texts that match a pattern. */
  public static OptionType<String> text(String pattern, String allowed) {
    Pattern form = Pattern.compile(pattern);
    return new ScalarType<>() {
      @Override
      @Nullable String parse(String text) {
        return form.matcher(text).matches() ? text : null;
      }

      @Override
      public String allowed() {
        return allowed;
      }
    };
  }

  /** Returns the type of a few characters, spaces among them. */
  public static OptionType<String> characters(int max) {
    return new OptionType<>() {
      @Override
      public String read(YamlNode node) throws InvalidValueException {
        String text = node instanceof Scalar scalar ? scalar.text() : null;
        if (text == null || text.isEmpty() || text.length() > max) {
          throw new InvalidValueException("must be " + allowed() + ", but was " + node.describe());
        }
        return text;
      }

      @Override
      public String allowed() {
        return "1 to " + max + " characters";
      }

      @Override
      public String show(String value) {
        return '"' + value + '"';
      }
    };
  }

  /** Returns a type whose invalid values are not shown, because they may be secrets. */
  public static <T> OptionType<T> hidden(String allowed, Function<String, @Nullable T> parser) {
    return new ScalarType<>() {
      @Override
      @Nullable T parse(String text) {
        return parser.apply(text);
      }

      @Override
      public String allowed() {
        return allowed;
      }

      @Override
      String shown(YamlNode node) {
        return ". The value is not shown";
      }
    };
  }

  /** Returns the type of Kafka topic names. */
  public static OptionType<String> topic() {
    return text(
        "(?!\\.{1,2}$)[a-zA-Z0-9._-]{1,249}",
        "a topic name: 1 to 249 letters, digits, '.', '_' or '-'");
  }

  /** Returns the type of whole numbers from min to max, both included. */
  public static OptionType<Integer> whole(int min, int max) {
    OptionType<Long> wide = wideWhole(min, max);
    return new OptionType<>() {
      @Override
      public Integer read(YamlNode node) throws InvalidValueException {
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

  /** Returns the type of whole numbers from min to max, both included. */
  public static OptionType<Long> wideWhole(long min, long max) {
    String range = "between " + min + " and " + max;
    return new ScalarType<>() {
      @Override
      @Nullable Long parse(String text) throws InvalidValueException {
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
        throw new InvalidValueException(
            "must be " + range + ", but was " + new Scalar(text, 0).describe());
      }

      @Override
      public String allowed() {
        return "a whole number " + range;
      }
    };
  }

  /** Returns the type of numbers from min (excluded) to max (included). */
  public static OptionType<Float> aboveAndUpTo(float min, float max) {
    return decimal(interval(min, true, max));
  }

  /** Returns the type of numbers from min to max, both included. */
  public static OptionType<Float> between(float min, float max) {
    return decimal(interval(min, false, max));
  }

  private static Interval interval(float min, boolean isAbove, float max) {
    return new Interval(Float.toString(min), isAbove, Float.toString(max), false, false);
  }

  private static OptionType<Float> decimal(Interval interval) {
    return new ScalarType<>() {
      @Override
      @Nullable Float parse(String text) throws InvalidValueException {
        String digits = text.replace("_", "");
        if (!NUMBER.matcher(digits).matches()) {
          return null;
        }
        float value = Float.parseFloat(digits);
        if (!interval.contains(value)) {
          throw new InvalidValueException(
              "must be " + interval.describe() + ", but was " + new Scalar(text, 0).describe());
        }
        return value;
      }

      @Override
      public String allowed() {
        return "a number " + interval.describe();
      }

      @Override
      public String show(Float value) {
        return Interval.plain(Float.toString(value));
      }
    };
  }

  /**
   * Returns the type of times in milliseconds, such as 500ms, 10s, 5m, 1h, 7d.
   *
   * @param orOff also allows 0 and the word off
   */
  public static OptionType<Long> time(long minMillis, long maxMillis, boolean orOff) {
    return new ScalarType<>() {
      @Override
      @Nullable Long parse(String text) {
        return orOff && (text.equals("off") || text.equals("0"))
            ? Long.valueOf(0)
            : Durations.parse(text)
                .filter(millis -> millis >= minMillis && millis <= maxMillis)
                .orElse(null);
      }

      @Override
      public String allowed() {
        return "a time between "
            + Durations.show(minMillis)
            + " and "
            + Durations.show(maxMillis)
            + " (such as 500ms, 10s, 5m)"
            + (orOff ? ", or off" : "");
      }

      @Override
      public String show(Long value) {
        return Durations.show(value);
      }
    };
  }

  /** Returns the type of placeholders for a secret; any other text may be the secret itself. */
  private static OptionType<Secret> secret(String what) {
    return hidden(
        "a placeholder for "
            + what
            + ": ${env:NAME}, ${file:/path/to.properties:key} or ${directory:/path:file}",
        text -> Secret.isPlaceholder(text) ? new Secret(text) : null);
  }

  /** Returns the type of a text, or of a list of texts. */
  private static OptionType<?> texts(Declaration declared) {
    Matcher range = COUNTED.matcher(declared.setting().in());
    int min = range.matches() ? Integer.parseInt(range.group(1)) : 0;
    int max = range.matches() ? Integer.parseInt(range.group(2)) : 0;
    if (declared.type() == List.class) {
      return Structures.words(min, max, range.group(3));
    }
    if (max > 0) {
      return characters(max);
    }
    Setting setting = declared.setting();
    Pattern form = Pattern.compile(setting.pattern());
    return setting.hidden()
        ? hidden(setting.in(), text -> form.matcher(text).matches() ? text : null)
        : text(setting.pattern(), setting.in());
  }

  /** Returns the type of a declared option. */
  static OptionType<?> of(Declaration declared) {
    String in = declared.setting().in();
    if (declared.type() == String.class || declared.type() == List.class) {
      return texts(declared);
    }
    if (declared.type() == Secret.class) {
      return secret(in);
    }
    if (declared.type().isEnum()) {
      List<Object> constants = List.of(declared.type().getEnumConstants());
      List<String> names = List.of(in.split(", "));
      return choice(
          Declaration::id,
          in.isEmpty()
              ? constants
              : constants.stream()
                  .filter(one -> names.contains(Declaration.id(one)))
                  .sorted(Comparator.comparing(one -> names.indexOf(Declaration.id(one))))
                  .toList());
    }
    if (declared.type() == boolean.class) {
      return flag();
    }
    Interval interval = Interval.of(in);
    if (declared.type() == float.class || declared.type() == double.class) {
      return decimal(interval);
    }
    long min = Interval.whole(interval.min());
    long max = Interval.whole(interval.max());
    if (interval.isOfTime()) {
      return time(min, max, interval.orOff());
    }
    return declared.type() == long.class
        ? wideWhole(min, max)
        : whole(Math.toIntExact(min), Math.toIntExact(max));
  }

  /** Returns the number that a text spells, NaN if it spells none that fits a 32-bit float. */
  public static double number(String text) {
    String digits = text.replace("_", "");
    double value = NUMBER.matcher(digits).matches() ? Double.parseDouble(digits) : Double.NaN;
    return Math.abs(value) <= Float.MAX_VALUE ? value : Double.NaN;
  }

  /** Returns the type of true and false. */
  public static OptionType<Boolean> flag() {
    return new ScalarType<>() {
      @Override
      @Nullable Boolean parse(String text) {
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

  /** Returns the type of the constants of an enum, by their names in the file. */
  @SafeVarargs
  @SuppressWarnings("varargs")
  public static <E extends Enum<E>> OptionType<E> choice(Function<E, String> id, E... values) {
    return choice(id, Arrays.asList(values));
  }

  /** Returns the type of some values, by their names in the file. */
  static <E> OptionType<E> choice(Function<E, String> id, List<E> values) {
    Map<String, E> byId = new LinkedHashMap<>();
    values.forEach(value -> byId.put(id.apply(value), value));
    List<String> known = List.copyOf(byId.keySet());
    return new ScalarType<>() {
      @Override
      E parse(String text) throws InvalidValueException {
        E value = byId.get(text);
        if (value == null) {
          throw new InvalidValueException(notKnown(text, known));
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

  /** Returns a choice that rejects one more word with a reason of its own. */
  public static <T> OptionType<T> without(String word, String reason, OptionType<T> choice) {
    return new OptionType<>() {
      @Override
      public T read(YamlNode node) throws InvalidValueException {
        if (node instanceof Scalar scalar && word.equals(scalar.text())) {
          throw new InvalidValueException(
              Scalar.quote(word) + " " + reason + ". It is " + allowed());
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

  /** Returns an error message for an unknown word, with a suggestion. */
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
