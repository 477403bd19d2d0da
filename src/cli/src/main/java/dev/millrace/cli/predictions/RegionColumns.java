package dev.millrace.cli.predictions;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.report.PredictionRegion;
import dev.millrace.report.PredictionRegion.ClassSet;
import dev.millrace.report.PredictionRegion.Interval;
import java.util.List;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Columns of intervals, or of sets of classes, in CSV lines of predictions. */
public enum RegionColumns {
  NONE("", ""),
  ENDS("low,high,", ",,"),
  CLASSES("set,", ",");

  private static final String NAME_SEPARATOR = "|";

  private final String header;
  private final String unknown;

  RegionColumns(String header, String unknown) {
    this.header = header;
    this.unknown = unknown;
  }

  /** Returns the columns of a pipeline that has intervals, or none. */
  public static RegionColumns of(boolean hasIntervals, boolean areClasses) {
    return !hasIntervals ? NONE : areClasses ? CLASSES : ENDS;
  }

  /** Returns the names of the columns, each followed by a comma. */
  public String header() {
    return header;
  }

  /** Returns the cells of a prediction without interval or set, each followed by a comma. */
  String unknown() {
    return unknown;
  }

  /** Returns the cells of a record of the predictions topic, each followed by a comma. */
  public String cells(JsonNode prediction) {
    JsonNode interval = prediction.path("interval");
    JsonNode set = prediction.path("set");
    if (this == ENDS && interval.isObject()) {
      return interval.path("low").asText() + "," + interval.path("high").asText() + ",";
    }
    if (this == CLASSES && set.isObject()) {
      return names(
          StreamSupport.stream(set.path("classes").spliterator(), false)
              .map(JsonNode::asText)
              .toList());
    }
    return unknown;
  }

  /** Returns the cells of an answer, each followed by a comma. */
  String cells(@Nullable PredictionRegion region) {
    if (this == ENDS && region instanceof Interval interval && interval.isKnown()) {
      return interval.low() + "," + interval.high() + ",";
    }
    if (this == CLASSES && region instanceof ClassSet set && set.classes() != null) {
      return names(set.classes());
    }
    return unknown;
  }

  private static String names(List<String> classes) {
    return CsvCells.quoted(String.join(NAME_SEPARATOR, classes)) + ",";
  }
}
