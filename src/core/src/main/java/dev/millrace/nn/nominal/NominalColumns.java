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
 * The nominal columns that the indicators of a row stand for. Neighbouring indicators of which at
 * most one was 1 in each of the first records are the values of one column; any other indicator is
 * a column of two values. Immutable.
 *
 * <p>A value has a code, from 0 to the number of values less 1. Code 0 is that of no indicator, or,
 * if each of the first records had one, that of the most frequent indicator: a value that is
 * unknown counts as that one.
 */
public final class NominalColumns {

  /** There are no nominal columns. */
  public static final NominalColumns NONE = new NominalColumns(List.of());

  private static final int STORED_BYTES_EACH = 3 * Integer.BYTES;
  // With the header of the object and the reference to it.
  private static final int BYTES_EACH = 3 * Integer.BYTES + 20;

  /**
   * The indicators of a column.
   *
   * @param end after the last one
   * @param usual the one of code 0; {@code end} if that is no indicator
   */
  private record Column(int begin, int end, int usual) {
    int values() {
      return end - begin + (usual == end ? 1 : 0);
    }

    int code(int indicator) {
      return indicator == usual ? 0 : indicator - begin + (indicator < usual ? 1 : 0);
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
      int usual = begin;
      int most = 0;
      while (end < inputs && isIndicator.test(end)) {
        BitSet ones = ones(end, records, values);
        if (ones.intersects(known)) {
          break;
        }
        known.or(ones);
        usual = ones.cardinality() > most ? end : usual;
        most = Math.max(most, ones.cardinality());
        end++;
        if (known.isEmpty()) {
          break; // nothing says that the next one is of the same column
        }
      }
      boolean isComplete = end > begin + 1 && known.cardinality() == records;
      found.add(new Column(begin, end, isComplete ? usual : end));
      begin = end;
    }
    return found.isEmpty() ? NONE : new NominalColumns(found);
  }

  /** Returns the records where an indicator is 1. */
  private static BitSet ones(int indicator, int records, FeatureRecords values) {
    BitSet ones = new BitSet(records);
    for (int record = 0; record < records; record++) {
      ones.set(record, values.value(record, indicator) > 0f);
    }
    return ones;
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

  /** Returns the first indicator of a column. */
  public int begin(int column) {
    return columns.get(column).begin;
  }

  /** Returns the place after the last indicator of a column. */
  public int end(int column) {
    return columns.get(column).end;
  }

  /**
   * Writes the code of each column after the inputs of a row.
   *
   * @param row [inputs + columns]
   */
  public void addCodes(float[] row, int inputs) {
    for (int c = 0; c < columns.size(); c++) {
      row[inputs + c] = code(row, columns.get(c));
    }
  }

  private static int code(float[] row, Column column) {
    for (int i = column.begin; i < column.end; i++) {
      if (row[i] > 0f) {
        return column.code(i);
      }
    }
    return 0;
  }

  /**
   * Returns the places of a row in which all indicators of a nominal column of three values or more
   * are one: its place is {@code inputs} and its number. A column of two values has the place of
   * the indicator of code 1.
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
      boolean isPair = column.values() == 2;
      places[count++] =
          !isPair ? inputs + c : column.begin + (column.usual == column.begin ? 1 : 0);
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
      out.writeInt(column.begin);
      out.writeInt(column.end);
      out.writeInt(column.usual);
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
    int end = 0;
    for (int c = 0; c < count; c++) {
      int begin = place("first indicator of a nominal column", in.readInt(), end, inputs - 1);
      end = place("end of a nominal column", in.readInt(), begin + 1, inputs);
      int usual = place("usual indicator of a nominal column", in.readInt(), begin, end);
      SizeChecks.require("values of a nominal column", end - begin, usual == end ? 1 : 2, inputs);
      columns.add(new Column(begin, end, usual));
    }
    return columns.isEmpty() ? NONE : new NominalColumns(columns);
  }

  private static int place(String what, int place, int min, int max) throws IOException {
    return (int) SizeChecks.require(what, place, min, max);
  }
}
