package dev.millrace.flink.chunk;

import dev.millrace.data.Chunk;
import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.SizeChecks;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * Chunks on the wire between the decoding and the training subtasks; rows are written in bulk.
 * Chunks are flushed before every barrier, so these bytes are in no checkpoint.
 */
public final class ChunkSerializer extends TypeSerializer<Chunk> {
  private static final long serialVersionUID = 1L;

  private static final int MAX_NAMES = 1_024;

  // Classes by their names: those of a model are the same objects, and are found as such.
  private transient @Nullable Map<String, String> interned;
  // Chunks of a topic mostly have the same.
  private transient @Nullable DeclaredColumns lastColumns;

  @Override
  public void serialize(Chunk chunk, DataOutputView out) throws IOException {
    out.writeUTF(chunk.key());
    out.writeInt(chunk.size());
    out.writeInt(chunk.width());
    out.writeInt(chunk.indicators());
    out.writeInt(chunk.epoch());
    out.writeBoolean(chunk.isPlain());
    out.writeInt(chunk.labelCount());
    for (int i = 0; i < chunk.labelCount(); i++) {
      out.writeUTF(chunk.label(i));
    }
    DeclaredColumns columns = chunk.columns();
    out.writeInt(columns == null ? 0 : columns.bytes().length);
    if (columns != null) {
      out.write(columns.bytes());
    }
    out.writeInt(chunk.length());
    out.write(chunk.bytes(), 0, chunk.length());
  }

  @Override
  public Chunk deserialize(DataInputView in) throws IOException {
    String key = in.readUTF();
    int size = SizeChecks.read(in, "rows of a chunk", ChunkOperator.MAX_EXAMPLES);
    int width = in.readInt();
    int indicators = in.readInt();
    int epoch = in.readInt();
    boolean plain = in.readBoolean();
    String[] labels = new String[SizeChecks.read(in, "labels of a chunk", size)];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = intern(in.readUTF());
    }
    DeclaredColumns columns = columns(SizeChecks.readBytes(in, "bytes of declared columns"));
    byte[] rows = SizeChecks.readBytes(in, "bytes of a chunk's rows");
    Chunk chunk = new Chunk(key, size, width, indicators, columns, epoch, plain, labels, rows);
    chunk.requireWholeRows();
    return chunk;
  }

  private @Nullable DeclaredColumns columns(byte[] bytes) throws IOException {
    if (bytes.length == 0) {
      return null;
    }
    if (lastColumns == null || !Arrays.equals(lastColumns.bytes(), bytes)) {
      lastColumns = DeclaredColumns.read(bytes);
    }
    return lastColumns;
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

  // The same as String.intern gives, without a call out of Java each time.
  private String intern(String name) {
    if (interned == null) {
      interned = new HashMap<>(); // does not travel with a serialized job
    }
    String known = interned.get(name);
    if (known == null) {
      if (interned.size() == MAX_NAMES) {
        interned.clear();
      }
      known = name.intern();
      interned.put(known, known);
    }
    return known;
  }

  /** Snapshot of a format without options. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<Chunk> {
    public Snapshot() {
      super(ChunkSerializer::new);
    }
  }
}
