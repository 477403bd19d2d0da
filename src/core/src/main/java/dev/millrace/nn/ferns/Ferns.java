package dev.millrace.nn.ferns;

import dev.millrace.nn.FeatureRecords;
import dev.millrace.nn.WeightInitializer;
import dev.millrace.nn.nominal.NominalColumns;
import dev.millrace.simd.FernKernels;
import dev.millrace.simd.KernelProvider;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;

/**
 * Random ferns (Özuysal et al., 2010) that learn by gradient descent: each asks a few random
 * questions, whether a column exceeds a threshold or which value a nominal column has, and the
 * answers select one of its cells. A cell has a weight for each output; an output is the sum of the
 * weights of all selected cells.
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

  /** Max values of a nominal column that is asked for its value. */
  private static final int MAX_ANSWERS = 8;

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
      return (weights(questions, outputs) + 3L * count * questions) * Float.BYTES;
    }
  }

  private final Size size;
  private final int inputs;
  private final long seed;
  private int outputs;
  // Questions of each fern; 0 before the start.
  private int depth;
  // [depth x ferns]: the columns of the questions.
  private int[] columns = {};
  // Infinite if nothing is asked, NaN if the column is a code, which is the answer.
  private float[] thresholds = {};
  // Numbers of answers.
  private float[] answers = {};
  // True if some columns are asked for a code.
  private boolean asksForCodes;
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
   * values. If these are equal, another column is drawn. A nominal column of three to eight values
   * is asked for its value, where there are cells for all of them; one with more values is asked
   * for one of its indicators.
   *
   * @param records number of records, at least 1
   * @param values of the inputs
   */
  public void start(int records, FeatureRecords values, NominalColumns nominal) {
    depth = size.depth(outputs);
    allocate();
    Drawing drawing = new Drawing(records, values, nominal, nominal.places(inputs));
    for (int f = 0; f < size.count; f++) {
      int asked = 0;
      for (int d = 0; d < depth; d++) {
        asked += draw(d, asked, f, drawing) ? 1 : 0;
      }
    }
  }

  private void allocate() {
    columns = new int[depth * size.count];
    thresholds = new float[depth * size.count];
    Arrays.fill(thresholds, Float.POSITIVE_INFINITY);
    answers = new float[depth * size.count];
    Arrays.fill(answers, 2);
    weights = new float[(size.count << depth) * outputs];
  }

  /** Records and columns that questions are drawn from. */
  private record Drawing(int records, FeatureRecords values, NominalColumns nominal, int[] places) {

    float number(int column, long draw) {
      return values.value(WeightInitializer.below(records, WeightInitializer.mix(draw)), column);
    }

    int indicator(int column, long draw) {
      int begin = nominal.begin(column);
      int count = nominal.end(column) - begin;
      return begin + WeightInitializer.below(count, WeightInitializer.mix(draw));
    }
  }

  /** Draws a question of a fern that has asked some; returns false if none was found. */
  private boolean draw(int d, int asked, int f, Drawing from) {
    int room = (1 << depth) / cells(f, asked);
    long draw = WeightInitializer.mix(WeightInitializer.mix(seed + d) + f);
    boolean isFound = false;
    for (int attempt = 0; attempt < ATTEMPTS && room > 1 && !isFound; attempt++) {
      draw = WeightInitializer.mix(draw);
      int place = from.places[WeightInitializer.below(from.places.length, draw)];
      int values = place < inputs ? 0 : from.nominal.values(place - inputs);
      if (values == 0) {
        isFound = askThreshold(asked, f, place, draw, from);
      } else if (values > Math.min(MAX_ANSWERS, 1 << depth)) {
        isFound = askThreshold(asked, f, from.indicator(place - inputs, draw + 4), draw, from);
      } else {
        isFound = values <= room && askValue(asked, f, place, values);
      }
    }
    return isFound;
  }

  /** Returns the number of cells that the first questions of a fern select. */
  private int cells(int f, int asked) {
    int cells = 1;
    for (int q = f; q < f + asked * size.count; q += size.count) {
      cells *= thresholds[q] == Float.POSITIVE_INFINITY ? 1 : (int) answers[q];
    }
    return cells;
  }

  /** Returns the cell that the last answer to each question selects. */
  private long lastCell(int f) {
    double cell = 0;
    for (int q = (depth - 1) * size.count + f; q >= 0; q -= size.count) {
      cell = answers[q] * cell + (thresholds[q] == Float.POSITIVE_INFINITY ? 0 : answers[q] - 1);
    }
    return (long) cell;
  }

  private boolean askValue(int asked, int f, int column, int values) {
    for (int q = f; q < f + asked * size.count; q += size.count) {
      if (columns[q] == column) {
        return false;
      }
    }
    int question = asked * size.count + f;
    columns[question] = column;
    thresholds[question] = Float.NaN;
    answers[question] = values;
    asksForCodes = true;
    return true;
  }

  private boolean askThreshold(int asked, int f, int column, long draw, Drawing from) {
    float first = from.number(column, draw + 1);
    float second = from.number(column, draw + 2);
    float third = f % 2 == 0 ? from.number(column, draw + 3) : second;
    float lowest = Math.min(first, Math.min(second, third));
    float highest = Math.max(first, Math.max(second, third));
    // False for NaN as well.
    if (!(lowest < highest)) {
      return false;
    }
    columns[asked * size.count + f] = column;
    thresholds[asked * size.count + f] = threshold(first, second, third, highest);
    return true;
  }

  /** The median, or the last number below it if it is the highest: some records must exceed it. */
  private static float threshold(float first, float second, float third, float highest) {
    float median = Math.max(Math.min(first, second), Math.min(Math.max(first, second), third));
    return median < highest ? median : Math.nextDown(median);
  }

  /**
   * Selects the cells of a row.
   *
   * @param row [inputs, then the codes of nominal columns] from {@code offset}, NaN is missing
   * @param cells receives {@link #count} places
   */
  public void select(float[] row, int offset, int[] cells) {
    if (asksForCodes) {
      KERNELS.selectByCodes(
          row, offset, columns, thresholds, answers, size.count, depth, outputs, cells);
    } else {
      KERNELS.select(row, offset, columns, thresholds, size.count, depth, outputs, cells);
    }
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
    float[] olderAnswers = answers;
    float[] older = weights;
    int[] olderCells = new int[size.count];
    for (int f = 0; f < size.count; f++) {
      olderCells[f] = cells(f, deeper);
    }
    depth = size.depth(all);
    allocate();
    for (int f = 0; f < size.count; f++) {
      int cells = 1;
      for (int d = 0; d < depth && cells * olderAnswers[d * size.count + f] <= 1 << depth; d++) {
        int q = d * size.count + f;
        columns[q] = olderColumns[q];
        thresholds[q] = olderThresholds[q];
        answers[q] = olderAnswers[q];
        cells = cells(f, d + 1);
      }
      float share = (float) cells / olderCells[f];
      for (int cell = 0; cell < olderCells[f]; cell++) {
        int from = (f << deeper) + cell;
        int to = (f << depth) + cell % cells;
        for (int o = 0; o < before; o++) {
          weights[to * all + o] += share * older[from * before + o];
        }
      }
    }
  }

  /** Returns the bytes in memory of what was learned. */
  public long memoryBytes() {
    return (long) (3 * columns.length + weights.length) * Float.BYTES;
  }

  private boolean isUsed(int cell) {
    int bits = 0;
    for (int i = cell * outputs; i < (cell + 1) * outputs; i++) {
      bits |= Float.floatToRawIntBits(weights[i]);
    }
    return bits != 0;
  }

  /**
   * Visits the questions, and the weights of cells that were selected.
   *
   * @param nominal columns that they started with
   * @throws IOException if what is read is damaged
   */
  public void visit(StateVisitor v, NominalColumns nominal) throws IOException {
    int stored = v.number(depth);
    if (stored == 0) {
      return;
    }
    int expected = size.depth(outputs);
    v.require("stored questions of a fern", stored, expected, expected);
    int cells = size.count << expected;
    v.requireBytes(
        "the stored ferns", 2L * size.count * expected * Float.BYTES + cells / Byte.SIZE);
    if (v.isFilling()) {
      depth = expected;
      allocate();
    }
    if (v.isCopying()) {
      v.numbers(columns, 0, columns.length);
      v.numbers(thresholds);
      v.numbers(answers);
      v.numbers(weights);
      asksForCodes = v.flag(asksForCodes);
      return;
    }
    visitQuestions(v, nominal);
    for (int first = 0; first < cells; first += Byte.SIZE) {
      int used = v.small(v.isFilling() ? 0 : usedOf(first));
      for (int c = 0; c < Byte.SIZE; c++) {
        if ((used >> c & 1) != 0) {
          v.numbers(weights, (first + c) * outputs, (first + c + 1) * outputs);
        }
      }
    }
  }

  private void visitQuestions(StateVisitor v, NominalColumns nominal) throws IOException {
    for (int q = 0; q < columns.length; q++) {
      columns[q] = v.number(columns[q]);
      thresholds[q] = v.anyNumber(thresholds[q]);
      boolean isNominal = Float.isNaN(thresholds[q]);
      v.require(
          "column of a stored question",
          columns[q],
          isNominal ? inputs : 0,
          (isNominal ? inputs + nominal.count() : inputs) - 1);
      if (v.isReading()) {
        answers[q] = isNominal ? nominal.values(columns[q] - inputs) : 2;
        asksForCodes |= isNominal;
      }
    }
    for (int f = 0; v.isReading() && f < size.count; f++) {
      v.require("last cell of a stored fern", lastCell(f), 0, (1 << depth) - 1);
    }
  }

  /** Returns a bit for each of eight cells that was selected. */
  private int usedOf(int first) {
    int used = 0;
    for (int c = 0; c < Byte.SIZE; c++) {
      used |= isUsed(first + c) ? 1 << c : 0;
    }
    return used;
  }
}
