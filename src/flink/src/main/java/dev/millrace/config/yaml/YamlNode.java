package dev.millrace.config.yaml;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value of a YAML file with its line number, from 1. */
public sealed interface YamlNode {

  int line();

  /** Returns the value in words, for an error message. */
  String describe();

  /** Returns the text of a single value, without spaces around it; empty for all other values. */
  default String word() {
    return "";
  }

  /** Returns true if there is no value. */
  default boolean isEmpty() {
    return false;
  }

  /**
   * A text, number or truth value.
   *
   * @param text the value as written, null for an empty value
   */
  record Scalar(@Nullable String text, int line) implements YamlNode {
    private static final int MAX_SHOWN = 60;

    /** Returns an empty value. */
    public static Scalar empty(int line) {
      return new Scalar(null, line);
    }

    @Override
    public String word() {
      return text == null ? "" : text.strip();
    }

    @Override
    public boolean isEmpty() {
      return text == null;
    }

    @Override
    public String describe() {
      if (text == null) {
        return "empty";
      }
      if (text.matches("[-+]?[0-9][0-9._]{0,30}|true|false")) {
        return text;
      }
      return quote(text);
    }

    /** Returns the text in quotes, on one line and truncated. */
    public static String quote(String text) {
      String line = text.replaceAll("\\p{Cntrl}+", " ");
      return '"' + (line.length() > MAX_SHOWN ? line.substring(0, MAX_SHOWN) + "…" : line) + '"';
    }
  }

  /** A list. */
  record Sequence(List<YamlNode> items, int line) implements YamlNode {
    @Override
    public String describe() {
      return "a list";
    }
  }

  /** A map, in the order of the file. */
  record Mapping(Map<String, Entry> entries, int line) implements YamlNode {
    /** Returns a map without entries. */
    public static Mapping empty(int line) {
      return new Mapping(Map.of(), line);
    }

    /** Returns true if there is a key, whatever its value. */
    public boolean has(String key) {
      return entries.containsKey(key);
    }

    /** Returns the value under a key; an empty one if there is none. */
    public YamlNode at(String key) {
      return entry(key).value();
    }

    /** Returns the line of a key, or of the map if it has no such key. */
    public int line(String key) {
      return entry(key).line();
    }

    private Entry entry(String key) {
      return entries.getOrDefault(key, new Entry(line, Scalar.empty(line)));
    }

    /** Returns a copy that has another entry under a key. */
    public Mapping with(String key, Entry entry) {
      Map<String, Entry> changed = new LinkedHashMap<>(entries);
      changed.put(key, entry);
      return new Mapping(changed, line);
    }

    /** Returns a map that has the value if it has none under the key. */
    public Mapping withDefault(String key, YamlNode value) {
      return has(key) ? this : with(key, new Entry(line, value));
    }

    @Override
    public String describe() {
      return "a map";
    }
  }

  /**
   * A value under a key.
   *
   * @param line line of the key
   */
  record Entry(int line, YamlNode value) {}
}
