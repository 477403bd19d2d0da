package dev.millrace.cli.kafka;

import java.util.Optional;

/** A batch of records whose checksum is wrong, because the disk of a broker changed it. */
public final class DamagedBatch {
  // Kafka's consumer has no type of exception for it.
  private static final String MESSAGE = "Record is corrupt";

  private static final String REMEDY =
      "Restore the partition from a replica, or read past the batch with kafka: { check.crcs: false"
          + " } (docs/operations.md#kafka-topics).";

  private DamagedBatch() {}

  /** Returns what to do about a failure, if such a batch is the reason. */
  public static Optional<String> remedy(String failure) {
    return failure.contains(MESSAGE) ? Optional.of(REMEDY) : Optional.empty();
  }
}
