package dev.millrace.data;

import java.io.DataInput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Counts and lengths in bytes that may be damaged, each checked against what is possible before
 * room is made for so much: what is wrong is one exception that names the count, its value and what
 * is possible.
 */
public final class SizeChecks {
  // What is read of an input of unknown length before more room is made.
  private static final int FIRST_ROOM = 1 << 20;

  private SizeChecks() {}

  /**
   * Reads a count.
   *
   * @param what is counted, for the exception
   * @throws IOException if it is negative or more than the most there may be
   */
  public static int read(DataInput in, String what, int most) throws IOException {
    return (int) require(what, in.readInt(), 0, most);
  }

  /**
   * Reads the number of things that follow.
   *
   * @param what is counted, for the exception
   * @param most there may be
   * @param bytesEach that a thing has at least, 1 or more: if the input is {@link
   *     BoundedDataInput}, no more things are possible than bytes are left for
   * @throws IOException if it is negative or more
   */
  public static int read(DataInput in, String what, int most, int bytesEach) throws IOException {
    return (int) require(in, what, in.readInt(), most, bytesEach);
  }

  /** Checks a count that was read already, as {@link #read} does. */
  public static long require(DataInput in, String what, long count, long most, int bytesEach)
      throws IOException {
    return require(what, count, 0, Math.min(most, left(in) / bytesEach));
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
   * @throws IOException if it is below the least or above the most
   */
  public static long require(String what, long value, long least, long most) throws IOException {
    if (value < least || value > most) {
      throw impossible(what, Long.toString(value), least, most);
    }
    return value;
  }

  /**
   * Checks the index of one of so many things, which is stored as a fraction.
   *
   * @throws IOException if it is none
   */
  public static void requireIndex(String what, double value, int things) throws IOException {
    if (!(value >= 0 && value < things && value == Math.rint(value))) {
      throw impossible(what, Double.toString(value), 0, things - 1);
    }
  }

  private static IOException impossible(String what, String value, long least, long most) {
    String possible = least < most ? "%d to %d are".formatted(least, most) : most + " is";
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
   * Reads a length and so many bytes. Room is made as they come, so that a damaged length of an
   * input of unknown length does not take all memory.
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
