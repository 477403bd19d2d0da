package dev.millrace.nn.auto.rows;

import dev.millrace.state.StateVisitor;
import java.io.IOException;

/** Adds the previous value as the last input, unless the first targets do not go with it. */
final class PreviousValueStep implements RowStep {

  /**
   * Min correlation of the first targets with the previous ones; that of 100 independent ones is
   * seldom above 0.2.
   */
  private static final double MIN_CORRELATION = 0.3;

  /** Min number of pairs; a correlation of fewer says little. */
  private static final int MIN_PAIRS = 30;

  private final int column;
  // False once the first targets were not correlated with it; then it is no input.
  private boolean isInput = true;

  PreviousValueStep(int column) {
    this.column = column;
  }

  @Override
  public void apply(Row row) {
    double limited = Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, row.last));
    row.encoded[column] = isInput ? (float) limited : Float.NaN;
  }

  @Override
  public void start(ReplayBuffer buffer, Scaler scaler) {
    if (!isUnrelated(buffer)) {
      return;
    }
    isInput = false;
    scaler.restart(column);
    for (int record = 0; record < buffer.size(); record++) {
      buffer.setFeature(record, column, Float.NaN);
    }
  }

  /**
   * Returns true if enough records have a previous value, and their targets are not correlated with
   * it. Where labels come late few do.
   */
  private boolean isUnrelated(ReplayBuffer buffer) {
    double meanOfX = 0;
    double meanOfY = 0;
    double xx = 0;
    double yy = 0;
    double xy = 0;
    int pairs = 0;
    for (int record = 0; record < buffer.size(); record++) {
      double x = buffer.feature(record, column);
      if (!Double.isNaN(x)) {
        pairs++;
        double y = buffer.target(record);
        double dx = x - meanOfX;
        double dy = y - meanOfY;
        meanOfX += dx / pairs;
        meanOfY += dy / pairs;
        xx += dx * (x - meanOfX);
        yy += dy * (y - meanOfY);
        xy += dx * (y - meanOfY);
      }
    }
    return pairs >= MIN_PAIRS && Math.abs(xy) < MIN_CORRELATION * Math.sqrt(xx) * Math.sqrt(yy);
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    isInput = v.flag(isInput);
  }
}
