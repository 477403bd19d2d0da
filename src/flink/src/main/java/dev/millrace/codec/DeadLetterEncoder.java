package dev.millrace.codec;

import dev.millrace.data.DeadLetter;
import dev.millrace.data.KafkaRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Encodes a rejected record: unchanged key, value, headers and timestamp, followed by headers with
 * the reason. The names follow Kafka Connect's {@code __connect.errors} headers.
 */
public final class DeadLetterEncoder {
  /** Prefix of the names of added headers. */
  public static final String PREFIX = "__millrace.errors.";

  /** Header with the length of a value that is too large for the topic. */
  public static final String LOST_VALUE = "value.bytes";

  private static final String LOST_HEADERS = "headers.bytes";

  /** Header with the length of a key that is too large for the topic. */
  public static final String LOST_KEY = "key.bytes";

  /** All headers with such lengths. */
  public static final List<String> LOST = List.of(LOST_VALUE, LOST_HEADERS, LOST_KEY);

  // A message may quote the record; it must not double its size.
  private static final int MAX_MESSAGE = 500;

  // Upper bound of the added headers and of Kafka's own overhead.
  private static final int ADDED_BYTES = 8_192;

  // The lengths of a header's name and value, each of up to five bytes.
  private static final int BYTES_PER_HEADER = 10;

  private DeadLetterEncoder() {}

  /**
   * Returns the record for the dead-letter topic.
   *
   * @param pipeline pipeline that rejects the record: others may share both topics
   * @param maxBytes max bytes of a record on the topic; a larger record loses its value and, if
   *     necessary, its headers and its key, whose lengths are then in headers
   */
  public static OutputRecord encode(DeadLetter letter, String pipeline, int maxBytes) {
    KafkaRecord record = letter.record();
    Headers headers = headers(letter, pipeline);
    long room = (long) maxBytes - ADDED_BYTES;
    long keyBytes = length(record.key());
    long valueBytes = length(record.value());
    long headersBytes = headerBytes(record);
    boolean hasValue = keyBytes + headersBytes + valueBytes <= room;
    boolean hasHeaders = keyBytes + headersBytes <= room;
    boolean hasKey = keyBytes <= room;
    if (!hasValue) {
      headers.add(LOST_VALUE, Long.toString(valueBytes));
    }
    if (!hasHeaders) {
      headers.add(LOST_HEADERS, Long.toString(headersBytes));
    } else {
      headers.names.addAll(0, List.of(record.headerNames()));
      headers.values.addAll(0, Arrays.asList(record.headerValues()));
    }
    if (!hasKey) {
      headers.add(LOST_KEY, Long.toString(keyBytes));
    }
    return new OutputRecord(
        record.timestamp(),
        hasKey ? record.key() : null,
        hasValue ? record.value() : null,
        headers.names.toArray(String[]::new),
        headers.values.toArray(byte[][]::new));
  }

  /** Names and values of the added headers. */
  private record Headers(List<String> names, List<byte[]> values) {
    void add(String name, String value) {
      names.add(PREFIX + name);
      values.add(value.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static Headers headers(DeadLetter letter, String pipeline) {
    KafkaRecord record = letter.record();
    Headers headers = new Headers(new ArrayList<>(), new ArrayList<>());
    headers.add("reason", letter.reason().id());
    headers.add("message", shortened(letter.message()));
    headers.add("pipeline", pipeline);
    if (record.hasPlace()) {
      headers.add("topic", record.topic());
      headers.add("partition", Integer.toString(record.partition()));
      headers.add("offset", Long.toString(record.offset()));
    }
    if (letter.exceptionClass() != null) {
      headers.add("exception.class.name", letter.exceptionClass());
    }
    return headers;
  }

  private static long headerBytes(KafkaRecord record) {
    long bytes = (long) BYTES_PER_HEADER * record.headerNames().length;
    for (int h = 0; h < record.headerNames().length; h++) {
      bytes += 3L * record.headerNames()[h].length() + length(record.headerValues()[h]);
    }
    return bytes;
  }

  private static long length(byte @Nullable [] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  /** Truncates a message to some hundred characters. */
  public static String shortened(String message) {
    return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + "…";
  }
}
