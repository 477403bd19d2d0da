package dev.millrace.nn.nominal;

import dev.millrace.data.SizeChecks;
import dev.millrace.nn.FeatureRecords;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * The nominal columns that the indicators of a row stand for: neighbouring indicators of which at
 * most one was 1 in each of the first records are the values of one column, a single indicator is a
 * column of two values. A value has a code, from 0 to the number of values less 1. Immutable.
 */
public final class NominalColumns {

  /** There are no nominal columns. */
  public static final NominalColumns NONE = new NominalColumns(List.of());

  private static final int STORED_BYTES_EACH = 2 * Integer.BYTES;
  // With the header of the object and the reference to it.
  private static final int BYTES_EACH = 3 * Integer.BYTES + 20;

  /**
   * The indicators of a column.
   *
   * @param begin first one, which has code 0 if there is no record without any
   * @param first the one of code 1, {@code begin} or the next one
   * @param end after the last one
   */
  private record Column(int begin, int first, int end) {
    int values() {
      return end - first + 1;
    }
  }

  private final List<Column> columns;

  private NominalColumns(List<Column> columns) {
    this.columns = List.copyOf(columns);
  }

  /**
   * Finds the nominal columns of some records.
   *
   * @param inputs columns of a record
   * @param records number of records, at least 1
   */
  public static NominalColumns among(
      int inputs, IntPredicate isIndicator, int records, FeatureRecords values) {
    List<Column> found = new ArrayList<>();
    for (int begin = 0; begin < inputs; ) {
      if (!isIndicator.test(begin)) {
        begin++;
        continue;
      }
      BitSet known = new BitSet(records);
      int end = begin;
      while (end < inputs && isIndicator.test(end) && addOnes(end, records, values, known)) {
        end++;
      }
      boolean isComplete = end > begin + 1 && known.cardinality() == records;
      found.add(new Column(begin, isComplete ? begin + 1 : begin, end));
      begin = end;
    }
    return found.isEmpty() ? NONE : new NominalColumns(found);
  }

  /** Adds the records where an indicator is 1; returns false if one of them was there already. */
  private static boolean addOnes(int column, int records, FeatureRecords values, BitSet known) {
    BitSet ones = new BitSet(records);
    for (int record = 0; record < records; record++) {
      ones.set(record, values.value(record, column) > 0f);
    }
    if (ones.intersects(known)) {
      return false;
    }
    known.or(ones);
    return true;
  }

  /** Returns the number of columns. */
  public int count() {
    return columns.size();
  }

  /** Returns true if there are none. */
  public boolean isEmpty() {
    return columns.isEmpty();
  }

  /** Returns the number of values of a column, 2 or more. */
  public int values(int column) {
    return columns.get(column).values();
  }

  /** Returns the indicator of a value of a column, whose code is 1 or more. */
  public int indicator(int column, int code) {
    return columns.get(column).first + code - 1;
  }

  /**
   * Writes the code of each column after the inputs of a row. It is the code of the largest
   * indicator: of a row of means, that of the most frequent value.
   *
   * @param row [inputs + columns]
   */
  public void addCodes(float[] row, int inputs) {
    for (int c = 0; c < columns.size(); c++) {
      row[inputs + c] = code(row, columns.get(c));
    }
  }

  private static int code(float[] row, Column column) {
    float rest = 1f;
    int largest = 0;
    float value = 0f;
    for (int i = column.first; i < column.end; i++) {
      rest -= row[i];
      if (row[i] > value) {
        value = row[i];
        largest = i - column.first + 1;
      }
    }
    return value > rest ? largest : 0;
  }

  /**
   * Returns the columns of a row in which all indicators of a nominal column of three values or
   * more are one: its place is {@code inputs} and its number. Of a column of two values it is the
   * indicator of code 1.
   */
  public int[] places(int inputs) {
    int[] places = new int[inputs];
    int count = 0;
    int input = 0;
    for (int c = 0; c < columns.size(); c++) {
      Column column = columns.get(c);
      while (input < column.begin) {
        places[count++] = input++;
      }
      places[count++] = column.values() == 2 ? column.first : inputs + c;
      input = column.end;
    }
    while (input < inputs) {
      places[count++] = input++;
    }
    return Arrays.copyOf(places, count);
  }

  /** Returns the estimated bytes in memory. */
  public long memoryBytes() {
    return (long) BYTES_EACH * columns.size();
  }

  /** Writes the columns. */
  public void write(DataOutput out) throws IOException {
    out.writeInt(columns.size());
    for (Column column : columns) {
      out.writeInt(column.first == column.begin ? column.begin : ~column.begin);
      out.writeInt(column.end);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException if it is damaged
   */
  public static NominalColumns read(DataInput in, int inputs) throws IOException {
    int count = SizeChecks.read(in, "nominal columns", inputs, STORED_BYTES_EACH);
    List<Column> columns = new ArrayList<>(count);
    int before = 0;
    for (int c = 0; c < count; c++) {
      int coded = in.readInt();
      int begin = coded < 0 ? ~coded : coded;
      SizeChecks.require("first indicator of a nominal column", begin, before, inputs - 1);
      int first = coded < 0 ? begin + 1 : begin;
      before = in.readInt();
      SizeChecks.require("end of a nominal column", before, first + 1, inputs);
      columns.add(new Column(begin, first, before));
    }
    return columns.isEmpty() ? NONE : new NominalColumns(columns);
  }
}
