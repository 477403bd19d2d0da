package dev.millrace.codec;

import dev.millrace.data.DeadLetter;
import dev.millrace.data.KafkaRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Puts a refused record on its way: key, value, headers and timestamp as they came, and behind them
 * headers that say why. The names follow Kafka Connect's {@code __connect.errors} headers.
 */
public final class DeadLetterEncoder {
  /** What the name of each added header starts with. */
  public static final String PREFIX = "__millrace.errors.";

  /** The added header with the length of a value that the topic had no room for. */
  public static final String LOST_VALUE = "value.bytes";

  private static final String LOST_HEADERS = "headers.bytes";

  /** That of a key. */
  public static final String LOST_KEY = "key.bytes";

  /** All headers of that kind. */
  public static final List<String> LOST = List.of(LOST_VALUE, LOST_HEADERS, LOST_KEY);

  // A message may quote the record; it must not double its size.
  private static final int MAX_MESSAGE = 500;

  // Generous for the headers that are added, and for Kafka's own overhead.
  private static final int ADDED_BYTES = 8_192;

  // The lengths of a header's name and value, each of up to five bytes.
  private static final int BYTES_PER_HEADER = 10;

  private DeadLetterEncoder() {}

  /**
   * The record for the dead-letter topic.
   *
   * @param pipeline whose job refuses the record: others may share both topics
   * @param maxBytes that the topic takes; a larger record goes without its value, and if need be
   *     without its headers and its key, whose lengths are then in headers, and its topic,
   *     partition and offset say where it is
   */
  public static OutputRecord encode(DeadLetter letter, String pipeline, int maxBytes) {
    KafkaRecord record = letter.record();
    List<String> names = new ArrayList<>();
    List<byte[]> values = new ArrayList<>();
    BiConsumer<String, String> header =
        (name, value) -> {
          names.add(PREFIX + name);
          values.add(value.getBytes(StandardCharsets.UTF_8));
        };
    header.accept("reason", letter.reason().id());
    header.accept("message", shortened(letter.message()));
    header.accept("pipeline", pipeline);
    header.accept("topic", record.topic());
    header.accept("partition", Integer.toString(record.partition()));
    header.accept("offset", Long.toString(record.offset()));
    if (letter.exceptionClass() != null) {
      header.accept("exception.class.name", letter.exceptionClass());
    }
    long room = (long) maxBytes - ADDED_BYTES;
    long ofKey = length(record.key());
    long ofValue = length(record.value());
    long ofHeaders = headerBytes(record);
    boolean hasValue = ofKey + ofHeaders + ofValue <= room;
    boolean hasHeaders = ofKey + ofHeaders <= room;
    boolean hasKey = ofKey <= room;
    if (!hasValue) {
      header.accept(LOST_VALUE, Long.toString(ofValue));
    }
    if (!hasHeaders) {
      header.accept(LOST_HEADERS, Long.toString(ofHeaders));
    } else {
      names.addAll(0, List.of(record.headerNames()));
      values.addAll(0, Arrays.asList(record.headerValues()));
    }
    if (!hasKey) {
      header.accept(LOST_KEY, Long.toString(ofKey));
    }
    return new OutputRecord(
        record.timestamp(),
        hasKey ? record.key() : null,
        hasValue ? record.value() : null,
        names.toArray(String[]::new),
        values.toArray(byte[][]::new));
  }

  private static long headerBytes(KafkaRecord record) {
    long bytes = (long) BYTES_PER_HEADER * record.headerNames().length;
    for (int h = 0; h < record.headerNames().length; h++) {
      bytes += 3L * record.headerNames()[h].length() + length(record.headerValues()[h]);
    }
    return bytes;
  }

  private static long length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  /** A message of at most some hundred characters. */
  public static String shortened(String message) {
    return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + "…";
  }
}
