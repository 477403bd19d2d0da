package dev.millrace.flink;

import dev.millrace.data.SizeChecks;
import dev.millrace.prequential.TrainState;
import java.io.IOException;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * {@link TrainState} in keyed state: a length (int) and the bytes that the state writes of itself,
 * which start with their own version.
 */
public final class TrainStateSerializer extends TypeSerializer<TrainState> {
  /** Name of the keyed state; never changes, or models are lost. */
  static final String STATE_NAME = "train-state";

  private static final long serialVersionUID = 1L;

  private static final String LENGTH = "bytes of a model's state";

  // Grows to the largest state; a state backend uses each duplicate in one thread alone.
  private transient @Nullable DataOutputSerializer scratch;

  /** Returns the descriptor of the keyed state that holds the models. */
  static ValueStateDescriptor<TrainState> descriptor() {
    return new ValueStateDescriptor<>(STATE_NAME, new TrainStateSerializer());
  }

  @Override
  public void serialize(TrainState state, DataOutputView out) throws IOException {
    if (scratch == null) {
      scratch = new DataOutputSerializer(4096);
    }
    scratch.clear();
    state.write(scratch);
    out.writeInt(scratch.length());
    out.write(scratch.getSharedBuffer(), 0, scratch.length());
  }

  @Override
  public TrainState deserialize(DataInputView in) throws IOException {
    return TrainState.serialized(SizeChecks.readBytes(in, LENGTH));
  }

  @Override
  public TrainState deserialize(TrainState reuse, DataInputView in) throws IOException {
    return deserialize(in);
  }

  @Override
  public void copy(DataInputView in, DataOutputView out) throws IOException {
    // Not out.write(in, length): some outputs do not grow for it.
    byte[] bytes = SizeChecks.readBytes(in, LENGTH);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  @Override
  public TrainState copy(TrainState from) {
    return from.copy();
  }

  @Override
  public TrainState copy(TrainState from, TrainState reuse) {
    return from.copy();
  }

  @Override
  public @Nullable TrainState createInstance() {
    return null; // a state without a key's first example does not exist
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
  public TypeSerializer<TrainState> duplicate() {
    return new TrainStateSerializer();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TrainStateSerializer;
  }

  @Override
  public int hashCode() {
    return TrainStateSerializer.class.hashCode();
  }

  @Override
  public TypeSerializerSnapshot<TrainState> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Snapshot of a format without options; its version is inside the bytes of each state. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<TrainState> {
    public Snapshot() {
      super(TrainStateSerializer::new);
    }
  }
}
