package dev.millrace.nn.auto.rows;

import dev.millrace.nn.experts.ExpertModel;
import dev.millrace.nn.spec.AutoSpec.TargetScale;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.report.MetricsReport;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.List;

/** Values that columns of the row predict: the mixture predicts what they leave. */
final class ExpertTarget extends ValueTarget {

  private final ExpertModel experts;

  ExpertTarget(Indicators indicators, int width) {
    super(TargetScale.LINEAR);
    experts = new ExpertModel(indicators, width);
  }

  @Override
  public List<RowStep> steps() {
    return List.of(this::makeRelative);
  }

  private void makeRelative(Row row) {
    experts.predict(row.features, row.offset, row.experts);
    row.features = row.experts.row();
    row.offset = 0;
  }

  /** Returns NaN: experts know better than the last value. */
  @Override
  double scaledLast(double value) {
    return Double.NaN;
  }

  @Override
  double learned(double value, Row row) {
    return experts.residual(value, row.experts);
  }

  @Override
  double answer(double mixed, Row row) {
    return experts.answer(row.experts.base() + mixed, row.experts);
  }

  @Override
  public void learn(double value, Row row) {
    double unit = row.deviation == 0 ? 1 : row.deviation;
    experts.learn(value, row.weight, row.memory, row.memoryAt, unit, row.experts);
    super.learn(value, row);
  }

  @Override
  public int remembered(int predictions) {
    return ExpertModel.REMEMBERED;
  }

  @Override
  public void remember(Row row, float[] memory, int at) {
    ExpertModel.remember(row.experts, memory, at);
  }

  @Override
  public MetricsReport.Members report(MetricsReport.Members mixture) {
    return experts.report(mixture);
  }

  @Override
  public long memoryBytes() {
    return experts.memoryBytes();
  }

  @Override
  void visitRest(StateVisitor v) throws IOException {
    experts.visit(v);
  }
}
