package dev.millrace.cli.predictions;

import dev.millrace.cli.predictions.PredictionRecord.Outcome;
import dev.millrace.report.PredictionRegion;
import dev.millrace.report.PredictionRegion.ClassSet;
import dev.millrace.report.PredictionRegion.Interval;
import java.util.List;
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
  String cells(Outcome prediction) {
    return switch (this) {
      case NONE -> "";
      case ENDS -> CsvCells.text(prediction.low()) + "," + CsvCells.text(prediction.high()) + ",";
      case CLASSES -> names(prediction.set());
    };
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
