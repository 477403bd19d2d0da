package dev.millrace.kafka;

/** The lease of a pipeline belongs to another job. Restarting the job does not help. */
public final class LeaseException extends Exception {
  private static final long serialVersionUID = 1L;

  LeaseException(String message) {
    super(message);
  }
}
