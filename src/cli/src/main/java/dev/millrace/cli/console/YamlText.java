package dev.millrace.cli.console;

import dev.millrace.data.Printable;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Text as a YAML file holds it. */
public final class YamlText {
  private static final Set<String> WORDS_OF_YAML =
      Set.of("true", "false", "yes", "no", "on", "off", "null", "y", "n");

  private YamlText() {}

  /** A single value that reads back as this text, in quotes where it needs them. */
  public static String of(String text) {
    boolean plain =
        text.matches("[A-Za-z_][A-Za-z0-9_./-]*(:\\d+)?")
            && !WORDS_OF_YAML.contains(text.toLowerCase(Locale.ROOT));
    return plain ? text : quoted(text);
  }

  /** A list in one line. */
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
      quoted.append(String.format(Locale.ROOT, "\\U%08x", codePoint));
    }
  }
}
