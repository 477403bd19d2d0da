package dev.millrace.cli.console;

import dev.millrace.data.Printable;
import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Properties of the terminal, if there is one. */
public final class Terminal {
  private Terminal() {}

  /**
   * Returns true if standard error is a terminal that can redraw a line. A launcher that pipes
   * standard error sets {@code -Dmillrace.stderr.terminal=true|false}.
   */
  static boolean errIsInteractive() {
    return isInteractive("millrace.stderr.terminal", 2);
  }

  private static boolean isInteractive(String property, int descriptor) {
    if ("dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    String given = System.getProperty(property);
    if (given != null) {
      return Boolean.parseBoolean(given);
    }
    // System.console() checks standard input and output only; /proc has each descriptor.
    Path file = Path.of("/proc/self/fd", Integer.toString(descriptor));
    if (!Files.exists(file.getParent())) {
      return hasConsole();
    }
    try {
      String target = Files.readSymbolicLink(file).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }

  // From Java 22 on there is always a console. Error Prone's check does not know that Java 17 may
  // have none.
  @SuppressWarnings("SystemConsoleNull")
  private static boolean hasConsole() {
    Console console = System.console();
    if (console == null || Runtime.version().feature() < 22) {
      return console != null;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  /** Returns true if standard output is a terminal that can redraw lines. */
  public static boolean outIsInteractive() {
    return isInteractive("millrace.stdout.terminal", 1);
  }

  /**
   * Returns the size of the terminal, or 24 lines of 80 columns if it is unknown.
   *
   * @throws InterruptedException if the thread is interrupted
   */
  public static Size size() throws InterruptedException {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String answer = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      stty.waitFor();
      return Size.of(answer);
    } catch (IOException e) {
      return Size.DEFAULT;
    }
  }

  /** Lines and columns of a terminal. */
  public record Size(int lines, int columns) {
    public static final Size DEFAULT = new Size(24, 80);
    private static final Pattern ANSWER = Pattern.compile("([1-9]\\d{0,3}) ([1-9]\\d{0,3})\\s*");

    /** Parses the output of {@code stty size}. */
    public static Size of(String answer) {
      Matcher numbers = ANSWER.matcher(answer);
      return numbers.matches()
          ? new Size(Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2)))
          : DEFAULT;
    }
  }

  /** Returns true unless NO_COLOR is set (no-color.org). */
  static boolean hasColor() {
    String noColor = System.getenv("NO_COLOR");
    return noColor == null || noColor.isEmpty();
  }

  /** See {@link Printable#json}. */
  public static String printableJson(String json) {
    return Printable.json(json);
  }

  /** See {@link Printable#line}. */
  public static String printable(String text, int width) {
    return Printable.line(text, width);
  }
}
