package dev.millrace.codec;

import dev.millrace.data.DeadLetterReason;

/** What cannot become an example, with the reason that goes to the dead-letter topic. */
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final DeadLetterReason reason;

  public RefusedException(DeadLetterReason reason, String message) {
    // No stack trace: a refusal is data, and a topic full of bad records must not slow the job.
    super(message, null, false, false);
    this.reason = reason;
  }

  RefusedException(DeadLetterReason reason, String message, Throwable cause) {
    super(message, cause, false, false);
    this.reason = reason;
  }

  /** Why. */
  public DeadLetterReason reason() {
    return reason;
  }
}
