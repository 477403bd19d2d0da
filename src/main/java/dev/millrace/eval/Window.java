package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * The last examples of a sequence, up to a limit: a row of numbers for each, in one array, so that
 * with many keys an example touches one place in memory rather than one for each number. Room is
 * taken by doubling as they come, so that a key with few examples stays small. Not thread-safe.
 *
 * <p>A row is made of cells of an int; a double takes two. Class indexes may be {@link
 * ClassTally#NO_PREDICTION}.
 */
final class Window {

  /** Cells of a double. */
  static final int DOUBLE = 2;

  private static final int FIRST_ROOM = 8;

  private final int limit;
  private final int stride;
  private int[] cells = {}; // [room x stride]
  private int size;
  private int next; // place in the array of the next row: the oldest one's once all are there

  /**
   * @param stride cells of a row
   * @throws IllegalArgumentException if the limit is below 1
   */
  Window(int limit, int stride) {
    if (limit < 1) {
      throw new IllegalArgumentException("a window must hold 1 example or more, not " + limit);
    }
    this.limit = limit;
    this.stride = stride;
  }

  private Window(Window other) {
    limit = other.limit;
    stride = other.stride;
    size = other.size;
    next = other.next;
    cells = other.cells.clone();
  }

  Window copy() {
    return new Window(this);
  }

  /** Rows. */
  int size() {
    return size;
  }

  /** Whether the next row takes the place of the oldest. */
  boolean full() {
    return size == limit;
  }

  /** Bytes in memory. */
  long memoryBytes() {
    return (long) cells.length * Integer.BYTES;
  }

  /** Where the cells of the next row begin; in a full window those of the oldest, which goes. */
  int advance() {
    int row = next * stride;
    if (row == cells.length) {
      int room = cells.length / stride;
      cells = Arrays.copyOf(cells, stride * (int) Math.min(limit, Math.max(FIRST_ROOM, 2L * room)));
    }
    next = next + 1 == limit ? 0 : next + 1;
    if (size < limit) {
      size++;
    }
    return row;
  }

  /** Where the cells of a row begin, by its place from 0, the oldest, to size - 1, the newest. */
  int row(int place) {
    int wrapped = full() ? next + place : place;
    return stride * (wrapped < limit ? wrapped : wrapped - limit);
  }

  int index(int cell) {
    return cells[cell];
  }

  void putIndex(int cell, int index) {
    cells[cell] = index;
  }

  double number(int cell) {
    return Double.longBitsToDouble((long) cells[cell + 1] << 32 | cells[cell] & 0xFFFFFFFFL);
  }

  void putNumber(int cell, double number) {
    long bits = Double.doubleToRawLongBits(number);
    cells[cell] = (int) bits;
    cells[cell + 1] = (int) (bits >>> 32);
  }

  /** Mean of the finite numbers of a column, summed from oldest to newest; NaN if there is none. */
  double mean(int column) {
    RunningMean mean = new RunningMean();
    for (int i = 0; i < size; i++) {
      mean.add(number(row(i) + column));
    }
    return mean.get();
  }

  void writeIndexes(int column, DataOutput out) throws IOException {
    VarLong.write(out, size);
    for (int i = 0; i < size; i++) {
      VarLong.write(out, index(row(i) + column) + 1L); // NO_PREDICTION becomes 0
    }
  }

  void writeNumbers(int column, DataOutput out) throws IOException {
    VarLong.write(out, size);
    for (int i = 0; i < size; i++) {
      out.writeDouble(number(row(i) + column));
    }
  }

  /**
   * Reads a column. The first one read makes the rows, the others must have as many; of more than
   * the limit now allows, the newest stay.
   */
  void readIndexes(int column, DataInput in) throws IOException {
    int count = readCount(in);
    for (int i = 0; i < count; i++) {
      int index = VarLong.readSize(in) - 1;
      int place = i - (count - size);
      if (place >= 0) {
        putIndex(row(place) + column, index);
      }
    }
  }

  /** As {@link #readIndexes}. */
  void readNumbers(int column, DataInput in) throws IOException {
    int count = readCount(in);
    for (int i = 0; i < count; i++) {
      double number = in.readDouble();
      int place = i - (count - size);
      if (place >= 0) {
        putNumber(row(place) + column, number);
      }
    }
  }

  private int readCount(DataInput in) throws IOException {
    int count = VarLong.readSize(in);
    int rows = Math.min(count, limit);
    if (size == 0) {
      for (int i = 0; i < rows; i++) {
        advance();
      }
    }
    if (rows != size) {
      throw new IOException(
          "metrics state: a window of %d and of %d examples; the bytes are damaged"
              .formatted(size, rows));
    }
    return count;
  }
}
