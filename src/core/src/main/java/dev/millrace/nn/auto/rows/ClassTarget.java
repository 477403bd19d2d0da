package dev.millrace.nn.auto.rows;

import dev.millrace.nn.FloatCount;
import dev.millrace.simd.Elementary;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/** The running frequencies of classes, and the previous class. */
public final class ClassTarget implements Target {

  /** Max number of floats remembered of features whose label comes later. */
  private static final int MAX_REMEMBERED = 512;

  private static final int NONE = -1;

  private final FrequencyBaseline frequencies;
  private int classes;
  // Index of the class; NONE before the first.
  private int previous = NONE;

  ClassTarget(int classes) {
    this.classes = classes;
    frequencies = new FrequencyBaseline(classes);
  }

  @Override
  public void begin(Row row) {
    frequencies.predict(row.frequencies, row.logFrequencies);
    row.previous = previous;
    row.previousThen = previous;
    if (row.memory != null) {
      int then = (int) row.memory[row.memoryAt + remembered(row.predictionCount) - 1];
      row.previousThen = then >= 0 && then < classes ? then : NONE;
    }
  }

  @Override
  public void observe(double label, Row row) {
    row.target = label;
    row.scaledTarget = scaled(label);
  }

  @Override
  public float scaled(double label) {
    return (float) label;
  }

  @Override
  public void learn(double label, Row row) {
    frequencies.learn((int) label, row.weight);
    previous = (int) label;
  }

  /**
   * Returns the number of floats of all predictions, of their mixture and of the frequencies, the
   * number of examples and the previous label; 0 if they are too many.
   */
  @Override
  public int remembered(int predictions) {
    long floats = (predictions + 2L) * classes + 2;
    return classes < 2 || floats > MAX_REMEMBERED ? 0 : (int) floats;
  }

  @Override
  public void remember(Row row, float[] memory, int at) {
    int to = at;
    for (int k = 0; k < row.predictionCount; k++, to += classes) {
      System.arraycopy(row.predictions, row.at(k), memory, to, classes);
    }
    System.arraycopy(row.mixed, 0, memory, to, classes);
    System.arraycopy(row.frequencies, 0, memory, to + classes, classes);
    to += 2 * classes;
    memory[to] = FloatCount.of(row.examples);
    memory[to + 1] = row.previous;
  }

  /**
   * Writes what {@link #remember} did to another row.
   *
   * @return number of examples since then
   */
  public static long recall(float[] memory, int at, Row then) {
    int classes = then.classes;
    int from = at;
    for (int k = 0; k < then.predictionCount; k++, from += classes) {
      System.arraycopy(memory, from, then.predictions, then.at(k), classes);
    }
    System.arraycopy(memory, from, then.mixed, 0, classes);
    from += classes;
    for (int j = 0; j < classes; j++) {
      then.logFrequencies[j] = Elementary.log(memory[from + j]);
    }
    return FloatCount.growth(memory[from + classes], then.examples);
  }

  @Override
  public void addClass() {
    classes++;
    frequencies.addClass();
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    frequencies.visit(v);
    previous = v.number("stored previous class", previous, NONE, classes - 1);
  }
}
