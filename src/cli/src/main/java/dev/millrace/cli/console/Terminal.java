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

/** What the command writes to: a terminal, or a file or pipe. */
public final class Terminal {
  private Terminal() {}

  /**
   * Whether standard error is a terminal that can redraw a line. A launcher that filters standard
   * error through a pipe says what is behind it with {@code -Dmillrace.stderr.terminal=true|false}.
   */
  static boolean errIsInteractive() {
    return isInteractive("millrace.stderr.terminal", 2);
  }

  private static boolean isInteractive(String property, int descriptor) {
    if ("dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    String told = System.getProperty(property);
    if (told != null) {
      return Boolean.parseBoolean(told);
    }
    // System.console() looks at standard input and output only; /proc knows each descriptor.
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

  // From Java 22 on there is a console even where input and output are files; it knows. The check
  // would have the comparison gone that Java 17 needs.
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

  /** Whether standard output is a terminal on which lines can be redrawn. */
  public static boolean outIsInteractive() {
    return isInteractive("millrace.stdout.terminal", 1);
  }

  /**
   * The size of the terminal, or 80 columns of 24 lines where it cannot be asked.
   *
   * @throws InterruptedException if the thread is told to end meanwhile
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
      return Size.USUAL;
    }
  }

  /** Lines and columns of a terminal. */
  public record Size(int lines, int columns) {
    public static final Size USUAL = new Size(24, 80);
    private static final Pattern ANSWER = Pattern.compile("([1-9]\\d{0,3}) ([1-9]\\d{0,3})\\s*");

    /** What {@code stty size} says. */
    public static Size of(String answer) {
      Matcher numbers = ANSWER.matcher(answer);
      return numbers.matches()
          ? new Size(Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2)))
          : USUAL;
    }
  }

  /** Whether colour is welcome (see no-color.org). */
  static boolean hasColor() {
    String noColor = System.getenv("NO_COLOR");
    return noColor == null || noColor.isEmpty();
  }

  /** As {@link Printable#json}. */
  public static String printableJson(String json) {
    return Printable.json(json);
  }

  /** As {@link Printable#line}. */
  public static String printable(String text, int width) {
    return Printable.line(text, width);
  }
}
