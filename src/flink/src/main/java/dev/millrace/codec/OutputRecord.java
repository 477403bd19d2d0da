package dev.millrace.codec;

/**
 * A record on its way to one of the output topics.
 *
 * @param timestamp milliseconds since the epoch, event time of the data behind the record
 */
public record OutputRecord(
    long timestamp, byte[] key, byte[] value, String[] headerNames, byte[][] headerValues) {

  private static final String[] NO_NAMES = {};
  private static final byte[][] NO_VALUES = {};

  /** A record without headers. */
  public static OutputRecord of(long timestamp, byte[] key, byte[] value) {
    return new OutputRecord(timestamp, key, value, NO_NAMES, NO_VALUES);
  }
}
