package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Newest record of each key, of records in the order of their topic. Not thread-safe. */
final class NewestRecords {
  private final Map<String, Entry> newest = new LinkedHashMap<>();

  /**
   * A record.
   *
   * @param text as it is on the topic
   */
  record Entry(JsonNode record, String text) {}

  /** Replaces the older record of the same key. */
  void put(JsonNode record, String text) {
    String key = record.path("pipeline").asText() + '\n' + record.path("key").asText();
    newest.remove(key); // it moves behind those that are older now
    newest.put(key, new Entry(record, text));
  }

  /**
   * Returns the records, oldest first, and forgets them. Those of several outputs are before those
   * of each output, which they make superfluous.
   */
  List<Entry> take() {
    List<Entry> entries = new ArrayList<>(newest.values());
    newest.clear();
    entries.sort(Comparator.comparing(entry -> !MetricsRecords.isOfSeveralOutputs(entry.record())));
    return entries;
  }
}
