package dev.millrace.state;

import dev.millrace.data.SizeChecks;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Writes non-negative numbers in 7 bits a byte, lowest first: most counts of a confusion matrix and
 * all class indexes below 128 take one byte of state.
 */
public final class VarLong {
  // Twice the limit of a pipeline.
  public static final int MAX_CLASSES = 2_000;
  private static final int MAX_EXAMPLES = 2_000_000;

  private VarLong() {}

  public static void write(DataOutput out, long value) throws IOException {
    long rest = value;
    while (rest >= 0x80) {
      out.writeByte((int) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    out.writeByte((int) rest);
  }

  /**
   * Reads a number.
   *
   * @throws IOException if it has more than 63 bits
   */
  public static long read(DataInput in) throws IOException {
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
   * Reads the number of things that follow, each of a byte or more.
   *
   * @throws IOException if it is above the max or the bytes left
   */
  public static int readSize(DataInput in, String what, int max) throws IOException {
    return (int) SizeChecks.require(in, what, read(in), max, Byte.BYTES);
  }

  /**
   * Reads the number of examples in a window.
   *
   * @throws IOException if no pipeline has so large a window
   */
  public static int readExamples(DataInput in) throws IOException {
    return readSize(in, "examples in the window of the metrics", MAX_EXAMPLES);
  }

  /** Reads the index of a segment. */
  public static int readSegment(DataInput in) throws IOException {
    return (int) SizeChecks.require("segment in the metrics", read(in), 0, Integer.MAX_VALUE);
  }

  /**
   * Reads a class index.
   *
   * @throws IOException if no pipeline has so many classes
   */
  public static int readClass(DataInput in) throws IOException {
    return (int) SizeChecks.require("class in the metrics", read(in), 0, MAX_CLASSES);
  }

  /** Reads a class index that may be -1, stored as the next number. */
  public static int readClassOrNone(DataInput in) throws IOException {
    return readClass(in) - 1;
  }
}
