package dev.millrace.data;

import java.util.Locale;

/** Makes text from outside safe to print. */
public final class Printable {
  private Printable() {}

  /**
   * Returns text that is safe to print: control characters are replaced, and text longer than the
   * width ends in an ellipsis.
   */
  public static String line(String text, int width) {
    StringBuilder shown = new StringBuilder(width);
    text.codePoints()
        .limit(width + 1L)
        .forEach(c -> shown.appendCodePoint(isPrintable(c) ? c : '?'));
    if (shown.codePointCount(0, shown.length()) > width) {
      shown.setLength(shown.offsetByCodePoints(0, width - 1));
      shown.append('…');
    }
    return shown.toString();
  }

  /**
   * Returns the same JSON in one line and safe to print: characters that do not show are escaped
   * where they are in texts, and blank elsewhere.
   *
   * @param json whose texts have no raw characters below U+0020, as JSON requires
   */
  public static String json(String json) {
    if (json.codePoints().allMatch(Printable::isPrintable)) {
      return json;
    }
    StringBuilder shown = new StringBuilder(json.length() + 64);
    json.codePoints()
        .forEach(
            c -> {
              if (isPrintable(c)) {
                shown.appendCodePoint(c);
              } else if (c < ' ') {
                shown.append(' ');
              } else {
                for (char unit : Character.toChars(c)) {
                  shown.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
                }
              }
            });
    return shown.toString();
  }

  /** Returns true if a character is visible and does nothing else. */
  public static boolean isPrintable(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
