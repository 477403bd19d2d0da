package dev.millrace.data;

import java.io.DataInput;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Reads stored state or a stored model. The number of bytes left is known, so that {@link
 * SizeChecks} can check counts before memory is allocated. Not thread-safe.
 *
 * <p>Each number is one access of the array; those of a {@link DataInputStream} are calls of a
 * synchronized method for each byte.
 */
@PublicApi
public final class BoundedDataInput implements DataInput {
  private static final VarHandle SHORT = view(short[].class);
  private static final VarHandle INT = view(int[].class);
  private static final VarHandle LONG = view(long[].class);

  private final byte[] bytes;
  private int position;

  /** Reads from the first byte on. */
  public BoundedDataInput(byte[] bytes) {
    this.bytes = bytes;
  }

  private static VarHandle view(Class<?> array) {
    return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.BIG_ENDIAN);
  }

  /** Returns the number of bytes read. */
  public int position() {
    return position;
  }

  /**
   * Sets the position of the next byte.
   *
   * @throws IndexOutOfBoundsException if it is beyond the end
   */
  public void seek(int newPosition) {
    position = Objects.checkFromToIndex(newPosition, bytes.length, bytes.length);
  }

  /** Returns the number of unread bytes. */
  public int left() {
    return bytes.length - position;
  }

  /** Returns the position of the next bytes, and skips them. */
  private int advance(int count) throws EOFException {
    if (count > bytes.length - position) {
      throw new EOFException(
          "the bytes end after %d, where %d more are needed; they are cut off or damaged"
              .formatted(bytes.length, count - (bytes.length - position)));
    }
    int from = position;
    position += count;
    return from;
  }

  @Override
  public void readFully(byte[] into) throws IOException {
    readFully(into, 0, into.length);
  }

  @Override
  public void readFully(byte[] into, int offset, int length) throws IOException {
    System.arraycopy(bytes, advance(length), into, offset, length);
  }

  @Override
  public int skipBytes(int count) {
    int skipped = Math.max(0, Math.min(count, left()));
    position += skipped;
    return skipped;
  }

  @Override
  public boolean readBoolean() throws IOException {
    return readByte() != 0;
  }

  @Override
  public byte readByte() throws IOException {
    return bytes[advance(Byte.BYTES)];
  }

  @Override
  public int readUnsignedByte() throws IOException {
    return readByte() & 0xFF;
  }

  @Override
  public short readShort() throws IOException {
    return (short) SHORT.get(bytes, advance(Short.BYTES));
  }

  @Override
  public int readUnsignedShort() throws IOException {
    return readShort() & 0xFFFF;
  }

  @Override
  public char readChar() throws IOException {
    return (char) readShort();
  }

  @Override
  public int readInt() throws IOException {
    return (int) INT.get(bytes, advance(Integer.BYTES));
  }

  @Override
  public long readLong() throws IOException {
    return (long) LONG.get(bytes, advance(Long.BYTES));
  }

  @Override
  public float readFloat() throws IOException {
    return Float.intBitsToFloat(readInt());
  }

  @Override
  public double readDouble() throws IOException {
    return Double.longBitsToDouble(readLong());
  }

  @Override
  public String readUTF() throws IOException {
    return DataInputStream.readUTF(this);
  }

  /** State has no lines. */
  @Override
  public String readLine() {
    throw new UnsupportedOperationException();
  }
}
