package dev.millrace.data;

import org.jspecify.annotations.Nullable;

/**
 * A record as it was read from a topic: nothing decoded, nothing lost. An example that did not come
 * from a topic has one without place, {@link #none}.
 *
 * @param partition below 0 without place
 * @param timestamp milliseconds since the epoch; below 0 if the record has none
 * @param value null for a tombstone
 * @param headerNames names of the headers, in order; a name may occur more than once
 * @param headerValues value of each header, each may be null
 */
@PublicApi
public record KafkaRecord(
    String topic,
    int partition,
    long offset,
    long timestamp,
    byte @Nullable [] key,
    byte @Nullable [] value,
    String[] headerNames,
    byte[] @Nullable [] headerValues) {

  private static final String[] NO_NAMES = {};
  private static final byte[][] NO_VALUES = {};

  private static final int NO_PLACE = -1;

  /** The timestamp of a record that has none. */
  public static final long NO_TIMESTAMP = -1;

  /** Placeholder of an example that came without record and timestamp. */
  public static final KafkaRecord NONE = none(NO_TIMESTAMP, null, null);

  /**
   * Returns what stands for the record of an example that did not come from a topic.
   *
   * @param timestamp milliseconds since the epoch; below 0 if there is none
   * @param key of a dead letter
   * @param value of a dead letter
   */
  public static KafkaRecord none(long timestamp, byte @Nullable [] key, byte @Nullable [] value) {
    return of("", NO_PLACE, NO_PLACE, timestamp, key, value);
  }

  /** Returns a record without headers. */
  public static KafkaRecord of(
      String topic,
      int partition,
      long offset,
      long timestamp,
      byte @Nullable [] key,
      byte @Nullable [] value) {
    return new KafkaRecord(topic, partition, offset, timestamp, key, value, NO_NAMES, NO_VALUES);
  }

  /** Returns the same with one header instead of its own. */
  public KafkaRecord withHeader(String name, byte[] headerValue) {
    return new KafkaRecord(
        topic,
        partition,
        offset,
        timestamp,
        key,
        value,
        new String[] {name},
        new byte[][] {headerValue});
  }

  /**
   * Returns the time that windows of time go by: the event time, but not later than the record's
   * timestamp, if it has one.
   */
  static long windowTime(long eventTime, long timestamp) {
    return timestamp < 0 ? eventTime : Math.min(eventTime, timestamp);
  }

  /** Returns true if the record lies in a partition of a topic. */
  public boolean hasPlace() {
    return partition >= 0;
  }
}
