package dev.millrace.nn.auto.members;

import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.rows.MixtureKind;
import dev.millrace.nn.auto.rows.Row;
import dev.millrace.nn.stored.PagedPart;
import dev.millrace.state.ArrayBytes;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.List;

/**
 * A member of a mixture: it predicts each record once or more, then learns it. Its {@link
 * MemberPlan} creates it, for one key; scratch belongs to the {@link Row#workspace}. Not
 * thread-safe.
 */
public interface Member extends State {

  /** Draws what it begins with, unless it is read or copied. */
  default void begin() {}

  /** Sets the plan and the workspace that it shares with the mixtures of the thread. */
  default void use(MemberPlan plan, Workspace workspace) {}

  /** Writes its predictions of a row to {@link Row#predictions} or {@link Row#values}. */
  void predict(Row row);

  /** Predicts a row, then learns its target. */
  void learn(Row row);

  /** Returns true if it also learns while only one class is known. */
  default boolean learnsOneClass() {
    return false;
  }

  /** Learns the first records, once there are enough in the buffer. */
  default void start(Row row) {}

  /** Makes room for one more class, as the plan of the grown kind has it. */
  default void addClass(MixtureKind grown, MemberPlan plan) {}

  /** Returns true if its size changes with what it learns, not with the number of classes alone. */
  default boolean grows() {
    return false;
  }

  /** Returns the bytes in memory. The default is the sum of the arrays that a visit names. */
  default long memoryBytes() {
    return ArrayBytes.of(this);
  }

  /** Returns false if a number that {@link #visit} does not name is not finite. */
  default boolean isFinite() {
    return true;
  }

  /** Returns the parts whose pages can be stored one by one. */
  default List<PagedPart> pagedParts() {
    return List.of();
  }

  @Override
  default void visit(StateVisitor v) throws IOException {}
}
