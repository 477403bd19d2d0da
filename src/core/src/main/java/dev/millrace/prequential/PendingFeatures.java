package dev.millrace.prequential;

import dev.millrace.data.SizeChecks;
import dev.millrace.data.Task;
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
 * @param scores of the classes known then, or the value; then what the model remembers
 * @param predicted index of the class that was predicted, -1 for none
 * @param group hash of the group in the metrics, 0 for none
 * @param carried values of the record that features are derived from
 * @param bound of the interval or set; null without intervals
 */
record PendingFeatures(
    float[] features,
    float weight,
    long time,
    int partition,
    long offset,
    float[] scores,
    int predicted,
    long group,
    long[] carried,
    @Nullable PendingBound bound)
    implements PendingBuffer.Entry {

  // Inverted in the stored class if a group follows: in a class, and in -1, it equals the sign.
  private static final int GROUP_BIT = 1 << 30;
  // Likewise if carried values, or a bound, follow.
  private static final int CARRIED_BIT = 1 << 29;
  private static final int BOUND_BIT = 1 << 28;
  private static final int MAX_CARRIED = 1 << Short.SIZE;

  // By models of all versions: one that remembers other numbers ignores them.
  private static final int MAX_REMEMBERED = 64;

  // Twice what a pipeline can allow.
  private static final int MAX_NUMBERS = 1 << 21;

  /** Returns the bound; NaN if it is not known. */
  double boundOrUnknown() {
    return bound == null ? ConformalBounds.UNKNOWN : bound.value();
  }

  @Override
  public long arrayBytes() {
    return (long) (features.length + scores.length) * Float.BYTES
        + (long) carried.length * Long.BYTES;
  }

  @Override
  public void write(DataOutput out) throws IOException {
    write(features, out);
    out.writeFloat(weight);
    out.writeLong(time);
    out.writeInt(partition);
    out.writeLong(offset);
    write(scores, out);
    boolean hasBound = bound != null;
    int bits =
        (group == 0 ? 0 : GROUP_BIT)
            | (carried.length == 0 ? 0 : CARRIED_BIT)
            | (hasBound ? BOUND_BIT : 0);
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
    int predicted = in.readInt();
    boolean hasGroup = (predicted < 0) != ((predicted & GROUP_BIT) != 0);
    boolean hasCarried = (predicted < 0) != ((predicted & CARRIED_BIT) != 0);
    boolean hasBound = (predicted < 0) != ((predicted & BOUND_BIT) != 0);
    int bits =
        (hasGroup ? GROUP_BIT : 0) | (hasCarried ? CARRIED_BIT : 0) | (hasBound ? BOUND_BIT : 0);
    PendingFeatures pending =
        new PendingFeatures(
            features,
            weight,
            time,
            partition,
            offset,
            made,
            predicted ^ bits,
            hasGroup ? in.readLong() : 0,
            hasCarried ? readLongs(in) : new long[0],
            hasBound ? new PendingBound(in.readDouble(), in.readLong()) : null);
    int scores = pending.scores.length;
    // Classes that are known by now may not have been known then.
    int min = task.isClassification() ? 0 : outputs;
    int classes = task.isClassification() ? scores : 0;
    int max = task.isClassification() ? outputs : outputs + MAX_REMEMBERED;
    SizeChecks.require("scores of features that wait", scores, min, max);
    SizeChecks.require("class of features that wait", pending.predicted, -1, classes - 1);
    return pending;
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
