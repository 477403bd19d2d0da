package dev.millrace.prequential.labels;

import dev.millrace.data.SizeChecks;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.BitSet;

/**
 * A set of labels that was predicted, of features that wait for theirs. Not to be changed.
 *
 * @param time of the features, milliseconds since the epoch
 * @param probabilities of the labels known then
 * @param predicted numbers of the labels in the set
 */
public record PendingSet(long time, float[] probabilities, BitSet predicted)
    implements PendingBuffer.Entry {
  private static final int MAX_LABELS = 2_000;

  @Override
  public long arrayBytes() {
    return (long) probabilities.length * Float.BYTES + predicted.size() / Byte.SIZE;
  }

  @Override
  public void write(DataOutput out) throws IOException {
    out.writeLong(time);
    out.writeInt(probabilities.length);
    for (int k = 0; k < probabilities.length; k++) {
      out.writeFloat(probabilities[k]);
      out.writeBoolean(predicted.get(k));
    }
  }

  public static PendingSet read(DataInput in) throws IOException {
    long time = in.readLong();
    int labels = SizeChecks.read(in, "labels of a set", MAX_LABELS, Float.BYTES + 1);
    float[] probabilities = new float[labels];
    BitSet predicted = new BitSet(labels);
    for (int k = 0; k < labels; k++) {
      probabilities[k] = in.readFloat();
      predicted.set(k, in.readBoolean());
    }
    return new PendingSet(time, probabilities, predicted);
  }
}
