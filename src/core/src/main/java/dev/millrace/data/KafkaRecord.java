package dev.millrace.data;

/**
 * A record as it was read from a topic: nothing decoded, nothing lost.
 *
 * @param key the record key, or null
 * @param value the record value, or null for a tombstone
 * @param headerNames the names of the headers, in order; a name may occur more than once
 * @param headerValues the value of each header, or null
 */
public record KafkaRecord(
    String topic,
    int partition,
    long offset,
    long timestamp,
    byte[] key,
    byte[] value,
    String[] headerNames,
    byte[][] headerValues) {

  private static final String[] NO_NAMES = {};
  private static final byte[][] NO_VALUES = {};

  /** A record without headers. */
  public static KafkaRecord of(
      String topic, int partition, long offset, long timestamp, byte[] key, byte[] value) {
    return new KafkaRecord(topic, partition, offset, timestamp, key, value, NO_NAMES, NO_VALUES);
  }
}
