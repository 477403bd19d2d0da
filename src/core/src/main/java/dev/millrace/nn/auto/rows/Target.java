package dev.millrace.nn.auto.rows;

import dev.millrace.report.MetricsReport;
import dev.millrace.state.State;
import java.util.List;

/** Labels or values: their state without features, and the scale on which members learn them. */
public interface Target extends State {

  /** Writes what is predicted without features, and the last label or value, to the row. */
  void begin(Row row);

  /** Writes what the mixture learns of a label or value to the encoded row. */
  void observe(double labelOrValue, Row row);

  /** Returns what members learn of a {@link Row#target}. */
  float scaled(double target);

  /** Learns a label or value after all members have. */
  void learn(double labelOrValue, Row row);

  /** Returns the number of floats that {@link #remember} writes; 0 if they would be too many. */
  int remembered(int predictions);

  /** Writes what is needed of a prediction when its label comes later. */
  void remember(Row row, float[] memory, int at);

  /** Makes room for one more class. */
  default void addClass() {
    throw new IllegalStateException("a model of a value has no classes");
  }

  /** Returns steps before all others, which make a row relative to what is predicted here. */
  default List<RowStep> steps() {
    return List.of();
  }

  /** Returns a mixture's members, and predictions that are mixed with theirs. */
  default MetricsReport.Members report(MetricsReport.Members mixture) {
    return mixture;
  }

  /** Returns the bytes in memory of what is not there for every target. */
  default long memoryBytes() {
    return 0;
  }
}
