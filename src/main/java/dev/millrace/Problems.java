package dev.millrace;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Gathers what is wrong with one pipeline file, so that its author sees all of it at once. */
final class Problems {
  private static final String REFERENCE = "docs/reference/pipeline.md";

  private record Problem(int line, String text) {}

  private final String file;
  private final List<Problem> found = new ArrayList<>();

  Problems(String file) {
    this.file = file;
  }

  void add(int line, String text) {
    found.add(new Problem(line, text));
  }

  /** Whether nothing was found since the collector had {@code count} problems. */
  boolean noneSince(int count) {
    return found.size() == count;
  }

  int count() {
    return found.size();
  }

  /** Throws what was found, in the order of the file, or returns when nothing was. */
  void throwIfAny() {
    if (found.isEmpty()) {
      return;
    }
    found.sort(Comparator.comparingInt(Problem::line));
    int width = file.length() + 1 + Integer.toString(found.get(found.size() - 1).line()).length();
    List<String> lines = new ArrayList<>();
    for (Problem problem : found) {
      String place = file + ":" + problem.line();
      lines.add(place + " ".repeat(width - place.length() + 2) + problem.text());
    }
    String count = found.size() == 1 ? "1 error" : found.size() + " errors";
    throw new InvalidPipelineException(lines, count + ". Reference: " + REFERENCE);
  }
}
