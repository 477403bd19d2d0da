package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.csv.DistinctCount;
import dev.millrace.codec.json.MetricsRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Newest record of each key, of records in the order of their topic. The oldest leave when there
 * are too many, or their texts are too long. Not thread-safe.
 */
final class NewestRecords {
  static final int MAX_KEYS = 1_000;
  private static final long MAX_CHARS = 64L << 20;
  private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Map<String, Entry> newest = new LinkedHashMap<>();
  private final DistinctCount keys = new DistinctCount();
  private final LongSupplier nanos;
  private long reportedNanos;
  private long chars;

  /** Text of a record as it is on the topic. */
  private record Entry(String text, boolean isOfSeveralOutputs) {}

  NewestRecords(LongSupplier nanos) {
    this.nanos = nanos;
    reportedNanos = nanos.getAsLong();
  }

  /** Replaces the older record of the same key. */
  void put(JsonNode json, String text) {
    MetricsRecord record = MetricsRecord.of(json);
    String key = record.pipeline() + '\n' + record.key();
    keys.add(key);
    Entry older = newest.remove(key); // the newer one moves behind those that are older now
    chars += text.length() - (older == null ? 0 : older.text().length());
    newest.put(key, new Entry(text, record.isOfSeveralOutputs()));
    Iterator<Entry> oldest = newest.values().iterator();
    while (newest.size() > MAX_KEYS || (chars > MAX_CHARS && newest.size() > 1)) {
      chars -= oldest.next().text().length();
      oldest.remove();
    }
  }

  /**
   * Returns the number of keys whose records are not held, with the error of {@link DistinctCount}.
   */
  long omitted() {
    return Math.max(0, keys.estimate() - newest.size());
  }

  /** Returns the progress of reading the topic, every 5 s. */
  Optional<String> progress(long remaining) {
    long now = nanos.getAsLong();
    if (remaining < 0 || now - reportedNanos < REPORT_NANOS) {
      return Optional.empty();
    }
    reportedNanos = now;
    return Optional.of("Reading the topic: %,d records remain.".formatted(remaining));
  }

  /**
   * Returns the texts of the records, oldest first. Those of several outputs are before those of
   * each output, which they make superfluous.
   */
  List<String> texts() {
    List<Entry> entries = new ArrayList<>(newest.values());
    entries.sort(Comparator.comparing(entry -> !entry.isOfSeveralOutputs()));
    return entries.stream().map(Entry::text).toList();
  }
}
