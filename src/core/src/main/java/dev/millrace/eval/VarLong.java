package dev.millrace.eval;

import dev.millrace.data.SizeChecks;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Non-negative numbers in 7 bits a byte, lowest first: most counts of a confusion matrix and all
 * class indexes below 128 take one byte of state.
 */
final class VarLong {
  // Twice what a pipeline can allow.
  static final int MAX_CLASSES = 2_000;
  private static final int MAX_EXAMPLES = 2_000_000;

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
   * A count of things of which each has a byte or more.
   *
   * @throws IOException if the number is more than is possible
   */
  static int readSize(DataInput in, String what, int most) throws IOException {
    return (int) SizeChecks.require(in, what, read(in), most, Byte.BYTES);
  }

  /**
   * The number of examples in a window.
   *
   * @throws IOException if the number is more than any pipeline has
   */
  static int readExamples(DataInput in) throws IOException {
    return readSize(in, "examples in the window of the metrics", MAX_EXAMPLES);
  }

  /**
   * A class.
   *
   * @throws IOException if the number is more than any pipeline has
   */
  static int readClass(DataInput in) throws IOException {
    return (int) SizeChecks.require("class in the metrics", read(in), 0, MAX_CLASSES);
  }

  /** The same of a class that may be missing, stored as the next number. */
  static int readClassOrNone(DataInput in) throws IOException {
    return readClass(in) - 1;
  }
}
