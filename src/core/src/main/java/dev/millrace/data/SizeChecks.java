package dev.millrace.data;

import java.io.DataInput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Checks counts and lengths of stored bytes, which may be damaged, before memory is allocated for
 * them. The exception names the count, its value and what is possible.
 */
public final class SizeChecks {
  // Bytes read of an input of unknown length before more memory is allocated.
  private static final int FIRST_ROOM = 1 << 20;

  private SizeChecks() {}

  /**
   * Reads a count.
   *
   * @param what is counted, for the exception
   * @throws IOException if it is negative or more than the maximum
   */
  public static int read(DataInput in, String what, int max) throws IOException {
    return (int) require(what, in.readInt(), 0, max);
  }

  /**
   * Reads the number of things that follow.
   *
   * @param what is counted, for the exception
   * @param max number of things
   * @param bytesEach min bytes of a thing, 1 or more: a {@link BoundedDataInput} has no more things
   *     than bytes are left for
   * @throws IOException if it is negative or more
   */
  public static int read(DataInput in, String what, int max, int bytesEach) throws IOException {
    return (int) require(in, what, in.readInt(), max, bytesEach);
  }

  /** Checks a count that was read already, as {@link #read} does. */
  public static long require(DataInput in, String what, long count, long max, int bytesEach)
      throws IOException {
    return require(what, count, 0, Math.min(max, left(in) / bytesEach));
  }

  /**
   * Checks a number that can only be one.
   *
   * @throws IOException if it is another one
   */
  public static void require(String what, long value, long expected) throws IOException {
    require(what, value, expected, expected);
  }

  /**
   * Checks a number that was read.
   *
   * @return the same
   * @throws IOException if it is below the minimum or above the maximum
   */
  public static long require(String what, long value, long min, long max) throws IOException {
    if (value < min || value > max) {
      throw impossible(what, Long.toString(value), min, max);
    }
    return value;
  }

  /**
   * Checks an index that is stored as a fraction.
   *
   * @throws IOException if it is not a whole number below the number of things
   */
  public static void requireIndex(String what, double value, int things) throws IOException {
    if (!(value >= 0 && value < things && value == Math.rint(value))) {
      throw impossible(what, Double.toString(value), 0, things - 1);
    }
  }

  private static IOException impossible(String what, String value, long min, long max) {
    String possible = min < max ? "%d to %d are".formatted(min, max) : max + " is";
    return new IOException(
        "%s: %s, where %s possible; the bytes are damaged".formatted(what, value, possible));
  }

  /**
   * Checks that things of a size known by now can follow.
   *
   * @throws IOException if the input is {@link BoundedDataInput} and has fewer bytes left
   */
  public static void requireBytes(DataInput in, String what, long bytes) throws IOException {
    long left = left(in);
    if (bytes > left) {
      throw new IOException(
          "%s: %d bytes, of which %d are there; the bytes are cut off or damaged"
              .formatted(what, bytes, left));
    }
  }

  /**
   * Reads a length and that number of bytes. Memory is allocated as they come, so that a damaged
   * length of an input of unknown length does not take all of it.
   *
   * @throws IOException if the length is not possible, or there are fewer bytes
   */
  public static byte[] readBytes(DataInput in, String what) throws IOException {
    int length = read(in, what, Integer.MAX_VALUE - Long.BYTES, 1);
    byte[] bytes = new byte[left(in) < Long.MAX_VALUE ? length : Math.min(length, FIRST_ROOM)];
    in.readFully(bytes);
    while (bytes.length < length) {
      int read = bytes.length;
      bytes = Arrays.copyOf(bytes, (int) Math.min(length, 2L * read));
      in.readFully(bytes, read, bytes.length - read);
    }
    return bytes;
  }

  private static long left(DataInput in) {
    return in instanceof BoundedDataInput stored ? stored.left() : Long.MAX_VALUE;
  }
}
