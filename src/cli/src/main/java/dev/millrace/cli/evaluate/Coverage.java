package dev.millrace.cli.evaluate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.console.Figures;
import dev.millrace.codec.json.MetricsRecord;
import dev.millrace.codec.json.MetricsRecord.Region;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Scores of intervals, or of sets of classes, over some keys: means weighted by their examples.
 *
 * @param size mean width, or mean number of classes
 * @param winkler mean interval score; NaN for classes
 */
record Coverage(boolean areClasses, double level, double coverage, double size, double winkler) {

  /** Returns the scores of the newest records of the keys; null if they have none. */
  static @Nullable Coverage of(Collection<MetricsRecord> newest, boolean areClasses) {
    List<MetricsRecord> keys =
        newest.stream().filter(key -> region(key, areClasses) != null).toList();
    return keys.isEmpty()
        ? null
        : new Coverage(
            areClasses,
            Objects.requireNonNull(region(keys.get(0), areClasses)).level(),
            mean(keys, areClasses, Region::coverage),
            mean(keys, areClasses, Region::extent),
            mean(keys, areClasses, Region::winkler));
  }

  private static @Nullable Region region(MetricsRecord key, boolean areClasses) {
    return areClasses ? key.total().set() : key.total().interval();
  }

  private static double mean(
      List<MetricsRecord> keys, boolean areClasses, ToDoubleFunction<Region> score) {
    return Means.of(
        keys,
        key -> score.applyAsDouble(Objects.requireNonNull(region(key, areClasses))),
        Means::weight);
  }

  /** Returns the scores in words. */
  String text() {
    String found =
        "%s of level %s: coverage %s  mean %s %s"
            .formatted(
                areClasses ? "sets of classes" : "intervals",
                level,
                Figures.score(coverage),
                areClasses ? "size" : "width",
                Figures.score(size));
    return areClasses ? found : found + "  winkler " + Figures.score(winkler);
  }

  /** Adds the scores to an object of a report. */
  void put(ObjectNode json) {
    ObjectNode scores = json.putObject(areClasses ? "set" : "interval");
    scores.put("level", level);
    scores.put("coverage", Finite.orNull(coverage));
    scores.put(areClasses ? "size" : "width", Finite.orNull(size));
    if (!areClasses) {
      scores.put("winkler", Finite.orNull(winkler));
    }
  }
}
