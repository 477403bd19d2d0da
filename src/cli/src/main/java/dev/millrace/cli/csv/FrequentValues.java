package dev.millrace.cli.csv;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts each of up to 100 distinct texts. Not thread-safe. */
final class FrequentValues {
  private static final int MAX = 100;

  // Null once there are more.
  private @Nullable Map<String, Long> counts = new HashMap<>();

  void add(String text) {
    if (counts != null) {
      counts.merge(text, 1L, Long::sum);
      if (counts.size() > MAX) {
        counts = null;
      }
    }
  }

  /** Returns the texts with their counts, most frequent first; none if there are too many. */
  List<Map.Entry<String, Long>> sorted() {
    List<Map.Entry<String, Long>> sorted =
        new ArrayList<>(counts == null ? List.of() : counts.entrySet());
    sorted.sort(
        Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
            .thenComparing(Map.Entry.comparingByKey()));
    return sorted;
  }
}
