package dev.millrace.nn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Brings the target of a regression to the scale on which the network learns, by the same formulas
 * as the features but never clipped: a far target is the loss's matter.
 */
final class TargetScaler {

  private final Normalizer column;

  TargetScaler(Normalization spec) {
    this(new Normalizer(new Normalization(spec.kind(), spec.fade(), 0f), 1));
  }

  private TargetScaler(Normalizer column) {
    this.column = column;
  }

  TargetScaler copy() {
    return new TargetScaler(column.copy());
  }

  void update(double target) {
    column.update(0, target);
  }

  float scaled(double target) {
    return (float) column.transform(0, target);
  }

  float restored(float output) {
    return (float) column.restore(0, output);
  }

  double[] statistics() {
    return column.statistics();
  }

  void startFrom(double[] statistics) {
    column.startFrom(statistics);
  }

  void write(DataOutput out) throws IOException {
    column.write(out);
  }

  void read(DataInput in) throws IOException {
    column.read(in);
  }
}
