package dev.millrace.state;

import dev.millrace.data.PublicApi;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Visits the fields of a {@link State}. Each method gets the value of a field and returns its value
 * from now on: the same unless the visitor reads or fills a copy. The type of a field is the type
 * of its bytes.
 *
 * <p>Methods with the parameter {@code what} check a value that is read; the exception says what is
 * wrong. Not thread-safe.
 */
@PublicApi
public abstract class StateVisitor {

  /** Writes a value by hand. */
  @PublicApi
  @FunctionalInterface
  public interface Writer<T> {
    void write(T value, DataOutput out) throws IOException;
  }

  /** Reads a value by hand. */
  @PublicApi
  @FunctionalInterface
  public interface Reader<T> {
    T read(DataInput in) throws IOException;
  }

  StateVisitor() {}

  /** Visits each field, where no bytes are read or written. */
  final void visitFields(State state) {
    try {
      state.visit(this);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns true if values come from stored bytes, which must be checked. */
  public boolean isReading() {
    return false;
  }

  /** Returns true if the object is new and gets its values now, from bytes or from another one. */
  public boolean isFilling() {
    return false;
  }

  /** Returns true if the object is copied, or is the copy. */
  public boolean isCopying() {
    return false;
  }

  /** Visits a boolean. */
  public boolean flag(boolean value) throws IOException {
    return value;
  }

  /** Visits a number, as four bytes. */
  public int number(int value) throws IOException {
    return value;
  }

  /** Visits a number, as eight bytes. */
  public long number(long value) throws IOException {
    return value;
  }

  /** Visits a number that is finite in a model that is sound, as four bytes. */
  public float number(float value) throws IOException {
    return value;
  }

  /** Visits a number that is finite in a model that is sound, as eight bytes. */
  public double number(double value) throws IOException {
    return value;
  }

  /** Visits a number that may be NaN or infinite in a model that is sound. */
  public float anyNumber(float value) throws IOException {
    return number(value);
  }

  /** Visits a number that may be NaN or infinite in a model that is sound. */
  public double anyNumber(double value) throws IOException {
    return number(value);
  }

  /** Visits a text of at most 65,535 bytes. */
  public String text(String value) throws IOException {
    return value;
  }

  /** Visits a number from -128 to 127, as one byte. */
  public int small(int value) throws IOException {
    return number(value);
  }

  /** Visits a number from 0 to 65,535, as two bytes. */
  public int unsignedShort(int value) throws IOException {
    return number(value);
  }

  /** Visits a number of 0 or more, small ones in few bytes. */
  public long packed(long value) throws IOException {
    return number(value);
  }

  /** Visits a number, small whole ones in few bytes. */
  public double packed(double value) throws IOException {
    return number(value);
  }

  /** Visits a number within a range. */
  public final int number(String what, int value, int min, int max) throws IOException {
    return (int) require(what, number(value), min, max);
  }

  /** Visits a number within a range. */
  public final long number(String what, long value, long min, long max) throws IOException {
    return require(what, number(value), min, max);
  }

  /** Visits a number within a range, as one byte. */
  public final int small(String what, int value, int min, int max) throws IOException {
    return (int) require(what, small(value), min, max);
  }

  /** Visits a number within a range, small ones in few bytes. */
  public final long packed(String what, long value, long min, long max) throws IOException {
    return require(what, packed(value), min, max);
  }

  /**
   * Visits the number of things that follow.
   *
   * @param bytesEach min bytes of a thing
   */
  public final int count(String what, int value, int max, int bytesEach) throws IOException {
    return (int) requireCount(what, number(value), max, bytesEach);
  }

  /** Visits the number of things that follow, each of a byte or more; small ones in few bytes. */
  public final int packedCount(String what, int value, int max) throws IOException {
    return (int) requireCount(what, packed((long) value), max, Byte.BYTES);
  }

  /** Checks a value that was read; others are returned as they are. */
  public long require(String what, long value, long min, long max) throws IOException {
    return value;
  }

  /** Checks that things of a size known by now can follow, when reading. */
  public void requireBytes(String what, long bytes) throws IOException {}

  long requireCount(String what, long count, long max, int bytesEach) throws IOException {
    return count;
  }

  /** Visits a part of an array whose length follows from the settings. */
  public void numbers(byte[] values, int from, int to) throws IOException {}

  /** Visits a part of an array whose length follows from the settings. */
  public void numbers(int[] values, int from, int to) throws IOException {}

  /** Visits a part of an array whose length follows from the settings. */
  public void numbers(long[] values, int from, int to) throws IOException {}

  /** Visits a part of an array whose length follows from the settings. */
  public void numbers(float[] values, int from, int to) throws IOException {}

  /** Visits a part of an array whose length follows from the settings. */
  public void numbers(double[] values, int from, int to) throws IOException {}

  /** Visits a part of an array, small whole numbers in few bytes. */
  public void packed(double[] values, int from, int to) throws IOException {
    numbers(values, from, to);
  }

  /** Visits an array of numbers from 0 to 65,535, as two bytes each. */
  public void unsignedShorts(int[] values) throws IOException {
    numbers(values, 0, values.length);
  }

  /** Visits an array whose length follows from the settings. */
  public final void numbers(float[] values) throws IOException {
    numbers(values, 0, values.length);
  }

  /** Visits an array whose length follows from the settings. */
  public final void numbers(double[] values) throws IOException {
    numbers(values, 0, values.length);
  }

  /** Visits an array whose length follows from the settings. */
  public final void numbers(long[] values) throws IOException {
    numbers(values, 0, values.length);
  }

  /** Visits arrays of the same length: the first number of each, the second of each, and so on. */
  public void alternating(float[]... arrays) throws IOException {
    for (float[] array : arrays) {
      numbers(array);
    }
  }

  /** Visits arrays of the same length: the first number of each, the second of each, and so on. */
  public void alternating(double[]... arrays) throws IOException {
    for (double[] array : arrays) {
      numbers(array);
    }
  }

  /** Visits an array and its length. */
  public final byte[] sized(String what, byte[] values, int max) throws IOException {
    int length = count(what, values.length, max, Byte.BYTES);
    byte[] sized = isFilling() ? new byte[length] : values;
    numbers(sized, 0, length);
    return sized;
  }

  /** Visits an array and its length. */
  public final float[] sized(String what, float[] values, int max) throws IOException {
    int length = count(what, values.length, max, Float.BYTES);
    float[] sized = isFilling() ? new float[length] : values;
    numbers(sized);
    return sized;
  }

  /** Visits an array and its length. */
  public final double[] sized(String what, double[] values, int max) throws IOException {
    int length = count(what, values.length, max, Double.BYTES);
    double[] sized = isFilling() ? new double[length] : values;
    numbers(sized);
    return sized;
  }

  /** Visits an array and its length. */
  public final long[] sized(String what, long[] values, int max) throws IOException {
    int length = count(what, values.length, max, Long.BYTES);
    long[] sized = isFilling() ? new long[length] : values;
    numbers(sized);
    return sized;
  }

  /** Visits an array and its length, small whole numbers in few bytes. */
  public final double[] packedSized(String what, double[] values, int max) throws IOException {
    int length = packedCount(what, values.length, max);
    double[] sized = isFilling() ? new double[length] : values;
    packed(sized, 0, length);
    return sized;
  }

  /**
   * Visits a part that objects of some settings have. Stored state of other settings may have it
   * too, and is read and discarded; where it lacks the part, the part stays as it is.
   *
   * @param empty creates one
   */
  public final void optional(@Nullable State part, Supplier<? extends State> empty)
      throws IOException {
    if (flag(part != null)) {
      (part == null ? empty.get() : part).visit(this);
    }
  }

  /**
   * Visits a part that may be missing.
   *
   * @param empty creates one
   */
  public final <S extends State> @Nullable S nullable(@Nullable S part, Supplier<S> empty)
      throws IOException {
    if (!flag(part != null)) {
      return null;
    }
    S present = isFilling() ? empty.get() : Objects.requireNonNull(part);
    present.visit(this);
    return present;
  }

  /** Visits a value that does not change and may be missing. */
  public final <T> @Nullable T nullable(@Nullable T value, Writer<T> writer, Reader<T> reader)
      throws IOException {
    return flag(value != null) ? custom(value, writer, reader, UnaryOperator.identity()) : null;
  }

  /** Visits a value that does not change. */
  public final <T> T value(@Nullable T value, Writer<T> writer, Reader<T> reader)
      throws IOException {
    return custom(value, writer, reader, UnaryOperator.identity());
  }

  /**
   * Visits a part that is stored and copied by hand.
   *
   * @param copy called for the object that gets the copy
   */
  public <T> T custom(@Nullable T value, Writer<T> writer, Reader<T> reader, UnaryOperator<T> copy)
      throws IOException {
    return Objects.requireNonNull(value);
  }

  /** Visits a value that does not change and is copied, but not stored. */
  public <T extends @Nullable Object> T unstored(T value) {
    return value;
  }
}
