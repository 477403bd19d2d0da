package dev.millrace.eval;

import dev.millrace.report.MetricsReport.Coverage;
import dev.millrace.report.MetricsReport.CoverageBlock;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import dev.millrace.state.VarLong;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Scores of intervals or sets of classes: coverage, size and interval score (Winkler, 1972;
 * Gneiting and Raftery, 2007), of the last examples and of all. Not thread-safe.
 */
public final class CoverageScores implements State {
  // Columns.
  private static final int SIZE = 0;
  private static final int MISS = SIZE + Window.WIDE;
  private static final int COLUMNS = MISS + Window.WIDE;

  private final double level;
  private Window rows;
  private final Sums total = new Sums();

  /**
   * Creates scores without examples.
   *
   * @param level share of the examples that is to be covered
   */
  public CoverageScores(double level, MetricsSpec spec) {
    this(level, new Window(spec.window(), spec.windowMillis(), COLUMNS));
  }

  private CoverageScores(double level, Window rows) {
    this.level = level;
    this.rows = rows;
  }

  /**
   * Adds an example.
   *
   * @param size width of the interval, or number of classes in the set
   * @param miss distance of the label from the interval, 0 within; of classes 0 or 1
   * @param weight of the example, finite, at least 0
   * @param eventTime milliseconds since the epoch
   */
  public void add(double size, double miss, double weight, long eventTime) {
    int row = rows.add(eventTime, weight);
    rows.putNumber(row + SIZE, size);
    rows.putNumber(row + MISS, miss);
    total.add(size, miss, weight);
  }

  /** Reports the current scores. */
  public Coverage report() {
    Sums inWindow = new Sums();
    for (int i = 0; i < rows.size(); i++) {
      int row = rows.row(i);
      if (rows.holds(row)) {
        inWindow.add(rows.number(row + SIZE), rows.number(row + MISS), rows.weight(row));
      }
    }
    return new Coverage(level, inWindow.block(level), total.block(level));
  }

  /** Returns the bytes of the arrays in memory. */
  public long memoryBytes() {
    return rows.memoryBytes();
  }

  /** Returns a deep copy. */
  public CoverageScores copy() {
    return State.copy(this, new CoverageScores(level, rows));
  }

  /** Visits a byte of flags, the rows, then the total. */
  @Override
  public void visit(StateVisitor v) throws IOException {
    rows = v.custom(rows, CoverageScores::write, this::readRows, Window::copy);
    total.visit(v);
  }

  private static void write(Window rows, DataOutput out) throws IOException {
    out.writeByte(rows.flags());
    VarLong.write(out, rows.size());
    for (int i = 0; i < rows.size(); i++) {
      int row = rows.row(i);
      out.writeDouble(rows.number(row + SIZE));
      out.writeDouble(rows.number(row + MISS));
      rows.writeEnd(row, out);
    }
    rows.writeLatest(out);
  }

  /** Reads rows. If the window is smaller now, its newest examples stay. */
  private Window readRows(DataInput in) throws IOException {
    int flags = in.readByte();
    for (int left = MetricsInput.readExamples(in); left > 0; left--) {
      double size = in.readDouble();
      double miss = in.readDouble();
      int row = rows.readEnd(in, flags);
      if (row >= 0) {
        rows.putNumber(row + SIZE, size);
        rows.putNumber(row + MISS, miss);
      }
    }
    rows.readLatest(in, flags);
    return rows;
  }

  /** Means over examples. */
  private record Sums(RunningMean covered, RunningMean size, RunningMean miss) implements State {
    Sums() {
      this(new RunningMean(), new RunningMean(), new RunningMean());
    }

    void add(double sizeOfExample, double missOfExample, double weight) {
      covered.add(missOfExample == 0 ? 1 : 0, weight);
      size.add(sizeOfExample, weight);
      miss.add(missOfExample, weight);
    }

    CoverageBlock block(double level) {
      double meanSize = size.get();
      return new CoverageBlock(covered.get(), meanSize, meanSize + 2 / (1 - level) * miss.get());
    }

    @Override
    public void visit(StateVisitor v) throws IOException {
      covered.visit(v);
      size.visit(v);
      miss.visit(v);
    }
  }
}
