package dev.millrace.nn.auto;

import dev.millrace.nn.auto.rows.ReplayBuffer;
import dev.millrace.nn.auto.rows.Row;
import dev.millrace.report.MetricsReport;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.List;

/** Learns how much each prediction of the members counts, and how far the mixture is trusted. */
abstract sealed class Mixer implements State permits ClassMixer, ValueMixer {

  final MixerWeights weights;
  final FixedShare answer;
  // Numbers of the predictions that the answer also averages outside the mixture, -1 if none.
  final int linear;
  final int previous;

  Mixer(MixerWeights weights, FixedShare answer, int linear, int previous) {
    this.weights = weights;
    this.answer = answer;
    this.linear = linear;
    this.previous = previous;
  }

  /** Writes the answer that the predictions of a row lead to. */
  abstract void mix(Row row, float[] out, int at);

  /**
   * Learns the target of the row that was mixed last.
   *
   * @param out the answer that was written
   * @return the loss of the answer
   */
  abstract float learn(Row row, float[] out, int at);

  /** Decides by the first records on which scale it mixes. */
  void start(ReplayBuffer buffer) {}

  void addClass() {}

  /** Reports the weight of each prediction in the answer, by name. */
  final MetricsReport.Members report(List<String> names) {
    return weights.report(names, linear, previous, answer);
  }

  @Override
  public final void visit(StateVisitor v) throws IOException {
    weights.visit(v);
    answer.visit(v);
    visitRest(v);
  }

  abstract void visitRest(StateVisitor v) throws IOException;
}
