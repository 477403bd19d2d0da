package dev.millrace.codec.text;

import dev.millrace.data.DeadLetterReason;
import java.util.Objects;

/** Rejects a record, with the reason for the dead-letter topic. */
public final class RejectedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final DeadLetterReason reason;

  public RejectedException(DeadLetterReason reason, String message) {
    // No stack trace: rejections are frequent on a topic full of bad records.
    super(message, null, false, false);
    this.reason = reason;
  }

  public RejectedException(DeadLetterReason reason, String message, Throwable cause) {
    super(message, cause, false, false);
    this.reason = reason;
  }

  /** Returns the message, which each rejection has. */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }

  /** Returns the reason. */
  public DeadLetterReason reason() {
    return reason;
  }
}
