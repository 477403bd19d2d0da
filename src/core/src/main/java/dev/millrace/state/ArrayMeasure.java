package dev.millrace.state;

/** Sums the bytes of the arrays that a copy gets. */
final class ArrayMeasure extends StateVisitor {
  private long bytes;

  long bytes() {
    return bytes;
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
