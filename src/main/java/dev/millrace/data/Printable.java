package dev.millrace.data;

/** Text from outside that people are shown. */
public final class Printable {
  private Printable() {}

  /**
   * Text from outside, safe to print: no control character of it reaches the terminal, and what is
   * longer than the width ends in an ellipsis.
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

  /** Whether a character shows, and does nothing else. */
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
