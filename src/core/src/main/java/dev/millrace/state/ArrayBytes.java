package dev.millrace.state;

/** Sums the bytes in memory of the arrays that a visit names. */
public final class ArrayBytes extends StateVisitor {
  private long bytes;

  private ArrayBytes() {}

  /** Returns the bytes of the arrays of a state. Parts that are copied by hand are not measured. */
  public static long of(State state) {
    ArrayBytes measure = new ArrayBytes();
    measure.visitFields(state);
    return measure.bytes;
  }

  /** Returns true: arrays are named as a whole, with what is not stored of them. */
  @Override
  public boolean isCopying() {
    return true;
  }

  @Override
  public void numbers(byte[] values, int from, int to) {
    bytes += (long) values.length * Byte.BYTES;
  }

  @Override
  public void numbers(int[] values, int from, int to) {
    bytes += (long) values.length * Integer.BYTES;
  }

  @Override
  public void numbers(long[] values, int from, int to) {
    bytes += (long) values.length * Long.BYTES;
  }

  @Override
  public void numbers(float[] values, int from, int to) {
    bytes += (long) values.length * Float.BYTES;
  }

  @Override
  public void numbers(double[] values, int from, int to) {
    bytes += (long) values.length * Double.BYTES;
  }
}
