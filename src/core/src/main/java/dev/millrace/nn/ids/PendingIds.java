package dev.millrace.nn.ids;

import dev.millrace.data.SizeChecks;
import java.io.DataInput;
import java.io.DataOutput;
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

  PendingIds() {}

  PendingIds(PendingIds other) {
    rows = other.rows;
    int size = other.size();
    ends = Arrays.copyOf(other.ends, rows);
    ids = Arrays.copyOf(other.ids, size);
    fields = Arrays.copyOf(other.fields, size);
    factors = Arrays.copyOf(other.factors, size);
  }

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

  void write(DataOutput out) throws IOException {
    for (int row = 0; row < rows; row++) {
      out.writeInt(end(row) - start(row));
      for (int i = start(row); i < end(row); i++) {
        out.writeLong(ids[i]);
        out.writeInt(fields[i]);
        out.writeFloat(factors[i]);
      }
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param max ids of a row
   * @throws IOException if it is damaged
   */
  void read(DataInput in, int count, int fieldCount, int max) throws IOException {
    for (int row = 0; row < count; row++) {
      begin(max);
      int some = SizeChecks.read(in, "ids of a row", max, BYTES_OF_ID);
      for (int i = 0; i < some; i++) {
        long id = in.readLong();
        int field = in.readInt();
        SizeChecks.require("column of an id", field, 0, fieldCount - 1);
        add(id, field, in.readFloat());
      }
    }
  }
}
