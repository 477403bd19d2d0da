package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Non-negative numbers in 7 bits a byte, lowest first: most counts of a confusion matrix and all
 * class indexes below 128 take one byte of state.
 */
final class VarLong {
  private static final int FIRST_ROOM = 4_096;

  // Twice what a pipeline can allow.
  private static final int MOST_CLASSES = 2_000;

  private VarLong() {}

  static void write(DataOutput out, long value) throws IOException {
    long rest = value;
    while (rest >= 0x80) {
      out.writeByte((int) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    out.writeByte((int) rest);
  }

  /**
   * @throws IOException if there is no end to the number
   */
  static long read(DataInput in) throws IOException {
    long value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      byte next = in.readByte();
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IOException("metrics state: a number of more than 63 bits; the bytes are damaged");
  }

  /**
   * @throws IOException if the number is more than an int holds
   */
  static int readSize(DataInput in) throws IOException {
    long value = read(in);
    if (value > Integer.MAX_VALUE) {
      throw new IOException("metrics state: a size of " + value + "; the bytes are damaged");
    }
    return (int) value;
  }

  /**
   * A count of classes, or a class: tables have a place for each pair of them.
   *
   * @throws IOException if the number is more than any pipeline has
   */
  static int readClasses(DataInput in) throws IOException {
    int classes = readSize(in);
    if (classes > MOST_CLASSES) {
      throw new IOException("metrics state: " + classes + " classes; the bytes are damaged");
    }
    return classes;
  }

  static long[] readArray(DataInput in) throws IOException {
    int size = readSize(in);
    long[] values = new long[firstRoom(size)];
    for (int i = 0; i < size; i++) {
      if (i == values.length) {
        values = Arrays.copyOf(values, nextRoom(i, size));
      }
      values[i] = read(in);
    }
    return values;
  }

  /** Room for the first of so many numbers: a damaged size must not take all memory. */
  static int firstRoom(int size) {
    return Math.min(size, FIRST_ROOM);
  }

  /** Room once {@code read} of {@code size} numbers have come. */
  static int nextRoom(int read, int size) {
    return (int) Math.min(size, 2L * read);
  }
}
