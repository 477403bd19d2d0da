package dev.millrace.prequential.labels;

import dev.millrace.eval.interval.ConformalBounds;
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
  /** The bound of a prediction without intervals; like one that is not known. */
  public static final PendingBound NONE = new PendingBound(ConformalBounds.UNKNOWN, Long.MAX_VALUE);

  void write(DataOutput out) throws IOException {
    out.writeDouble(value);
    out.writeLong(labels);
  }

  static PendingBound read(DataInput in) throws IOException {
    return new PendingBound(in.readDouble(), in.readLong());
  }
}
