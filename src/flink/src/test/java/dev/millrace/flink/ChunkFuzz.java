package dev.millrace.flink;

import dev.millrace.data.Chunk;
import dev.millrace.flink.chunk.ChunkSerializer;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** Whatever comes from another process as a chunk, it is one that can be sent on, or none. */
public final class ChunkFuzz {
  private static final ChunkSerializer SERIALIZER = new ChunkSerializer();

  private ChunkFuzz() {}

  /** What Jazzer calls; an exception is a find. */
  public static void fuzzerTestOneInput(byte[] bytes) {
    Chunk chunk;
    try {
      chunk = SERIALIZER.deserialize(new DataInputDeserializer(bytes));
    } catch (IOException e) {
      return; // no chunk
    }
    try {
      SERIALIZER.serialize(chunk, new DataOutputSerializer(64));
    } catch (IOException e) {
      throw new AssertionError("what was read cannot be written", e);
    }
    float[] features = new float[chunk.width()];
    for (int row = 0; row < chunk.size(); row++) {
      chunk.offset(row);
      if (chunk.kind(row).hasFeatures()) {
        chunk.copyFeatures(row, row + 1, features);
      }
    }
  }
}
