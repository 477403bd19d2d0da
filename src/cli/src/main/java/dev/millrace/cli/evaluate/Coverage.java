package dev.millrace.cli.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Scores of intervals, or of sets of classes, over some keys: means weighted by their examples.
 *
 * @param size mean width, or mean number of classes
 * @param winkler mean interval score; NaN for classes
 */
record Coverage(boolean areClasses, double level, double coverage, double size, double winkler) {

  /** Returns the scores of the newest records of the keys; null if they have none. */
  static @Nullable Coverage of(Collection<JsonNode> newest, boolean areClasses) {
    String path = areClasses ? "/total/set/" : "/total/interval/";
    JsonNode level =
        newest.stream()
            .map(key -> key.at(path + "level"))
            .filter(JsonNode::isNumber)
            .findFirst()
            .orElse(null);
    return level == null
        ? null
        : new Coverage(
            areClasses,
            level.asDouble(),
            mean(newest, path + "coverage"),
            mean(newest, path + (areClasses ? "size" : "width")),
            mean(newest, path + "winkler"));
  }

  private static double mean(Collection<JsonNode> newest, String path) {
    return FinalMetrics.mean(newest, path, "/total/weight");
  }

  /** Returns the scores in words. */
  String text() {
    String found =
        "%s of level %s: coverage %s  mean %s %s"
            .formatted(
                areClasses ? "sets of classes" : "intervals",
                level,
                SummaryTable.score(coverage),
                areClasses ? "size" : "width",
                SummaryTable.score(size));
    return areClasses ? found : found + "  winkler " + SummaryTable.score(winkler);
  }

  /** Adds the scores to an object of a report. */
  void put(ObjectNode json) {
    ObjectNode scores = json.putObject(areClasses ? "set" : "interval");
    scores.put("level", level);
    scores.put("coverage", FinalMetrics.finite(coverage));
    scores.put(areClasses ? "size" : "width", FinalMetrics.finite(size));
    if (!areClasses) {
      scores.put("winkler", FinalMetrics.finite(winkler));
    }
  }
}
