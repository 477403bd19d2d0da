package dev.millrace.nn.auto.rows;

import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.tails.TailColumns;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/** Scales the columns that have a heavy tail. */
final class TailStep implements RowStep {

  private final TailColumns tails;
  private final Indicators indicators;
  private final int inputs;

  TailStep(int inputs, Indicators indicators) {
    tails = new TailColumns(inputs);
    this.indicators = indicators;
    this.inputs = inputs;
  }

  @Override
  public void apply(Row row) {
    if (!tails.isEmpty()) {
      tails.write(row.encoded, 0, row.encoded, 0);
    }
  }

  @Override
  public void start(ReplayBuffer buffer, Scaler scaler) {
    int records = buffer.size();
    tails.start(records, buffer::feature, column -> !indicators.contains(column));
    float[] row = new float[inputs];
    for (int record = 0; record < records; record++) {
      buffer.copyFeatures(record, row);
      tails.write(row, 0, row, 0);
      buffer.setFeatures(record, row, 0);
    }
    for (int column : tails.places()) {
      scaler.restart(column);
      for (int record = 0; record < records; record++) {
        float scaled = buffer.feature(record, column);
        if (!Float.isNaN(scaled)) {
          scaler.update(column, scaled);
        }
      }
    }
  }

  @Override
  public long memoryBytes() {
    return tails.memoryBytes();
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    tails.visit(v);
  }
}
