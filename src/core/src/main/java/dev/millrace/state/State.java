package dev.millrace.state;

import dev.millrace.data.PublicApi;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * An object that is stored, restored and copied. {@link #visit} names each field once, in the order
 * of the stored bytes:
 *
 * <pre>{@code
 * public void visit(StateVisitor v) throws IOException {
 *   examples = v.number(examples);
 *   v.numbers(weights);
 * }
 * }</pre>
 *
 * <p>Reading and copying begin with a new object of today's settings: what depends on the settings
 * alone is not visited.
 */
@PublicApi
@FunctionalInterface
public interface State extends Stored {

  /**
   * Visits each field.
   *
   * @throws IOException if the bytes that are read do not fit
   */
  void visit(StateVisitor v) throws IOException;

  @Override
  default void write(DataOutput out) throws IOException {
    visit(new StateWriter(out));
  }

  /**
   * Reads what a visit wrote into a new object, and returns it.
   *
   * @throws IOException if the bytes do not fit
   */
  static <S extends State> S read(DataInput in, S empty) throws IOException {
    empty.visit(new StateReader(in));
    return empty;
  }

  /**
   * Copies into a new object and returns it. Each array is copied once, each value that cannot
   * change is shared.
   *
   * @param empty with the same settings as the other
   */
  static <S extends State> S copy(State from, S empty) {
    StateCopy.copy(from, empty);
    return empty;
  }

  /**
   * Returns true if all numbers that must be finite are. Of models: metrics and detectors have NaN
   * where nothing is known.
   */
  static boolean isFinite(State state) {
    FiniteCheck check = new FiniteCheck();
    check.visitFields(state);
    return check.isFinite();
  }
}
