package dev.millrace.cli.dashboard;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.cli.deadletters.DeadLetterRecord;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** How many records were refused for each reason, with the last of each. Thread-safe. */
final class DashboardDeadLetters {
  // Anybody may write headers; the job's own reasons are fewer.
  private static final int MAX_REASONS = 100;
  private static final int MAX_CHARACTERS = 600;

  /** What is shown of the last record of a reason. */
  private record Last(String message, String topic, String partition, String offset, long time) {}

  private static final class Reason {
    private long count;
    private Last last;
  }

  private final Map<String, Reason> reasons = new TreeMap<>();
  private long total;

  /**
   * Counts a record of the dead-letter topic.
   *
   * @param topics of the pipeline, of whose records the letters are; null for any
   * @return whether it was one
   */
  synchronized boolean add(ConsumerRecord<byte[], byte[]> letter, Set<String> topics) {
    String name = header(letter, "reason");
    String topic = header(letter, "topic");
    boolean isKnown = reasons.containsKey(name);
    if (name.isEmpty()
        || (!isKnown && reasons.size() == MAX_REASONS)
        || (topics != null && !topics.contains(topic))) {
      return false;
    }
    Reason reason = reasons.computeIfAbsent(name, key -> new Reason());
    reason.count++;
    reason.last =
        new Last(
            header(letter, "message"),
            topic,
            header(letter, "partition"),
            header(letter, "offset"),
            letter.timestamp());
    total++;
    return true;
  }

  private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
    String text = DeadLetterRecord.header(letter, name);
    return text.length() <= MAX_CHARACTERS ? text : text.substring(0, MAX_CHARACTERS);
  }

  synchronized void writeOverview(JsonGenerator out) throws IOException {
    out.writeNumberField("dead_letters", total);
  }

  /** Writes all reasons, the most frequent first. */
  synchronized void write(JsonGenerator out) throws IOException {
    out.writeNumberField("count", total);
    out.writeArrayFieldStart("reasons");
    for (Map.Entry<String, Reason> entry : mostFrequentFirst()) {
      Reason reason = entry.getValue();
      out.writeStartObject();
      out.writeStringField("reason", entry.getKey());
      out.writeNumberField("count", reason.count);
      out.writeObjectFieldStart("last");
      out.writeStringField("message", reason.last.message());
      out.writeStringField("topic", reason.last.topic());
      out.writeStringField("partition", reason.last.partition());
      out.writeStringField("offset", reason.last.offset());
      out.writeNumberField("time", reason.last.time());
      out.writeEndObject();
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private List<Map.Entry<String, Reason>> mostFrequentFirst() {
    Comparator<Map.Entry<String, Reason>> byCount =
        Comparator.comparingLong(entry -> entry.getValue().count);
    return reasons.entrySet().stream().sorted(byCount.reversed()).toList();
  }
}
