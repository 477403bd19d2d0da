package dev.millrace.nn.auto.rows;

import dev.millrace.nn.nominal.NominalColumns;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/** Adds the codes of nominal columns after the inputs; there are none before it starts. */
public final class NominalStep implements RowStep {

  private final Indicators indicators;
  private final int inputs;
  private NominalColumns columns = NominalColumns.NONE;

  NominalStep(int inputs, Indicators indicators) {
    this.indicators = indicators;
    this.inputs = inputs;
  }

  /** Returns the nominal columns, none before the step starts. */
  public NominalColumns columns() {
    return columns;
  }

  @Override
  public void apply(Row row) {
    columns.addCodes(row.encoded, inputs);
  }

  @Override
  public void start(ReplayBuffer buffer, Scaler scaler) {
    columns = NominalColumns.among(inputs, indicators::contains, buffer.size(), buffer::feature);
  }

  @Override
  public long memoryBytes() {
    return columns.memoryBytes();
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    columns = v.value(columns, NominalColumns::write, in -> NominalColumns.read(in, inputs));
  }
}
