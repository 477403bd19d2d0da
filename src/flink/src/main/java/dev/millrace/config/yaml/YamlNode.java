package dev.millrace.config.yaml;

import java.util.List;
import java.util.Map;

/** A value of a YAML file with the line it stands on, counted from 1. */
public sealed interface YamlNode {

  int line();

  /** The value in words, for an error message. */
  String describe();

  /**
   * A word, number or truth value.
   *
   * @param text as written, or null for a value left empty
   */
  record Scalar(String text, int line) implements YamlNode {
    private static final int MAX_SHOWN = 60;

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

    /** The text in quotes, on one line and cut when long. */
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
    @Override
    public String describe() {
      return "a map";
    }
  }

  /**
   * A value under a key.
   *
   * @param line where the key stands
   */
  record Entry(int line, YamlNode value) {}
}
