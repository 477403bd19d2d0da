package dev.millrace.cli.csv;

/** Whether numbers count something: whole ones, each one more than the one before. */
public final class RowNumberDetector {
  private double last = Double.NaN;
  private boolean counting = true;

  public void see(double number) {
    boolean follows = Double.isNaN(last) || number == last + 1;
    // From 2^53 on a number and the next one may be the same.
    boolean isWhole = number == Math.rint(number) && Math.abs(number) < 1L << 53;
    counting = counting && follows && isWhole;
    last = number;
  }

  /** Whether all numbers so far did. */
  public boolean holds() {
    return counting;
  }
}
