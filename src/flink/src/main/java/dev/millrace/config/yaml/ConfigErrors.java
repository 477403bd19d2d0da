package dev.millrace.config.yaml;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;

/** Gathers what is wrong with one pipeline file, so that its author sees all of it at once. */
public final class ConfigErrors {
  private static final String REFERENCE = "docs/reference/pipeline.md";

  private record Problem(int line, String text) {}

  private final String file;
  private final UnaryOperator<String> pathOf;
  private final List<Problem> found = new ArrayList<>();

  /**
   * @param pathOf gives the path of an option by its name, or null if there is none of that name
   */
  public ConfigErrors(String file, UnaryOperator<String> pathOf) {
    this.file = file;
    this.pathOf = pathOf;
  }

  /** Returns the path of the option of this name, wherever it is; null if there is none. */
  public String pathOf(String name) {
    return pathOf.apply(name);
  }

  public void add(int line, String text) {
    found.add(new Problem(line, text));
  }

  /** Whether nothing was found since the collector had {@code count} problems. */
  public boolean noneSince(int count) {
    return found.size() == count;
  }

  public int count() {
    return found.size();
  }

  /** Throws what was found, in the order of the file, or returns when nothing was. */
  public void throwIfAny() {
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
