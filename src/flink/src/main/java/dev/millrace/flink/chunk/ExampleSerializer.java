package dev.millrace.flink.chunk;

import dev.millrace.data.Example;
import java.io.IOException;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Serializes the examples between {@code decode} and {@code chunk}.
 *
 * <p>It makes no copies: {@link ChunkOperator} packs an example before it returns, and nothing else
 * reads it. So a job without {@code pipeline.object-reuse}, Flink's default, does not copy each
 * example on its way from one operator of a chain to the next.
 */
final class ExampleSerializer extends TypeSerializer<Example> {
  private static final long serialVersionUID = 1L;

  private final TypeSerializer<Example> fields;

  ExampleSerializer() {
    this(TypeInformation.of(Example.class).createSerializer(new SerializerConfigImpl()));
  }

  private ExampleSerializer(TypeSerializer<Example> fields) {
    this.fields = fields;
  }

  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public TypeSerializer<Example> duplicate() {
    return new ExampleSerializer(fields.duplicate());
  }

  @Override
  public Example createInstance() {
    return fields.createInstance();
  }

  @Override
  public Example copy(Example from) {
    return from;
  }

  @Override
  public Example copy(Example from, Example reuse) {
    return from;
  }

  @Override
  public int getLength() {
    return fields.getLength();
  }

  @Override
  public void serialize(Example example, DataOutputView target) throws IOException {
    fields.serialize(example, target);
  }

  @Override
  public Example deserialize(DataInputView source) throws IOException {
    return fields.deserialize(source);
  }

  @Override
  public Example deserialize(Example reuse, DataInputView source) throws IOException {
    return fields.deserialize(reuse, source);
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    fields.copy(source, target);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ExampleSerializer that && fields.equals(that.fields);
  }

  @Override
  public int hashCode() {
    return fields.hashCode();
  }

  @Override
  public TypeSerializerSnapshot<Example> snapshotConfiguration() {
    return fields.snapshotConfiguration(); // examples are never state
  }
}
