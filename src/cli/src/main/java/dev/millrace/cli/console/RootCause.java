package dev.millrace.cli.console;

/** Innermost cause of a failure. */
public final class RootCause {
  private RootCause() {}

  /** Returns the first line of the message of the innermost cause. */
  public static String message(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return message.lines().findFirst().orElse(cause.toString());
  }
}
