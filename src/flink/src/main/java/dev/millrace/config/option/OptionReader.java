package dev.millrace.config.option;

import dev.millrace.config.option.OptionType.Refusal;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.Suggestions;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Entry;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.config.yaml.YamlNode.Scalar;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the options of one map: unknown, missing and wrong ones become problems, and what was not
 * given or is wrong has its default, so that reading goes on and finds the rest.
 */
public final class OptionReader {
  private final String path;
  private final Mapping mapping;
  private final ConfigErrors problems;
  private final Map<String, Object> values = new HashMap<>();

  public OptionReader(String path, Mapping mapping, OptionGroup group, ConfigErrors problems) {
    this.path = path;
    this.mapping = mapping;
    this.problems = problems;
    List<String> names = group.names();
    mapping
        .entries()
        .forEach(
            (key, entry) -> {
              if (!names.contains(key)) {
                problems.add(entry.line(), unknown(key, names));
              }
            });
    group.options().forEach(this::read);
  }

  private <T> void read(Option<T> option) {
    Entry entry = mapping.entries().get(option.name());
    boolean empty =
        entry == null || (entry.value() instanceof Scalar scalar && scalar.text() == null);
    if (empty && option.isRequired()) {
      problems.add(
          entry == null ? mapping.line() : entry.line(),
          name(option) + " is missing. Give one, for example: " + option.example());
    } else if (empty && entry != null && !option.kind().isStructure()) {
      problems.add(
          entry.line(),
          String.format(
              "%s has no value. It must be %s; leave the line out for the default, %s",
              name(option), option.kind().allowed(), option.shownDefault()));
    } else if (!empty) {
      try {
        values.put(option.name(), option.kind().read(entry.value()));
      } catch (Refusal e) {
        refuse(option, e.getMessage());
      }
    }
  }

  private String unknown(String key, List<String> names) {
    String subject = under(path, key) + " is not an option. ";
    String nearest = Suggestions.nearest(key, names);
    if (nearest == null) {
      nearest = problems.pathOf(key);
      if (under(path, key).equals(nearest)) {
        nearest = null; // it goes with another variant of this map
      }
    }
    return subject
        + (nearest != null
            ? "Did you mean \"" + nearest + "\"?"
            : (path.isEmpty() ? "A pipeline file" : path) + " takes: " + String.join(", ", names));
  }

  /** The value given, or the default. */
  public <T> T get(Option<T> option) {
    T value = given(option);
    return value == null ? option.fallback() : value;
  }

  /** The value given, or null when there is none or a wrong one. */
  @SuppressWarnings("unchecked") // put there under the same option's name by the option's kind
  public <T> T given(Option<T> option) {
    return (T) values.get(option.name());
  }

  public boolean has(Option<?> option) {
    return values.containsKey(option.name());
  }

  /** Whether the key stands in the file, whatever its value. */
  public boolean mentions(Option<?> option) {
    return mapping.entries().containsKey(option.name());
  }

  /** Line of the option's key, or of the map when it is not given. */
  public int line(Option<?> option) {
    Entry entry = mapping.entries().get(option.name());
    return entry == null ? mapping.line() : entry.line();
  }

  /** The option with its path, as messages name it. */
  public String name(Option<?> option) {
    return under(path, option.name());
  }

  /** Adds a problem with an option: its name, then the text. */
  public void refuse(Option<?> option, String text) {
    problems.add(line(option), name(option) + " " + text);
  }

  /** The options of a map below this one; of an empty map when it is not given. */
  public OptionReader below(Option<YamlNode> option, OptionGroup group) {
    Mapping below =
        given(option) instanceof Mapping given ? given : new Mapping(Map.of(), line(option));
    return new OptionReader(name(option), below, group, problems);
  }

  /** A map written out, or the map that a single word is short for. */
  public Mapping mapOf(Option<YamlNode> option, Option<?> name) {
    YamlNode node = get(option);
    return node instanceof Mapping mapping
        ? mapping
        : new Mapping(Map.of(name.name(), new Entry(line(option), node)), line(option));
  }

  private static String under(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
