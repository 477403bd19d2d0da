package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** One predictor of numbers, the model or a baseline: its errors over the window and in total. */
final class RollingErrors {

  private final DoubleRing predictions;
  private final ErrorSums total;

  RollingErrors(int limit) {
    this(new DoubleRing(limit), new ErrorSums());
  }

  private RollingErrors(DoubleRing predictions, ErrorSums total) {
    this.predictions = predictions;
    this.total = total;
  }

  /** Adds an example; a prediction of NaN is none. */
  void add(double actual, double predicted) {
    predictions.add(predicted);
    total.add(actual, predicted);
  }

  /** Errors over the window, summed from oldest to newest. */
  ErrorSums window(DoubleRing actuals) {
    ErrorSums window = new ErrorSums();
    for (int i = 0; i < predictions.size(); i++) {
      window.add(actuals.get(i), predictions.get(i));
    }
    return window;
  }

  ErrorSums total() {
    return total;
  }

  RollingErrors copy() {
    return new RollingErrors(predictions.copy(), total.copy());
  }

  void write(DataOutput out) throws IOException {
    predictions.write(out);
    total.write(out);
  }

  static RollingErrors read(DataInput in, int limit) throws IOException {
    return new RollingErrors(DoubleRing.read(in, limit), ErrorSums.read(in));
  }
}
