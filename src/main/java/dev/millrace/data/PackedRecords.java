package dev.millrace.data;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Kafka records side by side in one byte array, so that many of them travel as cheaply as one. Not
 * thread-safe.
 *
 * <p>A record is: partition (int), offset (long), timestamp (long), key, value, number of headers
 * (int), then name and value of each header. Integers are little-endian; a byte string is its
 * length (int, -1 for null) and its bytes. The topic is not stored.
 */
public final class PackedRecords {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int FIXED_BYTES = Integer.BYTES + 2 * Long.BYTES;

  private byte[] bytes = new byte[256];
  private int[] ends = new int[8];
  private int size;

  /** Records over packed bytes, which are kept: {@code ends[i]} is where record i ends. */
  public static PackedRecords wrap(byte[] bytes, int[] ends, int size) {
    PackedRecords records = new PackedRecords();
    records.bytes = bytes;
    records.ends = ends;
    records.size = size;
    return records;
  }

  public int size() {
    return size;
  }

  /** The packed bytes; the first {@link #length()} of them are in use. */
  public byte[] bytes() {
    return bytes;
  }

  /** Where each record ends; the first {@link #size()} entries are in use. */
  public int[] ends() {
    return ends;
  }

  /** Bytes in use. */
  public int length() {
    return size == 0 ? 0 : ends[size - 1];
  }

  /** Memory of the arrays, used or not. */
  public long capacityBytes() {
    return bytes.length + Integer.BYTES * (long) ends.length;
  }

  public int partition(int record) {
    return (int) INT.get(bytes, start(record));
  }

  public long offset(int record) {
    return (long) LONG.get(bytes, start(record) + Integer.BYTES);
  }

  public long timestamp(int record) {
    return (long) LONG.get(bytes, start(record) + Integer.BYTES + Long.BYTES);
  }

  /** Appends a record. */
  public void add(KafkaRecord record) {
    int at = length();
    ensureRoom(at + FIXED_BYTES);
    INT.set(bytes, at, record.partition());
    LONG.set(bytes, at + Integer.BYTES, record.offset());
    LONG.set(bytes, at + Integer.BYTES + Long.BYTES, record.timestamp());
    at = put(at + FIXED_BYTES, record.key());
    at = put(at, record.value());
    int headers = record.headerNames().length;
    at = putInt(at, headers);
    for (int h = 0; h < headers; h++) {
      at = put(at, record.headerNames()[h].getBytes(StandardCharsets.UTF_8));
      at = put(at, record.headerValues()[h]);
    }
    if (size == ends.length) {
      ends = Arrays.copyOf(ends, size * 2);
    }
    ends[size++] = at;
  }

  /** The record at a position, byte for byte as it was added. */
  public KafkaRecord get(int record, String topic) {
    int[] cursor = {start(record) + FIXED_BYTES};
    byte[] key = take(cursor);
    byte[] value = take(cursor);
    int headers = (int) INT.get(bytes, cursor[0]);
    cursor[0] += Integer.BYTES;
    String[] names = new String[headers];
    byte[][] values = new byte[headers][];
    for (int h = 0; h < headers; h++) {
      names[h] = new String(take(cursor), StandardCharsets.UTF_8);
      values[h] = take(cursor);
    }
    return new KafkaRecord(
        topic, partition(record), offset(record), timestamp(record), key, value, names, values);
  }

  public void clear() {
    size = 0;
  }

  /** A deep copy. */
  public PackedRecords copy() {
    return wrap(Arrays.copyOf(bytes, length()), Arrays.copyOf(ends, Math.max(1, size)), size);
  }

  private int start(int record) {
    return record == 0 ? 0 : ends[record - 1];
  }

  private int putInt(int at, int value) {
    ensureRoom(at + Integer.BYTES);
    INT.set(bytes, at, value);
    return at + Integer.BYTES;
  }

  private int put(int at, byte[] string) {
    if (string == null) {
      return putInt(at, -1);
    }
    int from = putInt(at, string.length);
    ensureRoom(from + string.length);
    System.arraycopy(string, 0, bytes, from, string.length);
    return from + string.length;
  }

  private byte[] take(int[] cursor) {
    int length = (int) INT.get(bytes, cursor[0]);
    cursor[0] += Integer.BYTES;
    if (length < 0) {
      return null;
    }
    byte[] string = Arrays.copyOfRange(bytes, cursor[0], cursor[0] + length);
    cursor[0] += length;
    return string;
  }

  private void ensureRoom(int needed) {
    if (bytes.length < needed) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, bytes.length * 2));
    }
  }
}
