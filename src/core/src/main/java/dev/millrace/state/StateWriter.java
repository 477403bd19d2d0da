package dev.millrace.state;

import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Writes what it visits. */
public final class StateWriter extends StateVisitor {
  // Bytes that are written at once.
  private static final int MAX_BLOCK = 4_096;

  private final DataOutput out;
  private ByteBuffer block = ByteBuffer.allocate(0);

  /** Writes to an output. */
  public StateWriter(DataOutput out) {
    this.out = out;
  }

  @Override
  public boolean flag(boolean value) throws IOException {
    out.writeBoolean(value);
    return value;
  }

  @Override
  public int number(int value) throws IOException {
    out.writeInt(value);
    return value;
  }

  @Override
  public long number(long value) throws IOException {
    out.writeLong(value);
    return value;
  }

  @Override
  public float number(float value) throws IOException {
    out.writeFloat(value);
    return value;
  }

  @Override
  public double number(double value) throws IOException {
    out.writeDouble(value);
    return value;
  }

  @Override
  public String text(String value) throws IOException {
    out.writeUTF(value);
    return value;
  }

  @Override
  public int small(int value) throws IOException {
    out.writeByte(value);
    return value;
  }

  @Override
  public int unsignedShort(int value) throws IOException {
    out.writeShort(value);
    return value;
  }

  @Override
  public long packed(long value) throws IOException {
    VarLong.write(out, value);
    return value;
  }

  @Override
  public double packed(double value) throws IOException {
    VarNumber.write(out, value);
    return value;
  }

  @Override
  public void numbers(byte[] values, int from, int to) throws IOException {
    out.write(values, from, to - from);
  }

  @Override
  public void unsignedShorts(int[] values) throws IOException {
    for (int start = 0; start < values.length; ) {
      int end = nextBlock(start, values.length, Short.BYTES);
      for (int i = start; i < end; i++) {
        block.putShort((short) values[i]);
      }
      writeBlock();
      start = end;
    }
  }

  @Override
  public void numbers(int[] values, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      out.writeInt(values[i]);
    }
  }

  @Override
  public void numbers(long[] values, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      out.writeLong(values[i]);
    }
  }

  @Override
  public void numbers(float[] values, int from, int to) throws IOException {
    for (int start = from; start < to; ) {
      int end = nextBlock(start, to, Float.BYTES);
      for (int i = start; i < end; i++) {
        block.putInt(Float.floatToIntBits(values[i])); // one NaN for all
      }
      writeBlock();
      start = end;
    }
  }

  @Override
  public void numbers(double[] values, int from, int to) throws IOException {
    for (int start = from; start < to; ) {
      int end = nextBlock(start, to, Double.BYTES);
      for (int i = start; i < end; i++) {
        block.putLong(Double.doubleToLongBits(values[i]));
      }
      writeBlock();
      start = end;
    }
  }

  /** Makes room for the next numbers, and returns the end of those that fit. */
  private int nextBlock(int start, int to, int bytesEach) {
    int count = Math.min(to - start, MAX_BLOCK / bytesEach);
    if (block.capacity() < count * bytesEach) {
      block = ByteBuffer.allocate(Math.min(MAX_BLOCK, 2 * count * bytesEach));
    }
    block.clear();
    return start + count;
  }

  private void writeBlock() throws IOException {
    out.write(block.array(), 0, block.position());
  }

  @Override
  public void packed(double[] values, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      VarNumber.write(out, values[i]);
    }
  }

  @Override
  public void alternating(float[]... arrays) throws IOException {
    for (int i = 0; i < arrays[0].length; i++) {
      for (float[] array : arrays) {
        out.writeFloat(array[i]);
      }
    }
  }

  @Override
  public void alternating(double[]... arrays) throws IOException {
    for (int i = 0; i < arrays[0].length; i++) {
      for (double[] array : arrays) {
        out.writeDouble(array[i]);
      }
    }
  }

  @Override
  public <T> T custom(@Nullable T value, Writer<T> writer, Reader<T> reader, UnaryOperator<T> copy)
      throws IOException {
    T present = Objects.requireNonNull(value);
    writer.write(present, out);
    return present;
  }
}
