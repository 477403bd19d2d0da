package dev.millrace.cli.evaluate;

import dev.millrace.codec.DeadLetterEncoder;
import dev.millrace.codec.OutputRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Refused rows of a file by reason, with the first of each. Not thread-safe. */
final class DeadLetterTally {
  private final Map<String, Long> counts = new TreeMap<>();
  private final Map<String, String> first = new TreeMap<>();

  void accept(OutputRecord letter) {
    String reason = header(letter, "reason");
    counts.merge(reason, 1L, Long::sum);
    first.putIfAbsent(
        reason,
        "row %d: %s"
            .formatted(Long.parseLong(header(letter, "offset")) + 1, header(letter, "message")));
  }

  long total() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** A line for each reason. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    counts.forEach(
        (reason, count) ->
            lines.add(
                String.format(
                    Locale.ROOT, "%,d refused, %s; first %s", count, reason, first.get(reason))));
    return lines;
  }

  private static String header(OutputRecord letter, String name) {
    for (int h = 0; h < letter.headerNames().length; h++) {
      if (letter.headerNames()[h].equals(DeadLetterEncoder.PREFIX + name)) {
        return new String(letter.headerValues()[h], StandardCharsets.UTF_8);
      }
    }
    return "?";
  }
}
