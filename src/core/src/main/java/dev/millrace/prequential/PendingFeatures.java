package dev.millrace.prequential;

import dev.millrace.data.ErasedId;
import dev.millrace.data.SizeChecks;
import dev.millrace.data.Task;
import dev.millrace.eval.KnownLabels;
import dev.millrace.eval.interval.ConformalBounds;
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
 * @param memory what models recall when they learn; see {@link PendingMemory}
 * @param predicted index of the class that was predicted, -1 for none
 * @param group hash of the group in the metrics, 0 for none
 * @param carried values of the record that features are derived from
 * @param bound of the interval or set; null without intervals
 * @param known what the baselines predicted; null for forecasts, whose baselines are others
 */
record PendingFeatures(
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
    @Nullable PendingBound bound,
    @Nullable KnownLabels known)
    implements PendingBuffer.Entry {

  // Inverted in the stored class if a group follows: in a class, and in -1, it equals the sign.
  private static final int GROUP_BIT = 1 << 30;
  // Likewise if carried values, a bound, or known labels follow.
  private static final int CARRIED_BIT = 1 << 29;
  private static final int BOUND_BIT = 1 << 28;
  private static final int KNOWN_BIT = 1 << 27;
  private static final int MAX_CARRIED = 1 << Short.SIZE;

  // Twice what a pipeline can allow.
  private static final int MAX_NUMBERS = 1 << 21;

  /** Returns the bound; NaN if it is not known. */
  double boundOrUnknown() {
    return bound == null ? ConformalBounds.UNKNOWN : bound.value();
  }

  /** Returns true if the record has an id. */
  boolean has(ErasedId id) {
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
    write(features, out);
    out.writeFloat(weight);
    out.writeLong(time);
    out.writeInt(partition);
    out.writeLong(offset);
    write(scores, out);
    write(memory, out);
    boolean hasBound = bound != null;
    int bits =
        (group == 0 ? 0 : GROUP_BIT)
            | (carried.length == 0 ? 0 : CARRIED_BIT)
            | (hasBound ? BOUND_BIT : 0)
            | (known == null ? 0 : KNOWN_BIT);
    out.writeInt(predicted ^ bits);
    if (group != 0) {
      out.writeLong(group);
    }
    if (carried.length > 0) {
      out.writeInt(carried.length);
      for (long value : carried) {
        out.writeLong(value);
      }
    }
    if (bound != null) {
      out.writeDouble(bound.value());
      out.writeLong(bound.labels());
    }
    if (known != null) {
      known.write(out);
    }
  }

  /**
   * @param outputs of the model
   */
  static PendingFeatures read(DataInput in, Task task, int outputs) throws IOException {
    float[] features = readFloats(in, "features that wait");
    float weight = in.readFloat();
    long time = in.readLong();
    int partition = in.readInt();
    long offset = in.readLong();
    float[] made = readFloats(in, "scores of features that wait");
    float[] memory = readFloats(in, "memory of features that wait");
    PendingMemory.require(memory);
    int predicted = in.readInt();
    boolean hasGroup = has(GROUP_BIT, predicted);
    boolean hasCarried = has(CARRIED_BIT, predicted);
    boolean hasBound = has(BOUND_BIT, predicted);
    boolean hasKnown = has(KNOWN_BIT, predicted);
    int bits =
        (hasGroup ? GROUP_BIT : 0)
            | (hasCarried ? CARRIED_BIT : 0)
            | (hasBound ? BOUND_BIT : 0)
            | (hasKnown ? KNOWN_BIT : 0);
    PendingFeatures pending =
        new PendingFeatures(
            features,
            weight,
            time,
            partition,
            offset,
            made,
            memory,
            predicted ^ bits,
            hasGroup ? in.readLong() : 0,
            hasCarried ? readLongs(in) : new long[0],
            hasBound ? new PendingBound(in.readDouble(), in.readLong()) : null,
            hasKnown ? KnownLabels.read(in, task.isClassification() ? outputs : 0) : null);
    int scores = pending.scores.length;
    // Classes that are known by now may not have been known then.
    int min = task.isClassification() ? 0 : outputs;
    int classes = task.isClassification() ? scores : 0;
    SizeChecks.require("scores of features that wait", scores, min, outputs);
    SizeChecks.require("class of features that wait", pending.predicted, -1, classes - 1);
    return pending;
  }

  private static boolean has(int bit, int predicted) {
    return (predicted < 0) != ((predicted & bit) != 0);
  }

  private static long[] readLongs(DataInput in) throws IOException {
    long[] numbers =
        new long[SizeChecks.read(in, "carried values of features", MAX_CARRIED, Long.BYTES)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = in.readLong();
    }
    return numbers;
  }

  private static void write(float[] numbers, DataOutput out) throws IOException {
    out.writeInt(numbers.length);
    for (float number : numbers) {
      out.writeFloat(number);
    }
  }

  private static float[] readFloats(DataInput in, String what) throws IOException {
    float[] numbers = new float[SizeChecks.read(in, what, MAX_NUMBERS, Float.BYTES)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = in.readFloat();
    }
    return numbers;
  }
}
