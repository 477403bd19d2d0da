package dev.millrace.nn.ids;

import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;

/** Ids of the rows that wait for the step of their mini-batch. Not thread-safe. */
final class PendingIds {
  private static final int BYTES_OF_ID = Long.BYTES + Integer.BYTES + Float.BYTES;

  private int rows;
  // [rows]: where the ids of each end.
  private int[] ends = {};
  private long[] ids = {};
  private int[] fields = {};
  // What the vector of each was multiplied by in the mean of its field.
  private float[] factors = {};

  int rows() {
    return rows;
  }

  /** Returns the first id of a row. */
  int start(int row) {
    return row == 0 ? 0 : ends[row - 1];
  }

  /** Returns the end of the ids of a row. */
  int end(int row) {
    return ends[row];
  }

  long id(int i) {
    return ids[i];
  }

  int field(int i) {
    return fields[i];
  }

  float factor(int i) {
    return factors[i];
  }

  private int size() {
    return rows == 0 ? 0 : ends[rows - 1];
  }

  /** Begins a row of at most {@code max} ids. */
  void begin(int max) {
    int size = size();
    if (rows == ends.length) {
      ends = Arrays.copyOf(ends, Math.max(1, 2 * rows));
    }
    if (size + max > ids.length) {
      int room = Math.max(size + max, 2 * ids.length);
      ids = Arrays.copyOf(ids, room);
      fields = Arrays.copyOf(fields, room);
      factors = Arrays.copyOf(factors, room);
    }
    ends[rows++] = size;
  }

  /** Adds an id to the last row. */
  void add(long id, int field, float factor) {
    int at = ends[rows - 1]++;
    ids[at] = id;
    fields[at] = field;
    factors[at] = factor;
  }

  void clear() {
    rows = 0;
  }

  /** Removes the ids that a table does not have. */
  void retain(IdTable table) {
    int kept = 0;
    int from = 0;
    for (int row = 0; row < rows; row++) {
      int end = ends[row];
      for (int i = from; i < end; i++) {
        if (table.find(ids[i]) != IdTable.NONE) {
          ids[kept] = ids[i];
          fields[kept] = fields[i];
          factors[kept] = factors[i];
          kept++;
        }
      }
      from = end;
      ends[row] = kept;
    }
  }

  long memoryBytes() {
    return (long) size() * BYTES_OF_ID + (long) rows * Integer.BYTES;
  }

  /**
   * Visits the ids of each row.
   *
   * @param count number of rows
   * @param max ids of a row
   * @throws IOException if what is read is damaged
   */
  void visit(StateVisitor v, int count, int fieldCount, int max) throws IOException {
    for (int row = 0; row < count; row++) {
      if (v.isFilling()) {
        begin(max);
      }
      ends[row] = start(row) + v.count("ids of a row", end(row) - start(row), max, BYTES_OF_ID);
      for (int i = start(row); i < end(row); i++) {
        ids[i] = v.number(ids[i]);
        fields[i] = v.number("column of an id", fields[i], 0, fieldCount - 1);
        factors[i] = v.number(factors[i]);
      }
    }
  }
}
