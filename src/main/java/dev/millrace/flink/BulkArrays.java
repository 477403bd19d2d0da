package dev.millrace.flink;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Primitive arrays to and from a stream in few large writes, little-endian; element by element
 * costs a call each. Not thread-safe.
 */
final class BulkArrays {
  private ByteBuffer buffer = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);

  void write(float[] values, int count, DataOutput out) throws IOException {
    room(count * Float.BYTES).asFloatBuffer().put(values, 0, count);
    out.write(buffer.array(), 0, count * Float.BYTES);
  }

  void write(double[] values, int count, DataOutput out) throws IOException {
    room(count * Double.BYTES).asDoubleBuffer().put(values, 0, count);
    out.write(buffer.array(), 0, count * Double.BYTES);
  }

  void write(long[] values, int count, DataOutput out) throws IOException {
    room(count * Long.BYTES).asLongBuffer().put(values, 0, count);
    out.write(buffer.array(), 0, count * Long.BYTES);
  }

  void write(int[] values, int count, DataOutput out) throws IOException {
    room(count * Integer.BYTES).asIntBuffer().put(values, 0, count);
    out.write(buffer.array(), 0, count * Integer.BYTES);
  }

  float[] readFloats(int count, DataInput in) throws IOException {
    float[] values = new float[count];
    fill(count * Float.BYTES, in).asFloatBuffer().get(values);
    return values;
  }

  double[] readDoubles(int count, DataInput in) throws IOException {
    double[] values = new double[count];
    fill(count * Double.BYTES, in).asDoubleBuffer().get(values);
    return values;
  }

  long[] readLongs(int count, DataInput in) throws IOException {
    long[] values = new long[count];
    fill(count * Long.BYTES, in).asLongBuffer().get(values);
    return values;
  }

  int[] readInts(int count, DataInput in) throws IOException {
    int[] values = new int[count];
    fill(count * Integer.BYTES, in).asIntBuffer().get(values);
    return values;
  }

  private ByteBuffer fill(int bytes, DataInput in) throws IOException {
    in.readFully(room(bytes).array(), 0, bytes);
    return buffer;
  }

  private ByteBuffer room(int bytes) {
    if (buffer.capacity() < bytes) {
      buffer =
          ByteBuffer.allocate(Math.max(bytes, buffer.capacity() * 2))
              .order(ByteOrder.LITTLE_ENDIAN);
    }
    return buffer.clear();
  }
}
