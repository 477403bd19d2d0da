package dev.millrace.forecast;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Mean of values in which each counts less by a factor than the next one. Not thread-safe. */
final class FadingMean {
  private final double gain;
  private double weight;
  private double mean;

  /**
   * @param gain weight of the newest of many values
   */
  FadingMean(double gain) {
    this.gain = gain;
  }

  void add(double value) {
    weight += gain * (1 - weight);
    mean += gain / weight * (value - mean);
  }

  /** Returns the mean; NaN without values. */
  double get() {
    return weight == 0 ? Double.NaN : mean;
  }

  FadingMean copy() {
    FadingMean copy = new FadingMean(gain);
    copy.weight = weight;
    copy.mean = mean;
    return copy;
  }

  void write(DataOutput out) throws IOException {
    out.writeDouble(weight);
    out.writeDouble(mean);
  }

  void read(DataInput in) throws IOException {
    weight = in.readDouble();
    mean = in.readDouble();
  }
}
