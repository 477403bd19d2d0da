package dev.millrace.cli.console;

import picocli.CommandLine.ExitCode;

/** A failure that the user can act on: one or two lines for standard error, and the exit code. */
public final class CliError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;
  private final String failure;
  private final String remedy;

  /** A command that failed (exit code 1). */
  public CliError(String message) {
    this(message, ExitCode.SOFTWARE);
  }

  public CliError(String message, int exitCode) {
    super(message);
    this.exitCode = exitCode;
    this.failure = message;
    this.remedy = null;
  }

  /** A command that failed (exit code 1) because of {@code cause}, shown with {@code --debug}. */
  public CliError(String message, Throwable cause) {
    super(message, cause);
    this.exitCode = ExitCode.SOFTWARE;
    this.failure = message;
    this.remedy = null;
  }

  /** A command that failed (exit code 1), and the way out in a sentence of its own. */
  public CliError(String failure, String remedy, Throwable cause) {
    super(failure + " " + remedy, cause);
    this.exitCode = ExitCode.SOFTWARE;
    this.failure = failure;
    this.remedy = remedy;
  }

  /** Wrong usage or configuration (exit code 2). */
  public static CliError usage(String message) {
    return new CliError(message, ExitCode.USAGE);
  }

  public int exitCode() {
    return exitCode;
  }

  /** The message without the way out, where that stands apart. */
  public String failure() {
    return failure;
  }

  /** The way out, or null where it is part of the message. */
  public String remedy() {
    return remedy;
  }
}
