package dev.millrace.state;

/** Searches for a number that is not finite. Parts that are stored by hand are not searched. */
final class FiniteCheck extends StateVisitor {
  private boolean isFinite = true;

  boolean isFinite() {
    return isFinite;
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
}
