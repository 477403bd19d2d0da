package dev.millrace.chaos;

/**
 * A fault has not struck, or not as it was meant to: nothing is known of what it would have done.
 */
final class InconclusiveError extends AssertionError {
  private static final long serialVersionUID = 1L;

  InconclusiveError(String message) {
    super("inconclusive: " + message);
  }
}
