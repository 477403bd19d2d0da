package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The last examples of a key: a row of numbers for each, in one array, so that with many keys an
 * example touches one place in memory. Room doubles as examples come, so a key with few examples
 * stays small. Not thread-safe.
 *
 * <p>It holds a max number of examples; with a length of time, only those younger than that,
 * measured from the latest event time. A late example may be between younger ones, see {@link
 * #holds}.
 *
 * <p>A row is made of cells of an int; a double or a long takes two. Weights take room only once
 * one is not 1.
 */
final class Window {

  // Which numbers the bytes of a window have.
  private static final int TIME_FLAG = 4;
  private static final int WEIGHT_FLAG = 8;
  private static final int LATEST_FLAG = 16;

  /** Cells of a double or a long. */
  static final int WIDE = 2;

  private static final int FIRST_ROOM = 8;

  private final int limit;
  private final long millis;
  private int columns; // cells of a row without its time and its weight
  private boolean weighted;
  private int stride;
  private int[] cells = {}; // [room x stride]
  private int room;
  private int head; // the oldest row
  private int size;
  private long latest = Long.MIN_VALUE;

  /**
   * Creates a window without examples.
   *
   * @param millis max age of examples in event time, or 0 for no limit
   * @param columns cells of a row
   * @throws IllegalArgumentException if the limit is below 1
   */
  Window(int limit, long millis, int columns) {
    if (limit < 1) {
      throw new IllegalArgumentException("a window must hold 1 example or more, not " + limit);
    }
    this.limit = limit;
    this.millis = millis;
    this.columns = columns;
    stride = stride();
  }

  private Window(Window other, int[] cells) {
    limit = other.limit;
    millis = other.millis;
    columns = other.columns;
    weighted = other.weighted;
    stride = other.stride;
    room = other.room;
    head = other.head;
    size = other.size;
    latest = other.latest;
    this.cells = cells;
  }

  Window copy() {
    return new Window(this, cells.clone());
  }

  /** Returns the number of rows, with those that are too old but between younger ones. */
  int size() {
    return size;
  }

  boolean isTimed() {
    return millis > 0;
  }

  boolean isWeighted() {
    return weighted;
  }

  /** Returns the bytes of the rows: a function of the examples, not of what there is room for. */
  long memoryBytes() {
    return (long) size * stride * Integer.BYTES;
  }

  /**
   * Adds a row for a new example; the oldest one is dropped if the window is full.
   *
   * @return index of its first cell
   */
  int add(long time, double weight) {
    if (weight != 1 && !weighted) {
      rearrange(room, columns, true);
    }
    if (millis > 0) {
      latest = Math.max(latest, time);
      while (size > 0 && !holds(row(0))) {
        dropOldest();
      }
    }
    if (size == limit) {
      dropOldest();
    } else if (size == room) {
      rearrange(nextRoom(room), columns, weighted);
    }
    int row = row(size++);
    if (millis > 0) {
      putWide(row + columns, time);
    }
    if (weighted) {
      cells[row + stride - 1] = Float.floatToRawIntBits((float) weight);
    }
    return row;
  }

  /** Makes room for as many rows, at once rather than while they are added. */
  void reserve(int rows) {
    int wanted = room;
    while (wanted < Math.min(rows, limit)) {
      wanted = nextRoom(wanted);
    }
    if (wanted > room) {
      rearrange(wanted, columns, weighted);
    }
  }

  private int nextRoom(int last) {
    return (int) Math.min(limit, Math.max(FIRST_ROOM, 2L * last));
  }

  private void dropOldest() {
    head = head + 1 == room ? 0 : head + 1;
    size--;
  }

  /** Returns the first cell of a row, by its place from 0, the oldest, to size - 1, the newest. */
  int row(int place) {
    int index = head + place;
    return stride * (index < room ? index : index - room);
  }

  /** Returns true if a row is young enough. */
  boolean holds(int row) {
    return millis == 0 || time(row) > latest - millis;
  }

  long time(int row) {
    return wide(row + columns);
  }

  /** Returns the latest event time of all examples so far. */
  long latest() {
    return latest;
  }

  /** Returns true if the example of the latest event time has left the window before others. */
  boolean hasOutlivedLatest() {
    for (int place = 0; place < size; place++) {
      if (millis == 0 || time(row(place)) == latest) {
        return false;
      }
    }
    return size > 0;
  }

  /** Returns flags of which rows' numbers {@link #writeEnd} and {@link #writeLatest} write. */
  int flags() {
    return (isTimed() ? TIME_FLAG : 0)
        | (isWeighted() ? WEIGHT_FLAG : 0)
        | (hasOutlivedLatest() ? LATEST_FLAG : 0);
  }

  /** Writes the time and the weight of a row, which follow its cells. */
  void writeEnd(int row, DataOutput out) throws IOException {
    if (isTimed()) {
      out.writeLong(time(row));
    }
    if (weighted) {
      out.writeFloat((float) weight(row));
    }
  }

  /** Writes the latest event time, which follows the rows. */
  void writeLatest(DataOutput out) throws IOException {
    if (hasOutlivedLatest()) {
      out.writeLong(latest);
    }
  }

  /**
   * Adds a row by the time and the weight that {@link #writeEnd} wrote.
   *
   * @return index of its first cell, negative for an example without a time that needs one
   */
  int readEnd(DataInput in, int flags) throws IOException {
    boolean hasTime = (flags & TIME_FLAG) != 0;
    long time = hasTime ? in.readLong() : 0;
    boolean hasWeight = (flags & WEIGHT_FLAG) != 0;
    double weight = hasWeight ? in.readFloat() : 1;
    if (hasWeight && !weighted) { // though those that were not 1 may have left it
      rearrange(room, columns, true);
    }
    return hasTime || !isTimed() ? add(time, weight) : -1;
  }

  /** Reads what {@link #writeLatest} wrote. */
  void readLatest(DataInput in, int flags) throws IOException {
    if ((flags & LATEST_FLAG) != 0) {
      latest = Math.max(latest, in.readLong());
    }
  }

  double weight(int row) {
    return weighted ? Float.intBitsToFloat(cells[row + stride - 1]) : 1;
  }

  int cell(int cell) {
    return cells[cell];
  }

  void put(int cell, int value) {
    cells[cell] = value;
  }

  float single(int cell) {
    return Float.intBitsToFloat(cells[cell]);
  }

  void putSingle(int cell, float value) {
    cells[cell] = Float.floatToRawIntBits(value);
  }

  double number(int cell) {
    return Double.longBitsToDouble(wide(cell));
  }

  void putNumber(int cell, double value) {
    putWide(cell, Double.doubleToRawLongBits(value));
  }

  long wide(int cell) {
    return (long) cells[cell + 1] << 32 | (cells[cell] & 0xFFFFFFFFL);
  }

  void putWide(int cell, long value) {
    cells[cell] = (int) value;
    cells[cell + 1] = (int) (value >>> 32);
  }

  /** Changes the number of cells of each row; new ones are 0. */
  void setColumns(int newColumns) {
    rearrange(room, newColumns, weighted);
  }

  private int stride() {
    return columns + (millis > 0 ? WIDE : 0) + (weighted ? 1 : 0);
  }

  /** Copies the rows to a new layout, the oldest first. */
  private void rearrange(int newRoom, int newColumns, boolean withWeights) {
    Window before = new Window(this, cells);
    columns = newColumns;
    weighted = withWeights;
    stride = stride();
    room = newRoom;
    head = 0;
    cells = new int[Math.multiplyExact(room, stride)];
    for (int place = 0; place < size; place++) {
      int from = before.row(place);
      int to = row(place);
      System.arraycopy(before.cells, from, cells, to, Math.min(columns, before.columns));
      if (millis > 0) {
        putWide(to + columns, before.time(from));
      }
      if (weighted) {
        cells[to + stride - 1] = Float.floatToRawIntBits((float) before.weight(from));
      }
    }
  }
}
