package dev.millrace.state;

import dev.millrace.data.SizeChecks;
import java.io.DataInput;
import java.io.IOException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads and checks what it visits. */
public final class StateReader extends StateVisitor {
  private final DataInput in;

  /** Reads from an input; counts are checked against the bytes left if it is bounded. */
  public StateReader(DataInput in) {
    this.in = in;
  }

  @Override
  public boolean isReading() {
    return true;
  }

  @Override
  public boolean isFilling() {
    return true;
  }

  @Override
  public boolean flag(boolean value) throws IOException {
    return in.readBoolean();
  }

  @Override
  public int number(int value) throws IOException {
    return in.readInt();
  }

  @Override
  public long number(long value) throws IOException {
    return in.readLong();
  }

  @Override
  public float number(float value) throws IOException {
    return in.readFloat();
  }

  @Override
  public double number(double value) throws IOException {
    return in.readDouble();
  }

  @Override
  public String text(String value) throws IOException {
    return in.readUTF();
  }

  @Override
  public int small(int value) throws IOException {
    return in.readByte();
  }

  @Override
  public int unsignedShort(int value) throws IOException {
    return in.readUnsignedShort();
  }

  @Override
  public long packed(long value) throws IOException {
    return VarLong.read(in);
  }

  @Override
  public double packed(double value) throws IOException {
    return VarNumber.read(in);
  }

  @Override
  public long require(String what, long value, long min, long max) throws IOException {
    return SizeChecks.require(what, value, min, max);
  }

  @Override
  public void requireBytes(String what, long bytes) throws IOException {
    SizeChecks.requireBytes(in, what, bytes);
  }

  @Override
  long requireCount(String what, long count, long max, int bytesEach) throws IOException {
    return SizeChecks.require(in, what, count, max, bytesEach);
  }

  @Override
  public void numbers(byte[] values, int from, int to) throws IOException {
    in.readFully(values, from, to - from);
  }

  @Override
  public void unsignedShorts(int[] values) throws IOException {
    for (int i = 0; i < values.length; i++) {
      values[i] = in.readUnsignedShort();
    }
  }

  @Override
  public void numbers(int[] values, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      values[i] = in.readInt();
    }
  }

  @Override
  public void numbers(long[] values, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      values[i] = in.readLong();
    }
  }

  @Override
  public void numbers(float[] values, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      values[i] = in.readFloat();
    }
  }

  @Override
  public void numbers(double[] values, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      values[i] = in.readDouble();
    }
  }

  @Override
  public void packed(double[] values, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      values[i] = VarNumber.read(in);
    }
  }

  @Override
  public void alternating(float[]... arrays) throws IOException {
    for (int i = 0; i < arrays[0].length; i++) {
      for (float[] array : arrays) {
        array[i] = in.readFloat();
      }
    }
  }

  @Override
  public void alternating(double[]... arrays) throws IOException {
    for (int i = 0; i < arrays[0].length; i++) {
      for (double[] array : arrays) {
        array[i] = in.readDouble();
      }
    }
  }

  @Override
  public <T> T custom(@Nullable T value, Writer<T> writer, Reader<T> reader, UnaryOperator<T> copy)
      throws IOException {
    return reader.read(in);
  }
}
