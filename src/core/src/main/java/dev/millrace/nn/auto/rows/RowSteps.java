package dev.millrace.nn.auto.rows;

import dev.millrace.nn.ids.IdLayout;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The steps that prepare a record, and the scaler of what they lead to. */
public final class RowSteps implements State {

  private final List<RowStep> steps;
  private final NominalStep nominal;
  private final Scaler scaler;

  /** Creates the steps of one mixture. */
  public RowSteps(MixtureParts parts) {
    steps = of(parts);
    nominal = parts.nominal();
    scaler = parts.scaler();
  }

  /** Returns the steps in their order. */
  private static List<RowStep> of(MixtureParts parts) {
    MixtureKind kind = parts.kind();
    IdLayout ids = kind.ids();
    List<RowStep> steps = new ArrayList<>();
    steps.addAll(parts.target().steps());
    if (ids != null) {
      steps.add(new IdStep(kind, parts.requireIds()));
    } else {
      int width = kind.width();
      steps.add(row -> System.arraycopy(row.features, row.offset, row.encoded, 0, width));
      if (kind.previousInputs() > 0) {
        steps.add(new PreviousValueStep(width));
      }
      steps.add(new TailStep(kind.inputs(), parts.scaler().indicators()));
    }
    steps.add(parts.nominal());
    return steps;
  }

  /** Writes what members see of a record. */
  public void encode(Row row) {
    for (int s = 0; s < steps.size(); s++) {
      steps.get(s).apply(row);
    }
  }

  /** Adds the encoded record to the statistics that scale it. */
  public void update(Row row) {
    scaler.update(row.encoded, 0);
  }

  /** Scales the encoded record. */
  public void scale(Row row) {
    scaler.transform(row.encoded, 0, Scaler.CLIP, row.scaled, 0);
  }

  /**
   * Replaces the numbers of an encoded record that another one has and it has not by their means.
   *
   * @param other [inputs]
   */
  public void replaceUnknown(Row row, float[] other) {
    for (int c = 0; c < other.length; c++) {
      if (Float.isNaN(row.encoded[c]) && !Float.isNaN(other[c])) {
        row.encoded[c] = (float) scaler.mean(c);
      }
    }
    nominal.apply(row);
  }

  /** Lets each step decide by the first records, the last one first. */
  public void start(ReplayBuffer buffer) {
    for (int s = steps.size() - 1; s >= 0; s--) {
      steps.get(s).start(buffer, scaler);
    }
  }

  /** Returns the estimated bytes in memory. */
  public long memoryBytes() {
    long bytes = 0;
    for (RowStep step : steps) {
      bytes += step.memoryBytes();
    }
    return bytes;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    for (RowStep step : steps) {
      step.visit(v);
    }
    scaler.visit(v);
  }
}
