package dev.millrace.cli.dashboard;

import dev.millrace.cli.deadletters.DeadLetterRecord;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Counts dead letters by reason and holds the last one of each. Thread-safe. */
final class DashboardDeadLetters {
  // Anyone may write headers; the job's own reasons are fewer.
  private static final int MAX_REASONS = 100;
  private static final int MAX_CHARACTERS = 600;

  /** Last record of a reason, as the page shows it. */
  record Last(String message, String topic, String partition, String offset, long time) {}

  /** Records of one reason. */
  record Reason(String reason, long count, Last last) {}

  private final Map<String, Reason> reasons = new TreeMap<>();
  private long total;

  /**
   * Counts a record of the dead-letter topic.
   *
   * @param topics whose rejected records are counted; null for any
   * @return false if it is no such dead letter
   */
  synchronized boolean add(
      ConsumerRecord<byte[], byte[]> deadLetter, @Nullable Set<String> topics) {
    String name = header(deadLetter, "reason");
    String topic = header(deadLetter, "topic");
    Reason known = reasons.get(name);
    if (name.isEmpty()
        || (known == null && reasons.size() == MAX_REASONS)
        || (topics != null && !topics.contains(topic))) {
      return false;
    }
    Last last =
        new Last(
            header(deadLetter, "message"),
            topic,
            header(deadLetter, "partition"),
            header(deadLetter, "offset"),
            deadLetter.timestamp());
    reasons.put(name, new Reason(name, known == null ? 1 : known.count() + 1, last));
    total++;
    return true;
  }

  private static String header(ConsumerRecord<byte[], byte[]> deadLetter, String name) {
    String text = DeadLetterRecord.header(deadLetter, name);
    return text.length() <= MAX_CHARACTERS ? text : text.substring(0, MAX_CHARACTERS);
  }

  synchronized long total() {
    return total;
  }

  /** Returns the reasons, the most frequent first. */
  synchronized List<Reason> byReason() {
    return reasons.values().stream()
        .sorted(Comparator.comparingLong(Reason::count).reversed())
        .toList();
  }
}
