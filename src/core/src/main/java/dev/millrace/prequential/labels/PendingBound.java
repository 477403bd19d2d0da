package dev.millrace.prequential.labels;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Bound of a prediction whose label comes later.
 *
 * @param value half width of the interval, or threshold of the set; NaN if not known
 * @param labels number of labels that were learned before
 */
public record PendingBound(double value, long labels) {

  void write(DataOutput out) throws IOException {
    out.writeDouble(value);
    out.writeLong(labels);
  }

  static PendingBound read(DataInput in) throws IOException {
    return new PendingBound(in.readDouble(), in.readLong());
  }
}
