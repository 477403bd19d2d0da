package dev.millrace.prequential.labels;

import dev.millrace.data.SizeChecks;
import dev.millrace.data.Task;
import dev.millrace.eval.KnownLabels;
import dev.millrace.input.ErasedId;
import dev.millrace.state.StateReader;
import dev.millrace.state.StateVisitor;
import dev.millrace.state.StateWriter;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Features that wait for their label, and what the model said when they came.
 *
 * @param partition of the record
 * @param offset of the record
 * @param scores of the classes known then, or the value
 * @param memory what models recall when they learn; see {@code PendingMemory}
 * @param predicted index of the class that was predicted, -1 for none
 * @param group hash of the group in the metrics, 0 for none
 * @param carried values of the record that features are derived from
 * @param bound of the interval or set; {@link PendingBound#NONE} without intervals
 * @param known what the baselines predicted; null for forecasts, whose baselines are others
 */
public record PendingFeatures(
    float[] features,
    float weight,
    long time,
    int partition,
    long offset,
    float[] scores,
    float[] memory,
    int predicted,
    long group,
    long[] carried,
    PendingBound bound,
    @Nullable KnownLabels known)
    implements PendingBuffer.Entry {
  /** Numbers of each model before what it remembers: its start, and their count. */
  public static final int MEMORY_HEADER = 2;

  private static final PendingFeatures EMPTY =
      new PendingFeatures(
          new float[0],
          0,
          0,
          0,
          0,
          new float[0],
          new float[0],
          0,
          0,
          new long[0],
          PendingBound.NONE,
          null);

  // Inverted in the stored class if a group follows: in a class, and in -1, it equals the sign.
  private static final int GROUP_BIT = 1 << 30;
  // Likewise if carried values, a bound, or known labels follow.
  private static final int CARRIED_BIT = 1 << 29;
  private static final int BOUND_BIT = 1 << 28;
  private static final int KNOWN_BIT = 1 << 27;
  private static final int ALL_BITS = GROUP_BIT | CARRIED_BIT | BOUND_BIT | KNOWN_BIT;
  private static final int MAX_CARRIED = 1 << Short.SIZE;

  // Twice what a pipeline can allow.
  private static final int MAX_NUMBERS = 1 << 21;

  /** Returns true if the record has an id. */
  public boolean has(ErasedId id) {
    return id.isIn(features, carried, group);
  }

  @Override
  public long arrayBytes() {
    return (long) (features.length + scores.length + memory.length) * Float.BYTES
        + (long) carried.length * Long.BYTES
        + (known == null ? 0 : known.memoryBytes());
  }

  @Override
  public void write(DataOutput out) throws IOException {
    visit(new StateWriter(out), this, 0);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param outputs of the model
   */
  static PendingFeatures read(DataInput in, Task task, int outputs) throws IOException {
    boolean areClasses = task.isClassification();
    PendingFeatures pending = visit(new StateReader(in), EMPTY, areClasses ? outputs : 0);
    requireMemory(pending.memory);
    int scores = pending.scores.length;
    // Classes that are known by now may not have been known then.
    SizeChecks.require("scores of features that wait", scores, areClasses ? 0 : outputs, outputs);
    int last = (areClasses ? scores : 0) - 1;
    SizeChecks.require("class of features that wait", pending.predicted, -1, last);
    return pending;
  }

  /** Returns what was visited. */
  private static PendingFeatures visit(StateVisitor v, PendingFeatures from, int classes)
      throws IOException {
    float[] features = v.sized("features that wait", from.features, MAX_NUMBERS);
    float weight = v.number(from.weight);
    long time = v.number(from.time);
    int partition = v.number(from.partition);
    long offset = v.number(from.offset);
    float[] scores = v.sized("scores of features that wait", from.scores, MAX_NUMBERS);
    float[] memory = v.sized("memory of features that wait", from.memory, MAX_NUMBERS);
    int stored = v.number(from.predicted ^ from.bits());
    long group = has(GROUP_BIT, stored) ? v.number(from.group) : 0;
    long[] carried =
        has(CARRIED_BIT, stored)
            ? v.sized("carried values of features", from.carried, MAX_CARRIED)
            : from.carried;
    PendingBound bound =
        has(BOUND_BIT, stored)
            ? v.value(from.bound, PendingBound::write, PendingBound::read)
            : PendingBound.NONE;
    KnownLabels known =
        has(KNOWN_BIT, stored)
            ? v.value(from.known, KnownLabels::write, in -> KnownLabels.read(in, classes))
            : null;
    int predicted = stored < 0 ? stored | ALL_BITS : stored & ~ALL_BITS;
    return new PendingFeatures(
        features, weight, time, partition, offset, scores, memory, predicted, group, carried, bound,
        known);
  }

  /** Returns the bits of what follows the class. */
  private int bits() {
    return (group == 0 ? 0 : GROUP_BIT)
        | (carried.length == 0 ? 0 : CARRIED_BIT)
        | (bound.equals(PendingBound.NONE) ? 0 : BOUND_BIT)
        | (known == null ? 0 : KNOWN_BIT);
  }

  private static boolean has(int bit, int predicted) {
    return (predicted < 0) != ((predicted & bit) != 0);
  }

  /**
   * Checks what models remember, as it was stored.
   *
   * @throws IOException if they are not what {@code PendingMemory} makes
   */
  static void requireMemory(float[] memory) throws IOException {
    int place = 0;
    while (place < memory.length) {
      int left = memory.length - place - MEMORY_HEADER;
      float floats = left < 0 ? 0 : memory[place + 1];
      int whole = (int) floats;
      if (whole != floats || whole < 1 || whole > left) {
        throw new IOException(
            "the stored memory of features that wait has %d numbers, and a part of %s at %d"
                .formatted(memory.length, floats, place));
      }
      place += MEMORY_HEADER + whole;
    }
  }
}
