package dev.millrace.state;

import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Searches for a number that is not finite. Parts that are stored by hand are not searched. */
final class FiniteCheck extends StateVisitor {
  private boolean isFinite = true;

  boolean isFinite() {
    return isFinite;
  }

  @Override
  public boolean flag(boolean value) {
    return value;
  }

  @Override
  public int number(int value) {
    return value;
  }

  @Override
  public long number(long value) {
    return value;
  }

  @Override
  public float number(float value) {
    isFinite &= Float.isFinite(value);
    return value;
  }

  @Override
  public double number(double value) {
    isFinite &= Double.isFinite(value);
    return value;
  }

  @Override
  public float anyNumber(float value) {
    return value;
  }

  @Override
  public double anyNumber(double value) {
    return value;
  }

  @Override
  public String text(String value) {
    return value;
  }

  @Override
  public void numbers(byte[] values, int from, int to) {}

  @Override
  public void numbers(int[] values, int from, int to) {}

  @Override
  public void numbers(long[] values, int from, int to) {}

  @Override
  public void numbers(float[] values, int from, int to) {
    for (int i = from; i < to; i++) {
      isFinite &= Float.isFinite(values[i]);
    }
  }

  @Override
  public void numbers(double[] values, int from, int to) {
    for (int i = from; i < to; i++) {
      isFinite &= Double.isFinite(values[i]);
    }
  }

  @Override
  public <T> T custom(
      @Nullable T value, Writer<T> writer, Reader<T> reader, UnaryOperator<T> copy) {
    return Objects.requireNonNull(value);
  }
}
