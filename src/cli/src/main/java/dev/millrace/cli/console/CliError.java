package dev.millrace.cli.console;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ExitCode;

/** A failure for the user: one or two lines for standard error, and the exit code. */
public final class CliError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;
  private final String failure;
  private final @Nullable String remedy;

  private CliError(
      int exitCode, String failure, @Nullable String remedy, @Nullable Throwable cause) {
    super(remedy == null ? failure : failure + " " + remedy, cause);
    this.exitCode = exitCode;
    this.failure = failure;
    this.remedy = remedy;
  }

  /** Creates an error with exit code 1. */
  public CliError(String message) {
    this(ExitCode.SOFTWARE, message, null, null);
  }

  public CliError(String message, int exitCode) {
    this(exitCode, message, null, null);
  }

  /** Creates an error with exit code 1; {@code --debug} prints the cause. */
  public CliError(String message, @Nullable Throwable cause) {
    this(ExitCode.SOFTWARE, message, null, cause);
  }

  /** Creates an error with exit code 1 and a remedy, a separate sentence. */
  public CliError(String failure, String remedy, @Nullable Throwable cause) {
    this(ExitCode.SOFTWARE, failure, remedy, cause);
  }

  /** Creates an error of usage or configuration (exit code 2). */
  public static CliError usage(String message) {
    return new CliError(message, ExitCode.USAGE);
  }

  /** Creates an error of usage or configuration with a remedy, a separate sentence. */
  public static CliError usage(String failure, String remedy) {
    return new CliError(ExitCode.USAGE, failure, remedy, null);
  }

  public int exitCode() {
    return exitCode;
  }

  /** Returns the message without the remedy. */
  public String failure() {
    return failure;
  }

  /** Returns the remedy; null if the message has it. */
  public @Nullable String remedy() {
    return remedy;
  }
}
