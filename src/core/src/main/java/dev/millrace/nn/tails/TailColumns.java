package dev.millrace.nn.tails;

import dev.millrace.nn.FeatureRecords;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a row that have a heavy tail, and the scale of each. Which they are is decided
 * once, by the first rows, since networks learn from the scaled numbers. Not thread-safe.
 */
public final class TailColumns implements State {
  private static final int STORED_BYTES_EACH = Integer.BYTES + 2 * Double.BYTES;
  // With the header of the scale and the reference to it.
  private static final int BYTES_EACH = STORED_BYTES_EACH + 24;

  private final int columns;
  // Places of the columns with a heavy tail, and their scales.
  private int[] places = {};
  private HeavyTail[] scales = {};

  /** Creates columns of which nothing is known yet; none has a heavy tail. */
  public TailColumns(int columns) {
    this.columns = columns;
  }

  /** Returns true if no column has one. */
  public boolean isEmpty() {
    return places.length == 0;
  }

  /** Returns the places of the columns that have one; not to be changed. */
  public int[] places() {
    return places;
  }

  /**
   * Decides which columns have a heavy tail.
   *
   * @param isNumber true for columns that can have one
   */
  public void start(int rows, FeatureRecords first, IntPredicate isNumber) {
    double[] numbers = new double[rows];
    int[] found = new int[columns];
    HeavyTail[] tails = new HeavyTail[columns];
    int count = 0;
    for (int column = 0; column < columns; column++) {
      HeavyTail tail = isNumber.test(column) ? tail(rows, first, column, numbers) : null;
      if (tail != null) {
        found[count] = column;
        tails[count++] = tail;
      }
    }
    places = Arrays.copyOf(found, count);
    scales = Arrays.copyOf(tails, count);
  }

  private static @Nullable HeavyTail tail(
      int rows, FeatureRecords first, int column, double[] numbers) {
    int count = 0;
    for (int row = 0; row < rows; row++) {
      float number = first.value(row, column);
      if (!Float.isNaN(number)) {
        numbers[count++] = number;
      }
    }
    return HeavyTail.of(numbers, count);
  }

  /** Writes a row in which the columns with a heavy tail are scaled; it may replace itself. */
  public void write(float[] row, int offset, float[] out, int outOffset) {
    if (row != out || offset != outOffset) {
      System.arraycopy(row, offset, out, outOffset, columns);
    }
    for (int i = 0; i < places.length; i++) {
      int at = outOffset + places[i];
      out[at] = (float) scales[i].scaled(out[at]);
    }
  }

  /** Returns the estimated bytes in memory. */
  public long memoryBytes() {
    return (long) BYTES_EACH * places.length;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    int count = v.count("columns with a heavy tail", places.length, columns, STORED_BYTES_EACH);
    if (v.isFilling()) {
      places = new int[count];
      scales = new HeavyTail[count];
    }
    for (int i = 0; i < count; i++) {
      places[i] = v.number("column with a heavy tail", places[i], 0, columns - 1);
      scales[i] = v.value(scales[i], HeavyTail::write, HeavyTail::read);
    }
  }
}
