package dev.millrace.cli.evaluate;

import dev.millrace.codec.DeadLetterEncoder;
import dev.millrace.codec.OutputRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts rejected rows of a file by reason, with the first row of each. Not thread-safe. */
final class DeadLetterCounts {
  private final Map<String, Long> counts = new TreeMap<>();
  private final Map<String, String> first = new TreeMap<>();

  void accept(OutputRecord deadLetter) {
    String reason = header(deadLetter, "reason");
    counts.merge(reason, 1L, Long::sum);
    first.putIfAbsent(
        reason,
        "row %d: %s"
            .formatted(
                Long.parseLong(header(deadLetter, "offset")) + 1, header(deadLetter, "message")));
  }

  long total() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Returns a line for each reason. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    counts.forEach(
        (reason, count) ->
            lines.add("%,d rejected, %s; first %s".formatted(count, reason, first.get(reason))));
    return lines;
  }

  private static String header(OutputRecord deadLetter, String name) {
    for (int h = 0; h < deadLetter.headerNames().length; h++) {
      if (deadLetter.headerNames()[h].equals(DeadLetterEncoder.PREFIX + name)) {
        return new String(deadLetter.headerValues()[h], StandardCharsets.UTF_8);
      }
    }
    return "?";
  }
}
