package dev.millrace.bench.streams;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;

/**
 * Improves one constant after the other: tries a larger and a smaller value, and keeps one that has
 * a better score.
 */
final class CoordinateSearch {
  private final AutoConstants constants;
  private final DoubleSupplier score;
  private final Consumer<String> log;

  /**
   * @param score of the constants as they are, more is better
   */
  CoordinateSearch(AutoConstants constants, DoubleSupplier score, Consumer<String> log) {
    this.constants = constants;
    this.score = score;
    this.log = log;
  }

  /**
   * Searches, and leaves the best values set.
   *
   * @param factor between a value and the next one, above 1; the next number of replays differs by
   *     at least 1
   * @param rounds passes over the names; fewer if one changes nothing
   * @return the best score
   */
  double run(List<String> names, double factor, int rounds) {
    double best = score.getAsDouble();
    log.accept("start: %.5f".formatted(best));
    for (int round = 0; round < rounds; round++) {
      double before = best;
      for (String name : names) {
        best = improve(name, factor, best);
      }
      if (best == before) {
        break;
      }
    }
    return best;
  }

  private double improve(String name, double factor, double best) {
    double kept = constants.get(name);
    for (double candidate : List.of(above(name, kept, factor), below(name, kept, factor))) {
      if (candidate <= 0) {
        continue;
      }
      constants.set(name, candidate);
      double found = score.getAsDouble();
      log.accept(
          "%s %s -> %s: %.5f%s"
              .formatted(name, text(kept), text(candidate), found, found > best ? ", kept" : ""));
      if (found > best) {
        return found;
      }
    }
    constants.set(name, kept);
    return best;
  }

  private double above(String name, double value, double factor) {
    return constants.isInteger(name)
        ? Math.max(value + 1, Math.rint(value * factor))
        : value * factor;
  }

  private double below(String name, double value, double factor) {
    return constants.isInteger(name)
        ? Math.min(value - 1, Math.rint(value / factor))
        : value / factor;
  }

  static String text(double value) {
    return "%.4g".formatted(value).replaceAll("(\\.\\d*?)0+$", "$1").replaceAll("\\.$", "");
  }
}
