package dev.millrace.cli.deadletters;

import dev.millrace.codec.DeadLetterEncoder;
import dev.millrace.config.Settings;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Record of the dead-letter topic: a rejected record, byte for byte, and the reason.
 *
 * @param stored as it is on the dead-letter topic
 * @param reason such as {@code invalid-feature}
 * @param message explains the reason
 * @param pipeline whose job rejected it; empty if unknown
 * @param topic that it came from
 * @param partition of that topic, and its offset there
 */
public record DeadLetterRecord(
    ConsumerRecord<byte[], byte[]> stored,
    String reason,
    String message,
    String pipeline,
    String topic,
    int partition,
    long offset) {

  /** Reads a dead letter of the job; returns null if the record is something else. */
  static @Nullable DeadLetterRecord of(ConsumerRecord<byte[], byte[]> stored) {
    String reason = header(stored, "reason");
    String topic = header(stored, "topic");
    if (reason.isEmpty() || topic.isEmpty()) {
      return null;
    }
    try {
      return new DeadLetterRecord(
          stored,
          reason,
          header(stored, "message"),
          header(stored, "pipeline"),
          topic,
          Integer.parseInt(header(stored, "partition")),
          Long.parseLong(header(stored, "offset")));
    } catch (NumberFormatException e) {
      return null; // anyone may write headers
    }
  }

  /** Returns a header that the job added, empty if it is absent. */
  public static String header(ConsumerRecord<byte[], byte[]> stored, String name) {
    Header header = stored.headers().lastHeader(DeadLetterEncoder.PREFIX + name);
    return header == null || header.value() == null
        ? ""
        : new String(header.value(), StandardCharsets.UTF_8);
  }

  /** Returns the original headers of the record. */
  List<Header> headers() {
    return StreamSupport.stream(stored.headers().spliterator(), false)
        .filter(header -> !header.key().startsWith(DeadLetterEncoder.PREFIX))
        .toList();
  }

  /** Returns true if a part was too large for the dead-letter topic. */
  boolean isIncomplete() {
    return DeadLetterEncoder.LOST.stream().anyMatch(name -> !header(stored, name).isEmpty());
  }

  /** Returns true if the job of a pipeline may have rejected it. */
  boolean isOf(Settings settings) {
    return (pipeline.isEmpty() || pipeline.equals(settings.pipeline()))
        && (settings.input().topics().contains(topic)
            || topic.equals(settings.output().commands()));
  }

  /** Returns the original position, such as {@code payments-0:1234}. */
  String place() {
    return topic + "-" + partition + ":" + offset;
  }
}
