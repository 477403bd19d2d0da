package dev.millrace.codec;

import dev.millrace.data.DeadLetter;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.OutputRecord;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Puts a refused record on its way: key, value, headers and timestamp as they came, and behind them
 * headers that say why. The names follow Kafka Connect's {@code __connect.errors} headers.
 */
public final class DeadLetterEncoder {
  /** What the name of each added header starts with. */
  public static final String PREFIX = "__millrace.errors.";

  private DeadLetterEncoder() {}

  /** The record for the dead-letter topic. */
  public static OutputRecord encode(DeadLetter letter) {
    KafkaRecord record = letter.record();
    String[][] added = {
      {"reason", letter.reason().id()},
      {"message", letter.message()},
      {"topic", record.topic()},
      {"partition", Integer.toString(record.partition())},
      {"offset", Long.toString(record.offset())},
      {"exception.class.name", letter.exceptionClass()},
    };
    int kept = record.headerNames().length;
    int count = letter.exceptionClass() == null ? added.length - 1 : added.length;
    String[] names = Arrays.copyOf(record.headerNames(), kept + count);
    byte[][] values = Arrays.copyOf(record.headerValues(), kept + count);
    for (int h = 0; h < count; h++) {
      names[kept + h] = PREFIX + added[h][0];
      values[kept + h] = added[h][1].getBytes(StandardCharsets.UTF_8);
    }
    return new OutputRecord(record.timestamp(), record.key(), record.value(), names, values);
  }
}
