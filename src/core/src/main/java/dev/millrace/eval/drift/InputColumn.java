package dev.millrace.eval.drift;

import dev.millrace.data.FeatureSpec;
import dev.millrace.data.SizeChecks;
import dev.millrace.input.DerivedFeature;
import dev.millrace.input.DerivedFeature.Unit;
import dev.millrace.input.DerivedFeature.Window;
import dev.millrace.input.InputSpec;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A column of the input whose distribution is compared, and its places in a row of features.
 *
 * @param name of the feature; of features that are not declared, {@code input} and its index
 * @param start place of its first feature
 * @param width number of its features that are compared
 * @param values of a column of categories; empty for other kinds
 */
record InputColumn(String name, Kind kind, int start, int width, List<String> values) {
  /** What the features of a column are. */
  enum Kind {
    /** A number, compared by the quantiles of its first values. */
    NUMBER,
    /** False or true, as 0 or 1. */
    FLAG,
    /** One of the values is 1, or none of them. */
    CATEGORY,
    /** Something of which only the presence is compared. */
    PRESENCE
  }

  private static final int MAX_BINS = 1 << 17;

  /** Bins of a number, before the one of missing values. */
  static final int QUANTILES = 8;

  /** Returns the number of bins; the last one is that of missing values. */
  int bins() {
    return switch (kind) {
      case NUMBER -> QUANTILES + 1;
      case FLAG -> 3;
      case CATEGORY -> values.size() + 2; // none of the values, missing
      case PRESENCE -> 2;
    };
  }

  /**
   * Reads which column stored state is of.
   *
   * @return the equal one of the columns; else a column that is no longer compared
   */
  static InputColumn read(DataInput in, List<InputColumn> columns) throws IOException {
    String name = in.readUTF();
    Kind[] kinds = Kind.values();
    int ordinal = (int) SizeChecks.require("kind of a column", in.readByte(), 0, kinds.length - 1);
    Kind kind = kinds[ordinal];
    int bins = SizeChecks.read(in, "bins of a column", MAX_BINS, Short.BYTES);
    for (InputColumn column : columns) {
      if (column.name.equals(name) && column.kind == kind && column.bins() == bins) {
        return column;
      }
    }
    List<String> values = Collections.nCopies(Math.max(0, bins - 2), "");
    InputColumn unknown = new InputColumn(name, kind, 0, 0, values);
    SizeChecks.require("bins of a column", bins, unknown.bins());
    return unknown;
  }

  /** Writes which column this is. */
  void write(DataOutput out) throws IOException {
    out.writeUTF(name);
    out.writeByte(kind.ordinal());
    out.writeInt(bins());
  }

  /**
   * Returns the columns of an input, without times: those move on all day.
   *
   * @param inputs number of features of a row
   */
  static List<InputColumn> of(InputSpec input, int inputs) {
    List<InputColumn> columns = new ArrayList<>();
    int start = 0;
    for (FeatureSpec feature : input.features()) {
      int width = feature.nullable() ? feature.width() - 1 : feature.width();
      String name = feature.name();
      switch (feature.type()) {
        case NUMERIC -> columns.add(new InputColumn(name, Kind.NUMBER, start, 1, List.of()));
        case BOOLEAN -> columns.add(new InputColumn(name, Kind.FLAG, start, 1, List.of()));
        case ONE_HOT ->
            columns.add(new InputColumn(name, Kind.CATEGORY, start, width, feature.values()));
        case HASH, ID, SET, TEXT, SPARSE ->
            columns.add(new InputColumn(name, Kind.PRESENCE, start, 1, List.of()));
        case TIME -> {}
      }
      start += feature.width();
    }
    int derivedAt = inputs - input.slots();
    if (input.features().isEmpty()) {
      for (int i = 0; i < derivedAt; i++) {
        columns.add(new InputColumn("input " + i, Kind.NUMBER, i, 1, List.of()));
      }
    }
    Set<String> growing = growing(input);
    for (String name : input.slotNames()) {
      if (!growing.contains(name)) {
        columns.add(new InputColumn(name, Kind.NUMBER, derivedAt, 1, List.of()));
      }
      derivedAt++;
    }
    return List.copyOf(columns);
  }

  /** Returns the derived features that grow with every record, and so always change. */
  private static Set<String> growing(InputSpec input) {
    Set<String> names = new HashSet<>();
    for (DerivedFeature feature : input.derived()) {
      if (feature.computation() instanceof Window window && window.unit() == Unit.ALL) {
        for (int f = 0; f < feature.width(); f++) {
          switch (window.functions().get(f)) {
            case COUNT, SUM, DISTINCT -> names.add(feature.names().get(f));
            case MEAN, MIN, MAX, STD, RATE -> {}
          }
        }
      }
    }
    return names;
  }
}
