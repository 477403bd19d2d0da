package dev.millrace.state;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Writes sums of weights in few bytes: whole numbers, as they are while every weight is 1, as a
 * {@link VarLong} of twice the number, others as a 1 and a double.
 */
public final class VarNumber {

  // Above it not every whole number is a double.
  private static final double MAX_WHOLE = 1L << 53;

  private VarNumber() {}

  public static void write(DataOutput out, double value) throws IOException {
    if (value >= 0 && value <= MAX_WHOLE && value == Math.rint(value)) {
      VarLong.write(out, (long) value << 1);
    } else {
      out.writeByte(1);
      out.writeDouble(value);
    }
  }

  public static double read(DataInput in) throws IOException {
    long code = VarLong.read(in);
    return (code & 1) == 0 ? code >>> 1 : in.readDouble();
  }
}
