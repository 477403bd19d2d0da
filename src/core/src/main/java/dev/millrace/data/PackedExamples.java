package dev.millrace.data;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Examples and the Kafka records behind them, a row each in one byte array: an example touches one
 * place in memory, and many of them travel as cheaply as one. Not thread-safe.
 *
 * <p>A row is: its length (int), partition (int), offset (long), timestamp (long), event time
 * (long), target (double), weight (float), kind (int, the next bits for an id and a group, the
 * upper half for the number of carried values), features (float each, none if the kind has none),
 * carried values (long each), the group (long) and the id if there are any, key, value, number of
 * headers (int), then name and value of each header. Numbers are little-endian; a byte string is
 * its length (int, -1 for null) and its bytes. The topic is not stored.
 */
abstract sealed class PackedExamples permits Chunk {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int PARTITION = Integer.BYTES;
  private static final int OFFSET = PARTITION + Integer.BYTES;
  private static final int TIMESTAMP = OFFSET + Long.BYTES;
  private static final int EVENT_TIME = TIMESTAMP + Long.BYTES;
  private static final int TARGET = EVENT_TIME + Long.BYTES;
  private static final int WEIGHT = TARGET + Double.BYTES;
  private static final int KIND = WEIGHT + Float.BYTES;
  private static final int FEATURES = KIND + Integer.BYTES;
  private static final int HAS_ID = 1 << 8;
  private static final int HAS_GROUP = HAS_ID << 1;
  private static final int KIND_BITS = HAS_ID - 1;
  private static final int CARRIED_SHIFT = Short.SIZE;
  private static final int MAX_CARRIED = (1 << (Short.SIZE - 1)) - 1;
  private static final int FIRST_BYTES = 512;
  // Size of a row without features, whose key and value are null.
  private static final int MIN_BYTES = FEATURES + 3 * Integer.BYTES;

  private byte[] bytes;
  private int length;
  private int size;
  private int width;
  private int indicators;

  // Starts of the known rows, found on demand: rows are read after all were added.
  private int[] starts = {};
  private int known;

  PackedExamples() {
    bytes = new byte[FIRST_BYTES];
  }

  /** Over packed bytes, which are kept and wholly in use. */
  PackedExamples(byte[] bytes, int size, int width, int indicators) {
    this.bytes = bytes;
    this.length = bytes.length;
    this.size = size;
    this.width = width;
    this.indicators = indicators;
  }

  /** Returns the number of examples. */
  public final int size() {
    return size;
  }

  /** Returns the number of features of each row that has any. */
  public final int width() {
    return width;
  }

  /** Returns the number of hashed features behind the others, if no feature is declared. */
  public final int indicators() {
    return indicators;
  }

  /** Returns the packed rows; the first {@link #length()} bytes are in use. */
  public final byte[] bytes() {
    return bytes;
  }

  /** Returns the number of bytes in use. */
  public final int length() {
    return length;
  }

  /** Returns the memory of the rows in bytes, used or not. */
  public final long capacityBytes() {
    return bytes.length;
  }

  /** Returns the partition of the record behind a row; below 0 if it has no place. */
  public final int partition(int row) {
    return intAt(start(row) + PARTITION);
  }

  /** Returns true if the record behind a row lies in a partition of a topic. */
  public final boolean hasPlace(int row) {
    return partition(row) >= 0;
  }

  /** Returns the offset of the record behind a row. */
  public final long offset(int row) {
    return (long) LONG.get(bytes, start(row) + OFFSET);
  }

  /** Returns the timestamp of the record behind a row. */
  public final long timestamp(int row) {
    return (long) LONG.get(bytes, start(row) + TIMESTAMP);
  }

  /** Returns the event time, milliseconds since the epoch. */
  public final long eventTime(int row) {
    return (long) LONG.get(bytes, start(row) + EVENT_TIME);
  }

  /**
   * Returns the time that windows of time go by: the event time, but not later than the record's
   * timestamp, if it has one. One event time from the far future would leave all later examples out
   * of the window.
   */
  public final long windowTime(int row) {
    return KafkaRecord.windowTime(eventTime(row), timestamp(row));
  }

  public final float weight(int row) {
    return Float.intBitsToFloat(intAt(start(row) + WEIGHT));
  }

  /** Returns the parts of the example that the record behind a row has. */
  public final RecordKind kind(int row) {
    return RecordKind.of(intAt(start(row) + KIND) & KIND_BITS);
  }

  /** Returns true if the example has an id. */
  public final boolean hasId(int row) {
    return (intAt(start(row) + KIND) & HAS_ID) != 0;
  }

  /** Returns the id of the example; null if it has none. */
  public final @Nullable String id(int row) {
    if (!hasId(row)) {
      return null;
    }
    int position = startOfId(row);
    return new String(bytes, position + Integer.BYTES, intAt(position), StandardCharsets.UTF_8);
  }

  /** Returns the hash of the example's group, 0 if it has none. */
  public final long group(int row) {
    return hasGroup(row) ? (long) LONG.get(bytes, endOfCarried(row)) : 0;
  }

  /** Returns the number of values that a row carries for features to be derived from. */
  public final int carriedCount(int row) {
    return intAt(start(row) + KIND) >>> CARRIED_SHIFT;
  }

  /** Returns a carried value: the bits of a double, or the hash of a text. */
  public final long carried(int row, int index) {
    return (long) LONG.get(bytes, endOfFeatures(row) + index * Long.BYTES);
  }

  /** Returns a feature of a row that has some; NaN is a missing value. */
  public final float feature(int row, int feature) {
    return Float.intBitsToFloat(intAt(start(row) + FEATURES + feature * Float.BYTES));
  }

  /** Replaces a feature of a row that has some. */
  public final void setFeature(int row, int feature, float value) {
    INT.set(bytes, start(row) + FEATURES + feature * Float.BYTES, Float.floatToRawIntBits(value));
  }

  private boolean hasGroup(int row) {
    return (intAt(start(row) + KIND) & HAS_GROUP) != 0;
  }

  /** Returns a hash of the id, which the example must have: 64-bit FNV-1a, then mixed. */
  public final long idHash(int row) {
    int position = startOfId(row);
    int from = position + Integer.BYTES;
    int to = from + intAt(position);
    long hash = 0xCBF29CE484222325L;
    for (int i = from; i < to; i++) {
      hash = (hash ^ (bytes[i] & 0xFF)) * 0x100000001B3L;
    }
    return IdHash.mix(hash);
  }

  /**
   * Returns the regression target; for classification the position of the class among the labels.
   * NaN if the kind has no label.
   */
  public final double target(int row) {
    return Double.longBitsToDouble((long) LONG.get(bytes, start(row) + TARGET));
  }

  /**
   * Copies the features of rows {@code from} to below {@code to}, which all have some; NaN is a
   * missing value.
   */
  public final void copyFeatures(int from, int to, float[] into) {
    int next = 0;
    for (int row = from; row < to; row++) {
      int position = start(row) + FEATURES;
      for (int f = 0; f < width; f++) {
        into[next++] = Float.intBitsToFloat(intAt(position + f * Float.BYTES));
      }
    }
  }

  /**
   * Returns the value of the first header of a name of the record behind a row.
   *
   * @param name in UTF-8
   * @return null if there is no such header, or it has no value
   */
  public final byte @Nullable [] header(int row, byte[] name) {
    int position = behind(behind(startOfKey(row)));
    int headers = intAt(position);
    position += Integer.BYTES;
    for (int h = 0; h < headers; h++) {
      int value = behind(position);
      int from = position + Integer.BYTES;
      if (Arrays.equals(bytes, from, value, name, 0, name.length)) {
        return readBytes(new int[] {value});
      }
      position = behind(value);
    }
    return null;
  }

  /** Returns the record behind a row, byte for byte as it came. */
  public final KafkaRecord record(int row, String topic) {
    int[] cursor = {startOfKey(row)};
    byte[] key = readBytes(cursor);
    byte[] value = readBytes(cursor);
    int headers = intAt(cursor[0]);
    cursor[0] += Integer.BYTES;
    String[] names = new String[headers];
    byte[] @Nullable [] values = new byte[headers][];
    for (int h = 0; h < headers; h++) {
      byte[] name = Objects.requireNonNull(readBytes(cursor), "name of a header");
      names[h] = new String(name, StandardCharsets.UTF_8);
      values[h] = readBytes(cursor);
    }
    return new KafkaRecord(
        topic, partition(row), offset(row), timestamp(row), key, value, names, values);
  }

  /**
   * Appends a row; rows with features have the width of the first.
   *
   * @param timestamp of the row's record
   */
  final void append(Example example, double target, long timestamp) {
    int count = 0;
    if (example.kind.hasFeatures()) {
      width = example.width;
      indicators = example.indicators;
      count = width;
    }
    int start = length;
    int carried = example.carriedCount;
    ensureRoom(start + FEATURES + count * Float.BYTES + (carried + 1) * Long.BYTES);
    KafkaRecord record = example.record;
    INT.set(bytes, start + PARTITION, record.partition());
    LONG.set(bytes, start + OFFSET, record.offset());
    LONG.set(bytes, start + TIMESTAMP, timestamp);
    LONG.set(bytes, start + EVENT_TIME, example.eventTime);
    LONG.set(bytes, start + TARGET, Double.doubleToRawLongBits(target));
    INT.set(bytes, start + WEIGHT, Float.floatToRawIntBits(example.weight));
    int flags = (example.hasId() ? HAS_ID : 0) | (example.group != 0 ? HAS_GROUP : 0);
    INT.set(bytes, start + KIND, example.kind.ordinal() | flags | carried << CARRIED_SHIFT);
    int position = putNumbers(start + FEATURES, example, count);
    if (example.hasId()) {
      position = put(position, example.id, example.idLength);
    }
    position = put(position, record);
    INT.set(bytes, start, position - start);
    length = position;
    size++;
  }

  /** Writes features, carried values and the group, for which there is room. */
  private int putNumbers(int offset, Example example, int features) {
    byte[] into = bytes;
    for (int f = 0; f < features; f++) {
      int bits = Float.floatToRawIntBits(example.features[f]);
      INT.set(into, offset + f * Float.BYTES, bits);
    }
    int position = offset + features * Float.BYTES;
    for (int c = 0; c < example.carriedCount; c++) {
      LONG.set(into, position, example.carried[c]);
      position += Long.BYTES;
    }
    if (example.group != 0) {
      LONG.set(into, position, example.group);
      position += Long.BYTES;
    }
    return position;
  }

  private int put(int offset, KafkaRecord record) {
    int position = put(offset, record.key());
    position = put(position, record.value());
    int headers = record.headerNames().length;
    position = putInt(position, headers);
    for (int h = 0; h < headers; h++) {
      position = put(position, record.headerNames()[h].getBytes(StandardCharsets.UTF_8));
      position = put(position, record.headerValues()[h]);
    }
    return position;
  }

  /** Returns the bytes of all rows but some, in their order. */
  final byte[] bytesWithout(BitSet rows) {
    byte[] kept = new byte[length];
    int position = 0;
    for (int row = rows.nextClearBit(0); row < size; row = rows.nextClearBit(row + 1)) {
      int start = start(row);
      System.arraycopy(bytes, start, kept, position, intAt(start));
      position += intAt(start);
    }
    return Arrays.copyOf(kept, position);
  }

  /** Removes all rows, keeping the memory. */
  final void clearRows() {
    width = 0;
    indicators = 0;
    length = 0;
    size = 0;
    known = 0;
  }

  /**
   * Checks the number and the lengths of rows that came over the network, and that nothing follows
   * them. The contents of a row are checked where they are read.
   *
   * @throws IOException if they are wrong
   */
  public final void requireWholeRows() throws IOException {
    SizeChecks.require("features of a chunk", width, 0, length / Float.BYTES);
    SizeChecks.require("indicators of a chunk", indicators, 0, width);
    starts = new int[size];
    int position = 0;
    for (int row = 0; row < size; row++) {
      starts[row] = position;
      SizeChecks.require("rows of a chunk", size, 0, row + (length - position) / MIN_BYTES);
      int flags = intAt(position + KIND);
      int kind = flags & KIND_BITS;
      SizeChecks.require("kind of a row", kind, 0, RecordKind.LAST);
      int min = MIN_BYTES + ((flags & HAS_GROUP) != 0 ? Long.BYTES : 0);
      min += RecordKind.of(kind).hasFeatures() ? width * Float.BYTES : 0;
      min +=
          (int) SizeChecks.require("carried values", flags >>> CARRIED_SHIFT, 0, MAX_CARRIED)
              * Long.BYTES;
      position +=
          (int) SizeChecks.require("bytes of a row", intAt(position), min, length - position);
    }
    SizeChecks.require("bytes of all rows", position, length);
    known = size;
  }

  private int start(int row) {
    if (row >= known) {
      findStarts();
    }
    return starts[row];
  }

  private void findStarts() {
    if (starts.length < size) {
      starts = Arrays.copyOf(starts, Math.max(size, 2 * starts.length));
    }
    int position = known == 0 ? 0 : starts[known - 1] + intAt(starts[known - 1]);
    for (; known < size; known++) {
      starts[known] = position;
      position += intAt(position);
    }
  }

  private int endOfFeatures(int row) {
    int count = kind(row).hasFeatures() ? width : 0;
    return start(row) + FEATURES + count * Float.BYTES;
  }

  private int endOfCarried(int row) {
    return endOfFeatures(row) + carriedCount(row) * Long.BYTES;
  }

  private int startOfId(int row) {
    return endOfCarried(row) + (hasGroup(row) ? Long.BYTES : 0);
  }

  private int startOfKey(int row) {
    int position = startOfId(row);
    return hasId(row) ? behind(position) : position;
  }

  /** Returns the position behind a byte string. */
  private int behind(int position) {
    return position + Integer.BYTES + Math.max(0, intAt(position)); // -1 for null
  }

  private int intAt(int position) {
    return (int) INT.get(bytes, position);
  }

  private int putInt(int position, int value) {
    ensureRoom(position + Integer.BYTES);
    INT.set(bytes, position, value);
    return position + Integer.BYTES;
  }

  private int put(int position, byte @Nullable [] string) {
    if (string == null) {
      return putInt(position, -1);
    }
    return put(position, string, string.length);
  }

  private int put(int position, byte[] string, int stringLength) {
    int from = position + Integer.BYTES;
    ensureRoom(from + stringLength);
    INT.set(bytes, position, stringLength);
    System.arraycopy(string, 0, bytes, from, stringLength);
    return from + stringLength;
  }

  private byte @Nullable [] readBytes(int[] cursor) {
    int stringLength = intAt(cursor[0]);
    cursor[0] += Integer.BYTES;
    if (stringLength < 0) {
      return null;
    }
    Objects.checkFromIndexSize(cursor[0], stringLength, length); // or it would be filled up
    byte[] string = Arrays.copyOfRange(bytes, cursor[0], cursor[0] + stringLength);
    cursor[0] += stringLength;
    return string;
  }

  private void ensureRoom(int needed) {
    if (bytes.length < needed) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, bytes.length + bytes.length / 2));
    }
  }
}
