package dev.millrace.config.option;

import dev.millrace.config.option.OptionType.InvalidValueException;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.Suggestions;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Entry;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.config.yaml.YamlNode.Sequence;
import dev.millrace.data.Declaration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the options of one map. Unknown, missing and invalid options become errors; an option that
 * is missing or invalid has its default, so that reading continues and finds the other errors.
 */
public final class OptionReader {
  private final String path;
  private final Mapping mapping;
  private final ConfigErrors errors;
  private final OptionGroup group;
  private final List<String> names;
  private final Map<String, Object> values = new HashMap<>();

  /**
   * The options of a map that depend on the name in it.
   *
   * @param name name in the map, or the assumed one if there is none or an unknown one
   */
  public record Variant<E>(E name, OptionReader options) {}

  public OptionReader(String path, Mapping mapping, OptionGroup group, ConfigErrors errors) {
    this.path = path;
    this.mapping = mapping;
    this.errors = errors;
    this.group = group;
    this.names = group.names();
    mapping
        .entries()
        .forEach(
            (key, entry) -> {
              if (!names.contains(key)) {
                errors.add(entry.line(), unknown(key));
              }
            });
    group.options().forEach(this::read);
  }

  private <T> void read(Option<T> option) {
    YamlNode value = mapping.at(option.name());
    if (value.isEmpty()) {
      readEmpty(option);
      return;
    }
    try {
      values.put(option.name(), option.type().read(value));
    } catch (InvalidValueException e) {
      reject(option, String.valueOf(e.getMessage()));
    }
  }

  private void readEmpty(Option<?> option) {
    if (option.example() != null) {
      reject(option, "is missing. Add it, for example: " + option.example());
    } else if (mentions(option) && !option.type().isStructure()) {
      reject(
          option,
          String.format(
              "has no value. It must be %s; leave the line out for the default, %s",
              option.type().allowed(), option.shownDefault()));
    }
  }

  private String unknown(String key) {
    String subject = under(path, key) + " is not an option. ";
    String nearest = Suggestions.nearest(key, names);
    if (nearest == null) {
      nearest = errors.pathOf(key);
      if (under(path, key).equals(nearest)) {
        nearest = null; // it belongs to another variant of this map
      }
    }
    return subject
        + (nearest != null
            ? "Did you mean \"" + nearest + "\"?"
            : (path.isEmpty() ? "A pipeline file" : path) + " takes: " + String.join(", ", names));
  }

  /** Returns the given value of an option that has a default, or the default. */
  public <T> T get(Option<T> option) {
    T value = given(option);
    return value == null ? option.requireDefault() : value;
  }

  /** Returns the given value, null if there is none or an invalid one. */
  @SuppressWarnings("unchecked") // put there under the same option's name by the option's type
  public <T> @Nullable T given(Option<T> option) {
    return (T) values.get(option.name());
  }

  /** Returns a specification with what its record declares: given values, or defaults. */
  public <R extends Record> R read(Class<R> spec) {
    return read(Declaration.defaults(spec));
  }

  /**
   * Returns a specification with what its record declares: given values, or defaults.
   *
   * @param others has the components that are no options of this map, or have no default
   */
  public <R extends Record> R read(R others) {
    Map<String, Object> read = new HashMap<>();
    Declaration.parts(others).forEach((component, part) -> read.put(component, read(part)));
    for (Declaration declared : group.declared().getOrDefault(others.getClass(), List.of())) {
      Object given = values.get(declared.name());
      Object value = given == null ? declared.defaultValue() : given;
      if (value != null) {
        boolean isExact = declared.type() == double.class && value instanceof Float;
        read.put(declared.component(), isExact ? Double.valueOf(value.toString()) : value);
      }
    }
    return Declaration.with(others, read);
  }

  /** Returns the items of a list, or the single value: given ones, or the default. */
  public List<YamlNode> items(Option<YamlNode> option) {
    YamlNode node = has(option) ? given(option) : option.defaultValue();
    return node instanceof Sequence list
        ? list.items()
        : node instanceof Scalar word ? List.of(word) : List.of();
  }

  /** Returns the single value of the option as it is written; empty for none. */
  public String word(Option<?> option) {
    return mapping.at(option.name()).word();
  }

  /** Returns true if the option has a valid value. */
  public boolean has(Option<?> option) {
    return values.containsKey(option.name());
  }

  /** Returns true if the option's key is in the file, whatever its value. */
  public boolean mentions(Option<?> option) {
    return mapping.has(option.name());
  }

  /** Returns the line of the option's key, or of the map when it is not given. */
  public int line(Option<?> option) {
    return mapping.line(option.name());
  }

  /** Returns the option with its path, as messages name it. */
  public String name(Option<?> option) {
    return under(path, option.name());
  }

  /** Adds an error of this map: its path, then the text. */
  public void reject(String text) {
    errors.add(mapping.line(), path + " " + text);
  }

  /** Adds an error of an option: its name, then the text. */
  public void reject(Option<?> option, String text) {
    errors.add(line(option), name(option) + " " + text);
  }

  /**
   * Returns the options of a map in this one, whose group depends on it.
   *
   * @param others receives their errors
   */
  public OptionReader below(
      Option<YamlNode> option, Function<Mapping, OptionGroup> groupOf, ConfigErrors others) {
    Mapping below = map(option);
    return new OptionReader(name(option), below, groupOf.apply(below), others);
  }

  /**
   * Passes on the options of each map in a list, in their order; other items become errors.
   *
   * @param allowed what an item must be, in words
   */
  public void each(
      Option<YamlNode> option, OptionGroup group, String allowed, Consumer<OptionReader> reader) {
    List<YamlNode> items = items(option);
    for (int i = 0; i < items.size(); i++) {
      String item = name(option) + "[" + i + "]";
      if (items.get(i) instanceof Mapping map) {
        reader.accept(new OptionReader(item, map, group, errors));
      } else {
        errors.add(
            items.get(i).line(),
            item + " must be " + allowed + ", but was " + items.get(i).describe());
      }
    }
  }

  private Mapping map(Option<YamlNode> option) {
    return given(option) instanceof Mapping given ? given : Mapping.empty(line(option));
  }

  /** Returns the options of a map in this one; of an empty map when it is not given. */
  public OptionReader below(Option<YamlNode> option, OptionGroup group) {
    return new OptionReader(name(option), map(option), group, errors);
  }

  /** Returns the options of a map, or of the map that a single word is short for. */
  public OptionReader below(Option<YamlNode> option, Option<?> word, OptionGroup group) {
    return new OptionReader(name(option), mapOf(option, word), group, errors);
  }

  private Mapping mapOf(Option<YamlNode> option, Option<?> name) {
    YamlNode given = has(option) ? given(option) : option.defaultValue();
    return given instanceof Scalar word
        ? new Mapping(Map.of(name.name(), new Entry(line(option), word)), line(option))
        : given instanceof Mapping mapping ? mapping : Mapping.empty(line(option));
  }

  /**
   * Reads a map whose options depend on the name in it. If the name is missing or unknown, that is
   * its only error.
   *
   * @param option the map, or one word that is short for it
   * @param groupOf the options that go with a name
   * @param assumed name that is assumed if the map has none
   */
  public <E> Variant<E> variant(
      Option<YamlNode> option, Option<E> nameOption, Function<E, OptionGroup> groupOf, E assumed) {
    Mapping given = mapOf(option, nameOption);
    E name = assumed;
    try {
      name = nameOption.type().read(given.at(nameOption.name()));
    } catch (InvalidValueException e) {
      // The reader of the group reports it.
      Map<String, Entry> named = new HashMap<>(given.entries());
      named.keySet().retainAll(List.of(nameOption.name()));
      given = new Mapping(named, given.line());
    }
    return new Variant<>(name, new OptionReader(name(option), given, groupOf.apply(name), errors));
  }

  private static String under(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
