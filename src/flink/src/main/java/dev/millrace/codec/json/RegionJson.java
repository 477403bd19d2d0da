package dev.millrace.codec.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.report.MetricsReport.Coverage;
import dev.millrace.report.MetricsReport.CoverageBlock;
import dev.millrace.report.PredictionRegion;
import dev.millrace.report.PredictionRegion.ClassSet;
import dev.millrace.report.PredictionRegion.Interval;
import java.io.IOException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Writes intervals and sets of classes, and their scores, into an open object. */
final class RegionJson {
  private RegionJson() {}

  /**
   * Writes the field {@code interval} or {@code set}, null while it is not known, if there is one.
   */
  static void write(JsonGenerator json, @Nullable PredictionRegion region) throws IOException {
    if (region instanceof Interval interval) {
      write(json, interval);
    } else if (region instanceof ClassSet set) {
      write(json, set);
    }
  }

  private static void write(JsonGenerator json, Interval interval) throws IOException {
    if (!interval.isKnown()) {
      json.writeNullField("interval");
      return;
    }
    json.writeObjectFieldStart("interval");
    JsonLine.number(json, "level", interval.level());
    JsonLine.number(json, "low", interval.low());
    JsonLine.number(json, "high", interval.high());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, ClassSet set) throws IOException {
    if (set.classes() == null) {
      json.writeNullField("set");
      return;
    }
    json.writeObjectFieldStart("set");
    JsonLine.number(json, "level", set.level());
    json.writeArrayFieldStart("classes");
    for (String name : set.classes()) {
      json.writeString(name);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** Writes the scores of the intervals of some examples, or of their sets, if there are any. */
  static void write(
      JsonGenerator json,
      @Nullable Coverage coverage,
      Function<Coverage, CoverageBlock> examples,
      boolean areClasses)
      throws IOException {
    if (coverage == null) {
      return;
    }
    CoverageBlock block = examples.apply(coverage);
    json.writeObjectFieldStart(areClasses ? "set" : "interval");
    JsonLine.number(json, "level", coverage.level());
    JsonLine.number(json, "coverage", block.coverage());
    JsonLine.number(json, areClasses ? "size" : "width", block.size());
    if (!areClasses) {
      JsonLine.number(json, "winkler", block.winkler());
    }
    json.writeEndObject();
  }
}
