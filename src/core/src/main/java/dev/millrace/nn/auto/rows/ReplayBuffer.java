package dev.millrace.nn.auto.rows;

import dev.millrace.data.SizeChecks;
import dev.millrace.nn.WeightInitializer;
import dev.millrace.simd.DistanceKernels;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;

/**
 * Raw records of a key, kept to be learned again by all members. Once it is full, a new record
 * replaces one drawn at random.
 *
 * <p>Records are in tiles of one, or of {@value DistanceKernels#TILE} for a search for nearest
 * neighbours. The values of a tile are column by column.
 */
public final class ReplayBuffer {

  /** Max bytes of the records of one key. */
  private static final long MAX_BYTES = 8 << 20;

  private static final int FIRST_ROOM = 16;
  // Of a target, as a float and the rest, and of the weight.
  private static final int EXTRA = 3;

  private final int inputs;
  private final int width;
  private final int capacity;
  private final int tile;
  // [tiles x (features, target, rest of target, weight) x records]; grows to the capacity.
  private float[] rows;
  private int size;

  /**
   * Creates an empty buffer.
   *
   * @param records max number; fewer if they would take more than 8 MiB
   */
  ReplayBuffer(int inputs, int records) {
    this(inputs, records, false);
  }

  /**
   * Creates an empty buffer.
   *
   * @param isTiled true if nearest neighbours are searched in it
   */
  public ReplayBuffer(int inputs, int records, boolean isTiled) {
    this.inputs = inputs;
    width = inputs + EXTRA;
    capacity = capacity(inputs, records);
    tile = isTiled ? DistanceKernels.TILE : 1;
    rows = new float[room(Math.min(FIRST_ROOM, capacity))];
  }

  /** Returns the floats of the whole tiles that n records need. */
  private int room(int records) {
    return (records + tile - 1) / tile * tile * width;
  }

  private static int capacity(int inputs, int records) {
    long fitting = MAX_BYTES / Float.BYTES / (inputs + EXTRA);
    return (int) Math.max(1, Math.min(records, fitting));
  }

  /** Returns the bytes of a full buffer whose capacity is in whole tiles. */
  public static long bytes(int inputs, int records) {
    return (long) capacity(inputs, records) * (inputs + EXTRA) * Float.BYTES;
  }

  /** Returns the number of records. */
  public int size() {
    return size;
  }

  /** Returns the number of features of a record. */
  public int inputs() {
    return inputs;
  }

  /** Returns the number of tiles of a full buffer. */
  public int tiles() {
    return (capacity + tile - 1) / tile;
  }

  /** Returns the number of tiles that have records. */
  public int usedTiles() {
    return (size + tile - 1) / tile;
  }

  /** Returns the floats of a tile. */
  public int tileFloats() {
    return tile * width;
  }

  /** Returns the number of records after more have been added. */
  int sizeAfter(int more) {
    return (int) Math.min(capacity, (long) size + more);
  }

  /** Returns true if it has that number of records, or is full. */
  public boolean has(int records) {
    return size >= Math.min(capacity, records);
  }

  /** Returns the place of a new record: the next free one, or one drawn by random bits. */
  int place(int records, long draw) {
    return records < capacity ? records : WeightInitializer.below(records, draw);
  }

  /** Reads the first and the last float of a record, to bring it into the nearest cache. */
  int fetch(int record) {
    return record < size
        ? Float.floatToRawIntBits(rows[offset(record)])
            | Float.floatToRawIntBits(rows[at(record, width - 1)])
        : 0;
  }

  /** Returns where the features of a record start in {@link #rows}, {@link #step} apart. */
  public int offset(int record) {
    return tile == 1 ? record * width : record / tile * tile * width + record % tile;
  }

  /** Returns the floats from one feature of a record to the next. */
  public int step() {
    return tile;
  }

  /** Returns a feature of a record. */
  public float feature(int record, int column) {
    return rows[at(record, column)];
  }

  private int at(int record, int column) {
    return offset(record) + column * tile;
  }

  /** Returns the records, without a copy. */
  public float[] rows() {
    return rows;
  }

  /** Returns the index of the class, or the value. */
  public double target(int record) {
    int at = at(record, inputs);
    return (double) rows[at] + rows[at + tile];
  }

  /** Returns the weight of a record. */
  public float weight(int record) {
    return rows[at(record, inputs + 2)];
  }

  /**
   * Keeps a record.
   *
   * @param place {@link #place} of it
   */
  public void add(float[] features, int offset, double target, float weight, int place) {
    size = Math.max(size, place + 1);
    if (rows.length < room(size)) {
      rows = Arrays.copyOf(rows, room(Math.min(capacity, 2 * (size - 1))));
    }
    setFeatures(place, features, offset);
    setTarget(place, target);
    rows[at(place, inputs + 2)] = weight;
  }

  /** Replaces the features of a record. */
  void setFeatures(int record, float[] features, int offset) {
    if (tile == 1) {
      System.arraycopy(features, offset, rows, record * width, inputs);
      return;
    }
    int at = offset(record);
    for (int c = 0; c < inputs; c++) {
      rows[at + c * tile] = features[offset + c];
    }
  }

  /** Replaces a feature of a record. */
  void setFeature(int record, int column, float value) {
    rows[at(record, column)] = value;
  }

  /** Copies the features of a record to the start of a row. */
  public void copyFeatures(int record, float[] row) {
    for (int c = 0; c < inputs; c++) {
      row[c] = feature(record, c);
    }
  }

  /** Replaces the target of a record. */
  void setTarget(int record, double target) {
    int at = at(record, inputs);
    // Two floats hold 48 bits of it: enough for a target far from 0 that varies little.
    double within = Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, target));
    float rounded = (float) within;
    rows[at] = rounded;
    rows[at + tile] = (float) (within - rounded);
  }

  /** Returns the number of floats in memory. */
  public long floats() {
    return rows.length;
  }

  /**
   * Visits the records.
   *
   * @param classes number of known classes, 0 of values
   * @throws IOException if what is read is damaged
   */
  public void visit(StateVisitor v, int classes) throws IOException {
    size = v.count("stored records for replay", size, capacity, width * Float.BYTES);
    if (v.isFilling()) {
      int room = FIRST_ROOM;
      while (room < size) {
        room *= 2;
      }
      rows = new float[room(Math.min(room, capacity))];
    }
    if (v.isCopying()) {
      v.numbers(rows);
      return;
    }
    for (int record = 0; record < size; record++) {
      for (int i = 0; i < width; i++) {
        int at = at(record, i);
        rows[at] = v.anyNumber(rows[at]);
      }
    }
    for (int record = 0; v.isReading() && record < size && classes > 0; record++) {
      SizeChecks.requireIndex("class of a stored record for replay", target(record), classes);
    }
  }
}
