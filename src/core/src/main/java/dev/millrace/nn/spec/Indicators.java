package dev.millrace.nn.spec;

import dev.millrace.data.FeatureSpec;
import dev.millrace.data.PublicApi;
import dev.millrace.data.SizeChecks;
import dev.millrace.input.IdColumns;
import dev.millrace.input.InputSpec;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Features that are 0 or 1 by definition: one-hot and hashed values, booleans, and marks of missing
 * values. Normalization does not scale them, because a rare 1 would become a far outlier and a 0
 * would no longer be neutral. They know the places of {@link #ids} too, which are no numbers at
 * all, and of {@link #expertColumns experts}. Indicators are equal if their columns, ids and
 * experts are.
 */
@PublicApi
public final class Indicators implements Serializable {
  private static final long serialVersionUID = 1L;

  /** No feature is an indicator. */
  public static final Indicators NONE =
      new Indicators(new BitSet(), true, IdColumns.NONE, new BitSet());

  /**
   * No feature is declared: the first example of a key, or its stored model, decides which are
   * indicators.
   */
  public static final Indicators UNDECLARED =
      new Indicators(new BitSet(), false, IdColumns.NONE, new BitSet());

  private static final int MAX_RANGES = 10;

  private final BitSet columns;
  private final boolean declared;
  private final IdColumns ids;
  private final BitSet experts;

  private Indicators(BitSet columns, boolean declared, IdColumns ids, BitSet experts) {
    this.columns = columns;
    this.declared = declared;
    this.ids = ids;
    this.experts = experts;
  }

  /** Creates indicators from the columns that are set. */
  public static Indicators of(BitSet columns) {
    return columns.isEmpty()
        ? NONE
        : new Indicators((BitSet) columns.clone(), true, IdColumns.NONE, new BitSet());
  }

  /**
   * Creates indicators of the declared features of an input, by their place among the numbers;
   * returns {@link #UNDECLARED} if no feature is declared.
   */
  public static Indicators of(InputSpec input) {
    if (!input.hasFeatures()) {
      return UNDECLARED;
    }
    BitSet columns = new BitSet();
    int start = 0;
    for (FeatureSpec feature : input.features()) {
      int end = start + feature.width();
      switch (feature.type()) {
        case BOOLEAN, ONE_HOT, HASH -> columns.set(start, end);
        case NUMERIC, TIME, ID, SET, TEXT, SPARSE -> columns.set(end - 1, feature.nullable());
      }
      start = end;
    }
    return of(columns).with(IdColumns.of(input)).withExperts(input.expertInputs());
  }

  /** Returns the same indicators in rows that have ids. */
  public Indicators with(IdColumns idColumns) {
    return idColumns == ids ? this : new Indicators(columns, true, idColumns, experts);
  }

  /**
   * Returns the same indicators in rows that have experts: columns that predict the target in its
   * own unit, such as its last known value. They are places in the row, and no indicators.
   */
  public Indicators withExperts(int... places) {
    BitSet positions = new BitSet();
    for (int place : places) {
      positions.set(place);
    }
    return positions.equals(experts) ? this : new Indicators(columns, true, ids, positions);
  }

  /** Returns the places in a row of the columns that predict the target, ascending. */
  public int[] expertColumns() {
    return experts.stream().toArray();
  }

  /** Returns the places of ids. */
  public IdColumns ids() {
    return ids;
  }

  /** Creates indicators from column numbers, counted from 0. */
  public static Indicators of(int... columns) {
    BitSet set = new BitSet();
    for (int column : columns) {
      set.set(column);
    }
    return of(set);
  }

  /** Creates indicators from the last {@code count} of {@code width} columns. */
  public static Indicators last(int count, int width) {
    BitSet set = new BitSet();
    set.set(width - count, width);
    return of(set);
  }

  /** Returns these indicators, or the given ones if these are {@link #UNDECLARED}. */
  public Indicators orElse(Indicators found) {
    return declared ? this : found;
  }

  /** Returns true if a column is an indicator. */
  public boolean contains(int column) {
    return columns.get(column);
  }

  /** Returns the indicators among the first {@code width} columns, ascending. */
  public int[] among(int width) {
    return columns.stream().takeWhile(column -> column < width).toArray();
  }

  /** Returns the columns of the indicators, ascending. */
  public int[] columns() {
    return columns.stream().toArray();
  }

  /** Returns the indicators of a model that has the first {@code width} columns alone. */
  public Indicators first(int width) {
    return Math.max(columns.length(), experts.length()) <= width
        ? this
        : of(columns.get(0, width)).with(ids).withExperts(experts.get(0, width).stream().toArray());
  }

  /** Returns the indicators among the numbers of a row of that width, by their place among them. */
  public Indicators ofNumbers(int width) {
    int[] numbers = ids.numbers(width);
    return of(IntStream.range(0, numbers.length).filter(i -> contains(numbers[i])).toArray());
  }

  /** Returns true if no column is an indicator. */
  public boolean hasNone() {
    return columns.isEmpty();
  }

  /** Returns true if columns predict the target. */
  public boolean hasExperts() {
    return !experts.isEmpty();
  }

  /**
   * Describes how the indicators of a stored model differ from configured ones; null if they are
   * the same.
   */
  public @Nullable String difference(Indicators configured) {
    List<String> differences = new ArrayList<>();
    BitSet more = (BitSet) configured.columns.clone();
    more.andNot(columns);
    if (!more.isEmpty()) {
      differences.add(
          "it scales %s, which are indicators and not scaled now".formatted(named(more)));
    }
    BitSet fewer = (BitSet) columns.clone();
    fewer.andNot(configured.columns);
    if (!fewer.isEmpty()) {
      differences.add("it does not scale %s, which are no indicators now".formatted(named(fewer)));
    }
    if (!ids.equals(configured.ids)) {
      differences.add("its columns of ids are others");
    }
    if (!experts.equals(configured.experts)) {
      differences.add(
          "it takes %s for predictions of the target, but %s are those now"
              .formatted(namedOrNone(experts), namedOrNone(configured.experts)));
    }
    return differences.isEmpty() ? null : String.join(", and ", differences);
  }

  private static String namedOrNone(BitSet columns) {
    return columns.isEmpty() ? "no inputs" : named(columns);
  }

  /** Names columns by ranges, such as {@code inputs 3 to 6, 9 (counted from 0)}. */
  private static String named(BitSet columns) {
    List<String> ranges = new ArrayList<>();
    for (int from = columns.nextSetBit(0); from >= 0; ) {
      if (ranges.size() == MAX_RANGES) {
        ranges.add("…");
        break;
      }
      int last = columns.nextClearBit(from) - 1;
      ranges.add(from == last ? from + "" : from + " to " + last);
      from = columns.nextSetBit(last + 1);
    }
    return "inputs " + String.join(", ", ranges) + " (counted from 0)";
  }

  /** Writes the columns, which {@link #read} reads. */
  public void write(DataOutput out) throws IOException {
    write(columns, out);
  }

  /** Writes the experts, which {@link #readExperts} reads. */
  public void writeExperts(DataOutput out) throws IOException {
    write(experts, out);
  }

  private static void write(BitSet columns, DataOutput out) throws IOException {
    long[] words = columns.toLongArray();
    out.writeInt(words.length);
    for (long word : words) {
      out.writeLong(word);
    }
  }

  /**
   * Reads the indicators of a stored model.
   *
   * @throws IOException if a column is not below {@code width}
   */
  public static Indicators read(DataInput in, int width) throws IOException {
    return of(readColumns(in, width));
  }

  /**
   * Reads the experts of a stored model.
   *
   * @throws IOException if a column is not below {@code width}
   */
  public Indicators readExperts(DataInput in, int width) throws IOException {
    return withExperts(readColumns(in, width).stream().toArray());
  }

  private static BitSet readColumns(DataInput in, int width) throws IOException {
    int maxWords = (width + Long.SIZE - 1) / Long.SIZE;
    long[] words = new long[SizeChecks.read(in, "words of indicators", maxWords, Long.BYTES)];
    for (int i = 0; i < words.length; i++) {
      words[i] = in.readLong();
    }
    BitSet columns = BitSet.valueOf(words);
    SizeChecks.require("columns with indicators", columns.length(), 0, width);
    return columns;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Indicators indicators
        && indicators.columns.equals(columns)
        && indicators.ids.equals(ids)
        && indicators.experts.equals(experts);
  }

  @Override
  public int hashCode() {
    return columns.hashCode();
  }

  @Override
  public String toString() {
    return columns.toString();
  }
}
