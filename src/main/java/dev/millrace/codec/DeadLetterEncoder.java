package dev.millrace.codec;

import dev.millrace.data.DeadLetter;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.OutputRecord;
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

  // A message may quote the record; it must not double its size.
  private static final int MOST_MESSAGE = 500;

  // Generous for the headers that are added, and for Kafka's own overhead.
  private static final int ADDED_BYTES = 8_192;

  private DeadLetterEncoder() {}

  /**
   * The record for the dead-letter topic.
   *
   * @param mostBytes that the topic takes; a larger record goes without its value, whose length is
   *     then in a header, and its topic, partition and offset say where it is
   */
  public static OutputRecord encode(DeadLetter letter, int mostBytes) {
    KafkaRecord record = letter.record();
    List<String> names = new ArrayList<>(List.of(record.headerNames()));
    List<byte[]> values = new ArrayList<>(Arrays.asList(record.headerValues()));
    BiConsumer<String, String> header =
        (name, value) -> {
          names.add(PREFIX + name);
          values.add(value.getBytes(StandardCharsets.UTF_8));
        };
    header.accept("reason", letter.reason().id());
    header.accept("message", shortened(letter.message()));
    header.accept("topic", record.topic());
    header.accept("partition", Integer.toString(record.partition()));
    header.accept("offset", Long.toString(record.offset()));
    if (letter.exceptionClass() != null) {
      header.accept("exception.class.name", letter.exceptionClass());
    }
    byte[] value = record.value();
    if (bytes(record) > mostBytes - ADDED_BYTES) {
      header.accept("value.bytes", Integer.toString(value == null ? 0 : value.length));
      value = null;
    }
    return new OutputRecord(
        record.timestamp(),
        record.key(),
        value,
        names.toArray(String[]::new),
        values.toArray(byte[][]::new));
  }

  private static long bytes(KafkaRecord record) {
    long bytes = length(record.key()) + length(record.value());
    for (int h = 0; h < record.headerNames().length; h++) {
      bytes += 3L * record.headerNames()[h].length() + length(record.headerValues()[h]);
    }
    return bytes;
  }

  private static long length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  private static String shortened(String message) {
    return message.length() <= MOST_MESSAGE ? message : message.substring(0, MOST_MESSAGE) + "…";
  }
}
