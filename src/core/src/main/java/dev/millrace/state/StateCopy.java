package dev.millrace.state;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Copies what a visit of one object lists to another object, which is visited in the same order.
 * Arrays are listed by reference and copied once.
 */
final class StateCopy {
  private long[] numbers = new long[64];
  private int numberCount;
  private @Nullable Object[] objects = new @Nullable Object[32];
  private int objectCount;
  private int nextNumber;
  private int nextObject;

  private StateCopy() {}

  static void copy(State from, State to) {
    StateCopy copy = new StateCopy();
    copy.new Source().visitFields(from);
    copy.new Target().visitFields(to);
    if (copy.nextNumber != copy.numberCount || copy.nextObject != copy.objectCount) {
      throw new IllegalStateException(
          "the copy of %s has other parts".formatted(from.getClass().getSimpleName()));
    }
  }

  private void add(long bits) {
    if (numberCount == numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * numberCount);
    }
    numbers[numberCount++] = bits;
  }

  private void add(@Nullable Object object) {
    if (objectCount == objects.length) {
      objects = Arrays.copyOf(objects, 2 * objectCount);
    }
    objects[objectCount++] = object;
  }

  // Both visits name the same fields.
  @SuppressWarnings({"unchecked", "NullAway", "TypeParameterUnusedInFormals"})
  private <T extends @Nullable Object> T next() {
    return (T) objects[nextObject++];
  }

  /** Lists values. */
  private final class Source extends StateVisitor {

    @Override
    public boolean isCopying() {
      return true;
    }

    @Override
    public boolean flag(boolean value) {
      add(value ? 1 : 0);
      return value;
    }

    @Override
    public int number(int value) {
      add(value);
      return value;
    }

    @Override
    public long number(long value) {
      add(value);
      return value;
    }

    @Override
    public float number(float value) {
      add(Float.floatToRawIntBits(value));
      return value;
    }

    @Override
    public double number(double value) {
      add(Double.doubleToRawLongBits(value));
      return value;
    }

    @Override
    public String text(String value) {
      add(value);
      return value;
    }

    @Override
    public void numbers(byte[] values, int from, int to) {
      add(values);
    }

    @Override
    public void numbers(int[] values, int from, int to) {
      add(values);
    }

    @Override
    public void numbers(long[] values, int from, int to) {
      add(values);
    }

    @Override
    public void numbers(float[] values, int from, int to) {
      add(values);
    }

    @Override
    public void numbers(double[] values, int from, int to) {
      add(values);
    }

    @Override
    public <T> T custom(
        @Nullable T value, Writer<T> writer, Reader<T> reader, UnaryOperator<T> copy) {
      T present = Objects.requireNonNull(value);
      add(present);
      return present;
    }

    @Override
    public <T extends @Nullable Object> T unstored(T value) {
      add(value);
      return value;
    }
  }

  /** Returns the values of the source. */
  private final class Target extends StateVisitor {

    @Override
    public boolean isFilling() {
      return true;
    }

    @Override
    public boolean isCopying() {
      return true;
    }

    @Override
    public boolean flag(boolean value) {
      return numbers[nextNumber++] != 0;
    }

    @Override
    public int number(int value) {
      return (int) numbers[nextNumber++];
    }

    @Override
    public long number(long value) {
      return numbers[nextNumber++];
    }

    @Override
    public float number(float value) {
      return Float.intBitsToFloat((int) numbers[nextNumber++]);
    }

    @Override
    public double number(double value) {
      return Double.longBitsToDouble(numbers[nextNumber++]);
    }

    @Override
    public String text(String value) {
      return next();
    }

    @Override
    public void numbers(byte[] values, int from, int to) {
      copy(values, from, to);
    }

    @Override
    public void numbers(int[] values, int from, int to) {
      copy(values, from, to);
    }

    @Override
    public void numbers(long[] values, int from, int to) {
      copy(values, from, to);
    }

    @Override
    public void numbers(float[] values, int from, int to) {
      copy(values, from, to);
    }

    @Override
    public void numbers(double[] values, int from, int to) {
      copy(values, from, to);
    }

    @SuppressWarnings("SuspiciousSystemArraycopy") // arrays of the same type
    private void copy(Object values, int from, int to) {
      System.arraycopy(
          Objects.requireNonNull(objects[nextObject++]), from, values, from, to - from);
    }

    @Override
    public <T> T custom(
        @Nullable T value, Writer<T> writer, Reader<T> reader, UnaryOperator<T> copy) {
      return copy.apply(next());
    }

    @Override
    public <T extends @Nullable Object> T unstored(T value) {
      return next();
    }
  }
}
