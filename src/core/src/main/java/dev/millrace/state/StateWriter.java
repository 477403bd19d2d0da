package dev.millrace.state;

import java.io.DataOutput;
import java.io.IOException;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Writes what it visits. */
public final class StateWriter extends StateVisitor {
  private final DataOutput out;

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
    for (int i = from; i < to; i++) {
      out.writeFloat(values[i]);
    }
  }

  @Override
  public void numbers(double[] values, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      out.writeDouble(values[i]);
    }
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
