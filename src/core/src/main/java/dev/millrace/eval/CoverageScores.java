package dev.millrace.eval;

import dev.millrace.data.MetricsReport.Coverage;
import dev.millrace.data.MetricsReport.CoverageBlock;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Scores of intervals or sets of classes: coverage, size and interval score (Winkler, 1972;
 * Gneiting and Raftery, 2007), of the last examples and of all. Not thread-safe.
 */
public final class CoverageScores {
  // Columns.
  private static final int SIZE = 0;
  private static final int MISS = SIZE + Window.WIDE;
  private static final int COLUMNS = MISS + Window.WIDE;

  private final double level;
  private final Window rows;
  private final Sums total;

  /**
   * Creates scores without examples.
   *
   * @param level share of the examples that is to be covered
   */
  public CoverageScores(double level, MetricsSpec spec) {
    this(level, new Window(spec.window(), spec.windowMillis(), COLUMNS), new Sums());
  }

  private CoverageScores(double level, Window rows, Sums total) {
    this.level = level;
    this.rows = rows;
    this.total = total;
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
    return new CoverageScores(level, rows.copy(), total.copy());
  }

  /** Writes a byte of flags, the rows, then the total. */
  public void write(DataOutput out) throws IOException {
    out.writeByte(rows.flags());
    VarLong.write(out, rows.size());
    for (int i = 0; i < rows.size(); i++) {
      int row = rows.row(i);
      out.writeDouble(rows.number(row + SIZE));
      out.writeDouble(rows.number(row + MISS));
      rows.writeEnd(row, out);
    }
    rows.writeLatest(out);
    total.write(out);
  }

  /** Reads what {@link #write} wrote. If the window is smaller now, its newest examples stay. */
  public static CoverageScores read(DataInput in, double level, MetricsSpec spec)
      throws IOException {
    Window rows = new Window(spec.window(), spec.windowMillis(), COLUMNS);
    int flags = in.readByte();
    for (int left = VarLong.readExamples(in); left > 0; left--) {
      double size = in.readDouble();
      double miss = in.readDouble();
      int row = rows.readEnd(in, flags);
      if (row >= 0) {
        rows.putNumber(row + SIZE, size);
        rows.putNumber(row + MISS, miss);
      }
    }
    rows.readLatest(in, flags);
    return new CoverageScores(level, rows, Sums.read(in));
  }

  /** Means over examples. */
  private record Sums(RunningMean covered, RunningMean size, RunningMean miss) {
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

    Sums copy() {
      return new Sums(covered.copy(), size.copy(), miss.copy());
    }

    void write(DataOutput out) throws IOException {
      covered.write(out);
      size.write(out);
      miss.write(out);
    }

    static Sums read(DataInput in) throws IOException {
      return new Sums(RunningMean.read(in), RunningMean.read(in), RunningMean.read(in));
    }
  }
}
