package dev.millrace.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the command writes to: a terminal, or a file or pipe. */
final class Terminal {
  private Terminal() {}

  /**
   * Whether standard error is a terminal that can redraw a line. A launcher that filters standard
   * error through a pipe says what is behind it with {@code -Dmillrace.stderr.terminal=true|false}.
   */
  static boolean errIsInteractive() {
    if ("dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    String told = System.getProperty("millrace.stderr.terminal");
    if (told != null) {
      return Boolean.parseBoolean(told);
    }
    // System.console() looks at standard input and output only; /proc knows descriptor 2.
    Path stderr = Path.of("/proc/self/fd/2");
    if (!Files.exists(Path.of("/proc/self/fd"))) {
      return System.console() != null;
    }
    try {
      String target = Files.readSymbolicLink(stderr).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether colour is welcome (see no-color.org). */
  static boolean hasColor() {
    String noColor = System.getenv("NO_COLOR");
    return noColor == null || noColor.isEmpty();
  }

  /**
   * Text from outside, safe to print: no control character of it reaches the terminal, and what is
   * longer than the width ends in an ellipsis.
   */
  static String printable(String text, int width) {
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

  private static boolean isPrintable(int codePoint) {
    return !Character.isISOControl(codePoint) && Character.getType(codePoint) != Character.FORMAT;
  }
}
