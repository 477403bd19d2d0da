package dev.millrace.cli.csv;

import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;

/** The classes that a label's values name, counted row by row. Not thread-safe. */
final class ClassCounter {
  private final DistinctCount names = new DistinctCount();
  // Of the first three: one more than two tells that there are not two.
  private final Map<String, Long> rows = new TreeMap<>();

  void see(String label) {
    String name = CsvExamples.className(label);
    names.add(name);
    if (rows.size() <= 2) {
      rows.merge(name, 1L, Long::sum);
    }
  }

  /** How many there are, to some 3 % beyond 1,023. */
  long count() {
    return names.estimate();
  }

  /** The one of fewer rows, of equally many the later by name; null if there are not two. */
  String rarerOfTwo() {
    if (rows.size() != 2) {
      return null;
    }
    Iterator<String> both = rows.keySet().iterator();
    String first = both.next();
    String last = both.next();
    return rows.get(first) < rows.get(last) ? first : last;
  }
}
