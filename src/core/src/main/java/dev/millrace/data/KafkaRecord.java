package dev.millrace.data;

import org.jspecify.annotations.Nullable;

/**
 * A record as it was read from a topic: nothing decoded, nothing lost.
 *
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

  /** Placeholder of an example that is not of a Kafka record, or not decoded yet. */
  public static final KafkaRecord NONE = of("", 0, 0, 0, null, null);

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
}
