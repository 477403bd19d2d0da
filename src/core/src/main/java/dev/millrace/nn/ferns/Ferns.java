package dev.millrace.nn.ferns;

import dev.millrace.data.SizeChecks;
import dev.millrace.nn.FeatureRecords;
import dev.millrace.nn.WeightInitializer;
import dev.millrace.simd.FernKernels;
import dev.millrace.simd.KernelProvider;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Random ferns (Özuysal et al., 2010) that learn by gradient descent: each asks a few random
 * questions whether a column exceeds a threshold, and the answers select one of its cells. A cell
 * has a weight for each output; an output is the sum of the weights of all selected cells.
 *
 * <p>Thresholds are values of the first records, so the questions need no scaling, and nothing
 * changes if a column is replaced by an increasing function of it. Before {@link #start} there are
 * no questions and no memory is used. Not thread-safe.
 */
public final class Ferns {

  /** Max weights of one model: with many outputs, the last questions of each fern are dropped. */
  private static final int MAX_WEIGHTS = 1 << 20;

  /** Attempts to find a column of which the drawn records differ. */
  private static final int ATTEMPTS = 8;

  private static final FernKernels KERNELS = KernelProvider.ferns();

  /**
   * Number of ferns and of their questions.
   *
   * @param count a multiple of 16
   * @param depth questions of each, 1 to 16
   */
  public record Size(int count, int depth) {

    /** Returns the number of questions of each fern of a model. */
    int depth(int outputs) {
      int fitting = depth;
      while (fitting > 1 && weights(fitting, outputs) > MAX_WEIGHTS) {
        fitting--;
      }
      return fitting;
    }

    private long weights(int questions, int outputs) {
      return ((long) count << questions) * outputs;
    }

    /** Returns the bytes in memory of started ferns. */
    public long bytes(int outputs) {
      int questions = depth(outputs);
      return (weights(questions, outputs) + 2L * count * questions) * Float.BYTES;
    }
  }

  private final Size size;
  private final int inputs;
  private final long seed;
  private int outputs;
  // Of each fern; 0 before the start.
  private int depth;
  // [depth x ferns]
  private int[] columns = {};
  private float[] thresholds = {};
  // [ferns x cells x outputs]
  private float[] weights = {};

  /**
   * Creates ferns without questions.
   *
   * @param seed of the random questions
   */
  public Ferns(Size size, int inputs, int outputs, long seed) {
    this.size = size;
    this.inputs = inputs;
    this.outputs = outputs;
    this.seed = seed;
  }

  private Ferns(Ferns other, long seed) {
    this(other.size, other.inputs, other.outputs, seed);
    depth = other.depth;
    columns = other.columns.clone();
    thresholds = other.thresholds.clone();
    weights = other.weights.clone();
  }

  /**
   * Returns an independent copy.
   *
   * @param otherSeed of the questions, if it has not started
   */
  public Ferns copy(long otherSeed) {
    return new Ferns(this, otherSeed);
  }

  /** Returns true if there are questions. */
  public boolean hasStarted() {
    return depth > 0;
  }

  /** Returns the number of ferns. */
  public int count() {
    return size.count;
  }

  /**
   * Draws the questions: a random column, and the median of its values in three random records, so
   * that columns and thresholds are preferred that divide records; of every other fern, one of two
   * values. A column whose drawn values are equal is replaced by another one.
   *
   * @param records number of records, at least 1
   */
  public void start(int records, FeatureRecords values) {
    depth = size.depth(outputs);
    allocate();
    for (int d = 0; d < depth; d++) {
      for (int f = 0; f < size.count; f++) {
        draw(d, f, records, values);
      }
    }
  }

  private void allocate() {
    columns = new int[depth * size.count];
    thresholds = new float[depth * size.count];
    weights = new float[(size.count << depth) * outputs];
  }

  private void draw(int d, int f, int records, FeatureRecords values) {
    int question = d * size.count + f;
    thresholds[question] = Float.POSITIVE_INFINITY;
    long draw = WeightInitializer.mix(WeightInitializer.mix(seed + d) + f);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      draw = WeightInitializer.mix(draw);
      int column = WeightInitializer.below(inputs, draw);
      float first = drawn(records, column, draw + 1, values);
      float second = drawn(records, column, draw + 2, values);
      float third = f % 2 == 0 ? drawn(records, column, draw + 3, values) : second;
      float lowest = Math.min(first, Math.min(second, third));
      float highest = Math.max(first, Math.max(second, third));
      // False for NaN as well.
      if (lowest < highest) {
        columns[question] = column;
        thresholds[question] = threshold(first, second, third, highest);
        return;
      }
    }
  }

  /** The median, or the last number below it if it is the highest: some records must exceed it. */
  private static float threshold(float first, float second, float third, float highest) {
    float median = Math.max(Math.min(first, second), Math.min(Math.max(first, second), third));
    return median < highest ? median : Math.nextDown(median);
  }

  private static float drawn(int records, int column, long draw, FeatureRecords values) {
    return values.value(WeightInitializer.below(records, WeightInitializer.mix(draw)), column);
  }

  /**
   * Selects the cells of a row.
   *
   * @param row [inputs] from {@code offset}, NaN is missing
   * @param cells receives {@link #count} places
   */
  public void select(float[] row, int offset, int[] cells) {
    KERNELS.select(row, offset, columns, thresholds, size.count, depth, outputs, cells);
  }

  /** Adds the weights of the selected cells to the outputs from {@code at} on. */
  public void addSums(int[] cells, float[] out, int at) {
    KERNELS.addCells(weights, cells, size.count, outputs, out, at);
  }

  /**
   * Moves the weights of the selected cells.
   *
   * @param steps [outputs], which are subtracted from the weights
   */
  public void step(int[] cells, float[] steps) {
    KERNELS.step(weights, cells, size.count, outputs, steps);
  }

  /**
   * Makes room for more outputs, whose weights start at 0. If there is not enough room, the last
   * questions are dropped; each cell then has the mean weights of those that become one.
   *
   * @param all number of outputs, old and new
   */
  public void widen(int all) {
    int before = outputs;
    outputs = all;
    if (!hasStarted()) {
      return;
    }
    int deeper = depth;
    int[] olderColumns = columns;
    float[] olderThresholds = thresholds;
    float[] older = weights;
    depth = size.depth(all);
    allocate();
    System.arraycopy(olderColumns, 0, columns, 0, columns.length);
    System.arraycopy(olderThresholds, 0, thresholds, 0, thresholds.length);
    int kept = (1 << depth) - 1;
    float share = 1f / (1 << (deeper - depth));
    for (int from = 0; from < size.count << deeper; from++) {
      int fern = from >> deeper;
      int to = (fern << depth) + (from & kept);
      for (int o = 0; o < before; o++) {
        weights[to * all + o] += share * older[from * before + o];
      }
    }
  }

  /** Returns the bytes in memory of what was learned. */
  public long memoryBytes() {
    return (long) (columns.length + thresholds.length + weights.length) * Float.BYTES;
  }

  /** Returns false if a weight is not finite. */
  public boolean isFinite() {
    float sum = 0f;
    for (float weight : weights) {
      sum += weight * 0f;
    }
    return sum == 0f;
  }

  /** Writes the questions, and the weights of cells that were selected. */
  public void write(DataOutput out) throws IOException {
    out.writeInt(depth);
    for (int q = 0; q < columns.length; q++) {
      out.writeInt(columns[q]);
      out.writeFloat(thresholds[q]);
    }
    int cells = hasStarted() ? size.count << depth : 0;
    for (int first = 0; first < cells; first += Byte.SIZE) {
      int used = 0;
      for (int c = 0; c < Byte.SIZE; c++) {
        used |= isUsed(first + c) ? 1 << c : 0;
      }
      out.writeByte(used);
      for (int c = 0; c < Byte.SIZE; c++) {
        for (int o = 0; o < outputs && (used >> c & 1) != 0; o++) {
          out.writeFloat(weights[(first + c) * outputs + o]);
        }
      }
    }
  }

  private boolean isUsed(int cell) {
    int bits = 0;
    for (int i = cell * outputs; i < (cell + 1) * outputs; i++) {
      bits |= Float.floatToRawIntBits(weights[i]);
    }
    return bits != 0;
  }

  /**
   * Reads what {@link #write} wrote into ferns of the same size.
   *
   * @throws IOException if it is damaged
   */
  public void read(DataInput in) throws IOException {
    int stored = in.readInt();
    if (stored == 0) {
      return;
    }
    int expected = size.depth(outputs);
    SizeChecks.require("stored questions of a fern", stored, expected);
    int cells = size.count << expected;
    SizeChecks.requireBytes(
        in, "the stored ferns", 2L * size.count * expected * Float.BYTES + cells / Byte.SIZE);
    depth = expected;
    allocate();
    for (int q = 0; q < columns.length; q++) {
      columns[q] = in.readInt();
      SizeChecks.requireIndex("column of a stored question", columns[q], inputs);
      thresholds[q] = in.readFloat();
    }
    for (int first = 0; first < cells; first += Byte.SIZE) {
      int used = in.readByte();
      for (int c = 0; c < Byte.SIZE; c++) {
        for (int o = 0; o < outputs && (used >> c & 1) != 0; o++) {
          weights[(first + c) * outputs + o] = in.readFloat();
        }
      }
    }
  }
}
