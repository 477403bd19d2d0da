package dev.millrace.cli.console;

/** What is at the bottom of a failure. */
public final class RootCause {
  private RootCause() {}

  /** The first line of what the innermost cause says. */
  public static String message(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return message.lines().findFirst().orElse(cause.toString());
  }
}
