package dev.millrace.config.yaml;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Collects the errors of a pipeline file, so that all are reported at once. */
public final class ConfigErrors {
  // More than these are those of a file that is no pipeline, or have one cause.
  private static final int MAX_SHOWN = 50;
  private static final String REFERENCE = "docs/reference/pipeline.md";

  private record ConfigError(int line, String text) {}

  private final String file;
  private final Function<String, @Nullable String> pathOf;
  private final List<ConfigError> found = new ArrayList<>();

  /**
   * @param pathOf returns the path of an option by its name, null if there is none
   */
  public ConfigErrors(String file, Function<String, @Nullable String> pathOf) {
    this.file = file;
    this.pathOf = pathOf;
  }

  /** Returns the path of the first option of this name, null if there is none. */
  public @Nullable String pathOf(String name) {
    return pathOf.apply(name);
  }

  /** Adds an error. */
  public void add(int line, String text) {
    found.add(new ConfigError(line, text));
  }

  /** Returns true if there are still {@code count} errors. */
  public boolean noneSince(int count) {
    return found.size() == count;
  }

  /** Returns the number of errors. */
  public int count() {
    return found.size();
  }

  /** Throws the errors in the order of the file, if there are any. */
  public void throwIfAny() {
    if (found.isEmpty()) {
      return;
    }
    found.sort(Comparator.comparingInt(ConfigError::line));
    List<ConfigError> shown = found.subList(0, Math.min(MAX_SHOWN, found.size()));
    int width = file.length() + 1 + Integer.toString(shown.get(shown.size() - 1).line()).length();
    List<String> lines = new ArrayList<>();
    for (ConfigError problem : shown) {
      String place = file + ":" + problem.line();
      lines.add(place + " ".repeat(width - place.length() + 2) + problem.text());
    }
    String all = found.size() == 1 ? "1 error" : found.size() + " errors";
    String count =
        shown.size() == found.size()
            ? all
            : all + ", of which the first " + MAX_SHOWN + " are shown";
    throw new InvalidPipelineException(lines, count + ". Reference: " + REFERENCE);
  }
}
