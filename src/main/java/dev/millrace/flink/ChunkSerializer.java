package dev.millrace.flink;

import dev.millrace.data.Chunk;
import dev.millrace.data.PackedRecords;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Chunks on the wire between the decoding and the training subtasks; arrays are written in bulk.
 * Chunks are flushed before every barrier, so these bytes are in no checkpoint.
 */
public final class ChunkSerializer extends TypeSerializer<Chunk> {
  private static final long serialVersionUID = 1L;

  private transient BulkArrays arrays = new BulkArrays();

  @Override
  public void serialize(Chunk chunk, DataOutputView out) throws IOException {
    int size = chunk.size();
    PackedRecords records = chunk.records();
    out.writeUTF(chunk.key());
    out.writeInt(size);
    out.writeInt(chunk.width());
    out.writeInt(chunk.epoch());
    out.writeInt(chunk.labelCount());
    for (int i = 0; i < chunk.labelCount(); i++) {
      out.writeUTF(chunk.label(i));
    }
    BulkArrays bulk = arrays();
    bulk.write(chunk.features(), size * chunk.width(), out);
    bulk.write(chunk.targets(), size, out);
    bulk.write(chunk.weights(), size, out);
    bulk.write(chunk.eventTimes(), size, out);
    bulk.write(records.ends(), size, out);
    out.write(records.bytes(), 0, records.length());
  }

  @Override
  public Chunk deserialize(DataInputView in) throws IOException {
    String key = in.readUTF();
    int size = in.readInt();
    int width = in.readInt();
    int epoch = in.readInt();
    String[] labels = new String[in.readInt()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = in.readUTF();
    }
    BulkArrays bulk = arrays();
    float[] features = bulk.readFloats(size * width, in);
    double[] targets = bulk.readDoubles(size, in);
    float[] weights = bulk.readFloats(size, in);
    long[] eventTimes = bulk.readLongs(size, in);
    int[] ends = bulk.readInts(size, in);
    byte[] bytes = new byte[size == 0 ? 0 : ends[size - 1]];
    in.readFully(bytes);
    return new Chunk(
        key,
        size,
        width,
        features,
        targets,
        weights,
        eventTimes,
        labels,
        epoch,
        PackedRecords.wrap(bytes, ends, size));
  }

  @Override
  public Chunk deserialize(Chunk reuse, DataInputView in) throws IOException {
    return deserialize(in);
  }

  @Override
  public void copy(DataInputView in, DataOutputView out) throws IOException {
    serialize(deserialize(in), out);
  }

  @Override
  public Chunk copy(Chunk from) {
    return from.copy();
  }

  @Override
  public Chunk copy(Chunk from, Chunk reuse) {
    return from.copy();
  }

  @Override
  public Chunk createInstance() {
    return new Chunk();
  }

  @Override
  public boolean isImmutableType() {
    return false;
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public TypeSerializer<Chunk> duplicate() {
    return new ChunkSerializer();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChunkSerializer;
  }

  @Override
  public int hashCode() {
    return ChunkSerializer.class.hashCode();
  }

  @Override
  public TypeSerializerSnapshot<Chunk> snapshotConfiguration() {
    return new Snapshot();
  }

  // The scratch buffer does not travel with a serialized job.
  private BulkArrays arrays() {
    if (arrays == null) {
      arrays = new BulkArrays();
    }
    return arrays;
  }

  /** Says that the format has no options. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<Chunk> {
    public Snapshot() {
      super(ChunkSerializer::new);
    }
  }
}
