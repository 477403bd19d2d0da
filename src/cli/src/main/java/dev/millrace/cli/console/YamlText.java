package dev.millrace.cli.console;

import dev.millrace.data.Printable;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Formats text for YAML files. */
public final class YamlText {
  private static final Set<String> YAML_WORDS =
      Set.of("true", "false", "yes", "no", "on", "off", "null", "y", "n");

  private YamlText() {}

  /** Returns a text as a scalar, in quotes if needed. */
  public static String of(String text) {
    boolean plain =
        text.matches("[A-Za-z_][A-Za-z0-9_./-]*(:\\d+)?")
            && !YAML_WORDS.contains(text.toLowerCase(Locale.ROOT));
    return plain ? text : quoted(text);
  }

  /** Returns a list in one line. */
  public static String of(List<String> texts) {
    return texts.stream().map(YamlText::of).collect(Collectors.joining(", ", "[", "]"));
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints().forEach(c -> append(quoted, c));
    return quoted.append('"').toString();
  }

  private static void append(StringBuilder quoted, int codePoint) {
    if (codePoint == '"' || codePoint == '\\') {
      quoted.append('\\').appendCodePoint(codePoint);
    } else if (Printable.isPrintable(codePoint)) {
      quoted.appendCodePoint(codePoint);
    } else {
      quoted.append("\\U%08x".formatted(codePoint));
    }
  }
}
