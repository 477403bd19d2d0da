package dev.millrace.explain;

import dev.millrace.data.MetricsReport.Importance;
import dev.millrace.data.SizeChecks;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The importance of each column to the recent predictions of one key: the fading mean of the
 * absolute value of its contributions. Not thread-safe.
 */
public final class ColumnImportance {
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

  /** Returns the estimated bytes in memory. */
  public long memoryBytes() {
    return OBJECT_BYTES + (long) Double.BYTES * means.length;
  }

  /** Returns a deep copy. */
  public ColumnImportance copy() {
    ColumnImportance copy = new ColumnImportance(columns);
    System.arraycopy(means, 0, copy.means, 0, means.length);
    copy.predictions = predictions;
    return copy;
  }

  /** Writes the complete state. */
  public void write(DataOutput out) throws IOException {
    out.writeLong(predictions);
    out.writeInt(means.length);
    for (double mean : means) {
      out.writeDouble(mean);
    }
  }

  /**
   * Reads what {@link #write} wrote; that of other columns starts again.
   *
   * @param into receives it; null if it is not needed
   */
  public static void read(DataInput in, @Nullable ColumnImportance into) throws IOException {
    long predictions = in.readLong();
    int length = SizeChecks.read(in, "columns of the importance", RowColumns.MAX + 1, Double.BYTES);
    for (int c = 0; c < length; c++) {
      double mean = in.readDouble();
      if (into != null && length == into.means.length) {
        into.means[c] = mean;
        into.predictions = predictions;
      }
    }
  }
}
