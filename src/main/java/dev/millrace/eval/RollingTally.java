package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.function.UnaryOperator;

/** One predictor of classes, the model or a baseline: its counts over the window and in total. */
final class RollingTally<T extends ClassTally> {

  private final IntRing predictions;
  private final T window;
  private final T total;

  private RollingTally(IntRing predictions, T window, T total) {
    this.predictions = predictions;
    this.window = window;
    this.total = total;
  }

  RollingTally(int limit, T window, T total) {
    this(new IntRing(limit), window, total);
  }

  /**
   * Adds an example.
   *
   * @param actuals labels of the examples in the window, this one not yet among them
   */
  void add(IntRing actuals, int actual, int predicted) {
    if (predictions.full()) {
      window.revert(actuals.get(0), predictions.get(0));
    }
    predictions.add(predicted);
    window.update(actual, predicted);
    total.update(actual, predicted);
  }

  T window() {
    return window;
  }

  T total() {
    return total;
  }

  RollingTally<T> copy(UnaryOperator<T> copier) {
    return new RollingTally<>(predictions.copy(), copier.apply(window), copier.apply(total));
  }

  /** Writes no counts of the window: they follow from the predictions in it. */
  void write(DataOutput out) throws IOException {
    total.write(out);
    predictions.write(out);
  }

  /**
   * Reads the predictions, counts those in the window, and puts them beside a total that was read.
   *
   * @param window empty
   * @param actuals labels of the examples in the window
   */
  static <T extends ClassTally> RollingTally<T> read(
      DataInput in, int limit, T total, T window, IntRing actuals) throws IOException {
    IntRing predictions = IntRing.read(in, limit);
    for (int i = 0; i < predictions.size(); i++) {
      window.update(actuals.get(i), predictions.get(i));
    }
    return new RollingTally<>(predictions, window, total);
  }
}
