package dev.millrace.codec;

import dev.millrace.data.DeadLetterReason;

/** A record that cannot become an example; carries the reason to the dead-letter topic. */
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final DeadLetterReason reason;

  RefusedException(DeadLetterReason reason, String message) {
    // No stack trace: a refusal is data, and a topic full of bad records must not slow the job.
    super(message, null, false, false);
    this.reason = reason;
  }

  RefusedException(DeadLetterReason reason, String message, Throwable cause) {
    super(message, cause, false, false);
    this.reason = reason;
  }

  DeadLetterReason reason() {
    return reason;
  }
}
