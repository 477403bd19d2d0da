package dev.millrace.explain;

import dev.millrace.report.MetricsReport;
import dev.millrace.report.MetricsReport.Importance;
import dev.millrace.state.KeyPart;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The importance of each column to the recent predictions of one key: the fading mean of the
 * absolute value of its contributions. Not thread-safe.
 */
public final class ColumnImportance implements State, KeyPart {
  /** Max number of columns that are reported. */
  public static final int REPORTED = 20;

  // Weight of a new prediction, once there are 1,000.
  private static final double DECAY = 0.001;
  private static final int OBJECT_BYTES = 48;

  private final RowColumns columns;
  private final double[] means;
  private long predictions;

  /** Creates the importance of columns that have explained nothing yet. */
  public ColumnImportance(RowColumns columns) {
    this.columns = columns;
    means = new double[columns.explained()];
  }

  /** Adds the prediction that an explainer has explained last. */
  public void add(Explainer explainer) {
    double[] contributions = explainer.contributions();
    double weight = Math.max(DECAY, 1.0 / ++predictions);
    for (int c = 0; c < means.length; c++) {
      means[c] += weight * (Math.abs(contributions[c]) - means[c]);
    }
  }

  /**
   * Reports the share of each column in the contributions of all, the largest first; empty without
   * a contribution.
   */
  public List<Importance> report() {
    double sum = 0;
    for (double mean : means) {
      sum += mean;
    }
    double all = sum;
    return IntStream.range(0, columns.size())
        .filter(column -> means[column] > 0)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer column) -> -means[column]))
        .limit(REPORTED)
        .map(column -> new Importance(columns.name(column), means[column] / all))
        .toList();
  }

  @Override
  public void report(MetricsReport.Draft report) {
    report.importance = report();
  }

  @Override
  public long memoryBytes() {
    return OBJECT_BYTES + (long) Double.BYTES * means.length;
  }

  @Override
  public ColumnImportance copy() {
    return State.copy(this, new ColumnImportance(columns));
  }

  /** Visits the importance; that of other columns starts again. */
  @Override
  public void visit(StateVisitor v) throws IOException {
    long count = v.number(predictions);
    int stored =
        v.count("columns of the importance", means.length, RowColumns.MAX + 1, Double.BYTES);
    boolean isSame = stored == means.length;
    predictions = isSame ? count : 0;
    v.numbers(isSame ? means : new double[stored]);
  }
}
