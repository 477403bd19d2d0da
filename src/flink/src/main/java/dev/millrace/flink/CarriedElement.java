package dev.millrace.flink;

import dev.millrace.codec.OutputRecord;
import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.KafkaRecord;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.jspecify.annotations.Nullable;

/**
 * An element that travels with its example to the prediction, as the first header of the example's
 * record. Not thread-safe.
 *
 * @param <T> type of the element
 */
public final class CarriedElement<T> implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final int FIRST_BYTES = 256;
  private static final String HEADER = "__millrace.element";
  private static final byte[] HEADER_BYTES = HEADER.getBytes(StandardCharsets.UTF_8);

  private final TypeSerializer<T> serializer;
  private transient @Nullable DataOutputSerializer out;
  private transient @Nullable DataInputDeserializer in;

  public CarriedElement(TypeSerializer<T> serializer) {
    this.serializer = serializer;
  }

  /** Returns the record of an example with an element. */
  KafkaRecord add(T element, KafkaRecord to) throws IOException {
    if (out == null) {
      out = new DataOutputSerializer(FIRST_BYTES);
    }
    out.clear();
    serializer.serialize(element, out);
    byte[] bytes = out.getCopyOfBuffer();
    int headers = to.headerNames().length;
    if (headers == 0) {
      return to.withHeader(HEADER, bytes);
    }
    String[] names = new String[headers + 1];
    byte[] @Nullable [] values = new byte[headers + 1][];
    System.arraycopy(to.headerNames(), 0, names, 1, headers);
    System.arraycopy(to.headerValues(), 0, values, 1, headers);
    names[0] = HEADER;
    values[0] = bytes;
    return withHeaders(to, names, values);
  }

  /** Returns the record of a prediction with the element of its row; null if it has none. */
  static @Nullable OutputRecord copy(Chunk chunk, int row, OutputRecord prediction) {
    byte[] bytes = chunk.header(row, HEADER_BYTES);
    return bytes == null
        ? null
        : new OutputRecord(
            prediction.timestamp(),
            prediction.key(),
            prediction.value(),
            new String[] {HEADER},
            new byte[][] {bytes});
  }

  /** Returns a dead letter without its element. */
  static DeadLetter remove(DeadLetter from) {
    KafkaRecord record = from.record();
    int headers = record.headerNames().length;
    if (headers == 0 || !record.headerNames()[0].equals(HEADER)) {
      return from;
    }
    KafkaRecord original =
        withHeaders(
            record,
            Arrays.copyOfRange(record.headerNames(), 1, headers),
            Arrays.copyOfRange(record.headerValues(), 1, headers));
    return new DeadLetter(original, from.reason(), from.message(), from.exceptionClass());
  }

  private static KafkaRecord withHeaders(
      KafkaRecord record, String[] names, byte[] @Nullable [] values) {
    return new KafkaRecord(
        record.topic(),
        record.partition(),
        record.offset(),
        record.timestamp(),
        record.key(),
        record.value(),
        names,
        values);
  }

  /** Returns the element of a prediction that {@link #copy} made. */
  public T of(OutputRecord prediction) throws IOException {
    if (in == null) {
      in = new DataInputDeserializer();
    }
    in.setBuffer(prediction.headerValues()[0]);
    return serializer.deserialize(in);
  }
}
