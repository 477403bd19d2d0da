package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Non-negative numbers in 7 bits a byte, lowest first: most counts of a confusion matrix and all
 * class indexes below 128 take one byte of state.
 */
final class VarLong {

  private VarLong() {}

  static void write(DataOutput out, long value) throws IOException {
    long rest = value;
    while (rest >= 0x80) {
      out.writeByte((int) (rest & 0x7F | 0x80));
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

  static long[] readArray(DataInput in) throws IOException {
    long[] values = new long[readSize(in)];
    for (int i = 0; i < values.length; i++) {
      values[i] = read(in);
    }
    return values;
  }
}
