package dev.millrace.nn.auto.rows;

import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.spec.AutoSpec.TargetScale;
import dev.millrace.nn.tails.HeavyTail;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The scale of values, a logarithmic one if they have a heavy tail, and the last value. */
public sealed class ValueTarget implements Target permits ExpertTarget {

  private final boolean findsTail;
  private final Scaler scale = Scaler.ofTarget(Scaler.DECAY);
  // Null if the values have no heavy tail; else the mixture learns scaled ones.
  private @Nullable HeavyTail tail;
  // The range of the scaled values so far, beyond which nothing is predicted.
  private double lowest = Double.POSITIVE_INFINITY;
  private double highest = Double.NEGATIVE_INFINITY;
  // NaN before the first one.
  private double last = Double.NaN;

  /** Creates the target of a stream whose values are all unknown. */
  public ValueTarget(TargetScale targetScale) {
    findsTail = targetScale == TargetScale.AUTO;
  }

  @Override
  public final void begin(Row row) {
    row.mean = scale.mean(0);
    row.deviation = scale.deviation(0);
    row.last = row.memory == null ? last : PredictedValue.read(row.memory, row.memoryAt);
    row.scaledLast = scaledLast(row.last);
  }

  @Override
  public final void observe(double value, Row row) {
    row.target = learned(value, row);
    scale.update(0, row.target);
    row.scaledTarget = scaled(row.target);
  }

  /** Returns a value that is used as a prediction, on the scale that the mixture learns. */
  double scaledLast(double value) {
    return tail == null ? value : tail.scaled(value);
  }

  /** Returns what the mixture learns of the value of a row. */
  double learned(double value, Row row) {
    return scaledLast(value);
  }

  @Override
  public final float scaled(double target) {
    return (float) scale.scaled(0, target);
  }

  /** Writes the answer that follows from what the mixture predicts. */
  public final void answer(double mixed, Row row, float[] out, int at) {
    double value = answer(mixed, row);
    double spread = tail == null ? row.deviation : tail.unit();
    // Nothing is known of the target before the first one.
    PredictedValue.write(row.examples == 0 ? Double.NaN : value, spread, out, at);
  }

  double answer(double mixed, Row row) {
    return tail == null ? mixed : tail.unscaled(Math.max(lowest, Math.min(highest, mixed)));
  }

  @Override
  public void learn(double value, Row row) {
    if (tail != null) {
      extendRange(row.target);
    }
    last = value;
  }

  /**
   * Decides by the targets in the buffer whether they have a heavy tail; returns them as they are
   * scaled then, none if they have no heavy tail.
   */
  public final double[] start(ReplayBuffer buffer) {
    int records = buffer.size();
    double[] targets = new double[records];
    for (int record = 0; record < records; record++) {
      targets[record] = buffer.target(record);
    }
    tail = findsTail ? HeavyTail.of(targets, records) : null;
    if (tail == null) {
      return new double[0];
    }
    scale.restart(0);
    for (int record = 0; record < records; record++) {
      double scaled = tail.scaled(buffer.target(record));
      buffer.setTarget(record, scaled);
      extendRange(scaled);
      scale.update(0, scaled);
      targets[record] = scaled;
    }
    return targets;
  }

  private void extendRange(double scaled) {
    lowest = Math.min(lowest, scaled);
    highest = Math.max(highest, scaled);
  }

  @Override
  public int remembered(int predictions) {
    return PredictedValue.FLOATS;
  }

  @Override
  public void remember(Row row, float[] memory, int at) {
    PredictedValue.write(row.last, 0, memory, at);
  }

  @Override
  public final void visit(StateVisitor v) throws IOException {
    scale.visit(v);
    last = v.anyNumber(last);
    visitRest(v);
  }

  void visitRest(StateVisitor v) throws IOException {
    tail = v.nullable(tail, HeavyTail::write, HeavyTail::read);
    if (tail != null) {
      lowest = v.number(lowest);
      highest = v.number(highest);
    }
  }
}
