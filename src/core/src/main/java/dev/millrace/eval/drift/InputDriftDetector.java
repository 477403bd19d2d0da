package dev.millrace.eval.drift;

import dev.millrace.eval.probability.FdlibmLog;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.ModelEvent.InputDrift;
import dev.millrace.state.KeyPart;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.DataInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Detects drift in the columns of the input of one key: it compares the distribution of the recent
 * values of each column with that of the values before, whatever the labels are. A column drifts if
 * the difference is larger than chance and the column's own earlier changes explain. Not
 * thread-safe.
 */
public final class InputDriftDetector implements State, KeyPart {
  // Probability of a false alarm at one comparison of all columns of independent values.
  private static final double FALSE_ALARM = 1e-5;
  private static final int MAX_COLUMNS = 1 << 17;
  private static final int MIN_COLUMN_BYTES = 64;
  private static final int OBJECT_BYTES = 64;

  private final InputDriftSpec spec;
  private final InputColumns inputs;
  private final ColumnDrift[] columns;
  private final double limit;
  private long records;
  private long drifts;
  private String last = ""; // column that has drifted; empty before

  /**
   * Creates a detector of columns that have no record yet.
   *
   * @param spec null if drift is not detected
   * @return null without a specification
   */
  public static @Nullable InputDriftDetector create(
      @Nullable InputDriftSpec spec, InputColumns inputs) {
    return spec == null ? null : new InputDriftDetector(spec, inputs);
  }

  private InputDriftDetector(InputDriftSpec spec, InputColumns inputs) {
    this.spec = spec;
    this.inputs = inputs;
    columns = inputs.list().stream().map(ColumnDrift::new).toArray(ColumnDrift[]::new);
    limit = FdlibmLog.of(Math.max(1, columns.length) / FALSE_ALARM);
  }

  /** Returns the number of records, at least 1, up to the next comparison. */
  public int untilComparison() {
    return ColumnDrift.WINDOW - (int) (records % ColumnDrift.WINDOW);
  }

  /**
   * Adds rows of features, at most as many as {@link #untilComparison} returns.
   *
   * @param rows [count x width], row-major
   * @return how columns have drifted; empty but after a comparison
   */
  public List<InputDrift> add(float[] rows, int count, int width) {
    for (ColumnDrift column : columns) {
      column.add(rows, count, width);
    }
    records += count;
    return records % ColumnDrift.WINDOW == 0 ? compare() : List.of();
  }

  private List<InputDrift> compare() {
    List<InputDrift> changes = List.of();
    for (ColumnDrift column : columns) {
      InputDrift change = column.endWindow(limit, spec.threshold());
      if (change != null) {
        changes = changes.isEmpty() ? new ArrayList<>() : changes;
        changes.add(change);
        last = change.column();
      }
    }
    drifts += changes.size();
    return changes;
  }

  /** Returns the number of drifts so far, of all columns. */
  public long drifts() {
    return drifts;
  }

  @Override
  public void report(MetricsReport.Draft report) {
    report.inputDrift = report();
  }

  /** Reports the number of drifts, and the column that differs most now. */
  public MetricsReport.InputDrift report() {
    ColumnDrift most = null;
    for (ColumnDrift column : columns) {
      if (!Float.isNaN(column.score()) && (most == null || column.score() > most.score())) {
        most = column;
      }
    }
    String drifted = last.isEmpty() ? null : last;
    return most == null
        ? new MetricsReport.InputDrift(drifts, drifted, null, Double.NaN)
        : new MetricsReport.InputDrift(drifts, drifted, most.column().name(), most.score());
  }

  @Override
  public long memoryBytes() {
    long bytes = OBJECT_BYTES;
    for (ColumnDrift column : columns) {
      bytes += column.memoryBytes();
    }
    return bytes;
  }

  @Override
  public InputDriftDetector copy() {
    return State.copy(this, new InputDriftDetector(spec, inputs));
  }

  /**
   * Reads what {@link #write} wrote; columns that were not compared then start without a record.
   *
   * @param spec null if drift is not detected now
   * @return null without a specification
   */
  public static @Nullable InputDriftDetector read(
      DataInput in, @Nullable InputDriftSpec spec, InputColumns inputs) throws IOException {
    InputDriftSpec any = spec == null ? InputDriftSpec.DEFAULT : spec;
    InputDriftDetector detector = State.read(in, new InputDriftDetector(any, inputs));
    return spec == null ? null : detector;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    records = v.number(records);
    drifts = v.number(drifts);
    last = v.text(last);
    int count = v.count("columns of the input", columns.length, MAX_COLUMNS, MIN_COLUMN_BYTES);
    for (int i = 0; i < count; i++) {
      InputColumn known = i < columns.length ? columns[i].column() : null;
      InputColumn stored =
          v.value(known, InputColumn::write, in -> InputColumn.read(in, inputs.list()));
      ColumnDrift column = stored.equals(known) ? columns[i] : of(stored);
      column.visit(v);
    }
  }

  /** Returns the state of a column; one that is not used if the column is not compared now. */
  private ColumnDrift of(InputColumn column) {
    int place = inputs.list().indexOf(column);
    return place < 0 ? new ColumnDrift(column) : columns[place];
  }
}
