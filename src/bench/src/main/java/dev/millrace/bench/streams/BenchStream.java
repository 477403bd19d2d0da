package dev.millrace.bench.streams;

import dev.millrace.data.Task;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A stream of the comparison.
 *
 * @param what one line for the page
 */
record BenchStream(String name, Part part, String what, Source source) {

  /** The parts of the comparison. */
  enum Part {
    /** Settings may be chosen on these streams. */
    DEVELOPMENT,
    /** Settings must not be chosen on these streams. */
    REPORT
  }

  /** Returns true if a seed, 1 or more, has other rows than the one before it. */
  boolean hasNewRows(int seed) {
    return seed == 1 || source instanceof Generated;
  }

  /** Source of the rows. */
  sealed interface Source {}

  /**
   * A generator.
   *
   * @param start starts the stream with the rows of a seed: 1, 2 and so on
   */
  record Generated(Drift drift, IntFunction<SyntheticStream> start) implements Source {}

  /**
   * A file.
   *
   * @param drop columns that are no features
   * @param task null to guess it from the label
   */
  record OfFile(String file, String label, List<String> drop, @Nullable Task task)
      implements Source {}
}
