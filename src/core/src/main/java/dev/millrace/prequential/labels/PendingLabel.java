package dev.millrace.prequential.labels;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A label that waits for its features.
 *
 * @param label the class; null for a number
 * @param target the number
 */
public record PendingLabel(@Nullable String label, double target, long time)
    implements PendingBuffer.Entry {

  @Override
  public long arrayBytes() {
    return label == null ? 0 : label.length();
  }

  @Override
  public void write(DataOutput out) throws IOException {
    out.writeBoolean(label != null);
    if (label == null) {
      out.writeDouble(target);
    } else {
      out.writeUTF(label);
    }
    out.writeLong(time);
  }

  static PendingLabel read(DataInput in) throws IOException {
    return in.readBoolean()
        ? new PendingLabel(in.readUTF(), Double.NaN, in.readLong())
        : new PendingLabel(null, in.readDouble(), in.readLong());
  }
}
