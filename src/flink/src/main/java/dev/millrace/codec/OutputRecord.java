package dev.millrace.codec;

import org.jspecify.annotations.Nullable;

/**
 * A record for an output topic.
 *
 * @param timestamp event time in milliseconds since the epoch
 * @param value null for a tombstone
 */
public record OutputRecord(
    long timestamp,
    byte @Nullable [] key,
    byte @Nullable [] value,
    String[] headerNames,
    byte[][] headerValues) {

  private static final String[] NO_NAMES = {};
  private static final byte[][] NO_VALUES = {};

  /** Returns a record without headers. */
  public static OutputRecord of(long timestamp, byte[] key, byte[] value) {
    return new OutputRecord(timestamp, key, value, NO_NAMES, NO_VALUES);
  }
}
