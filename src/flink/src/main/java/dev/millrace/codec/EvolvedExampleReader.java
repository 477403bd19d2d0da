package dev.millrace.codec;

import dev.millrace.codec.fields.ExampleReader;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.Example;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * Reads records of another version of a schema: resolves them with Avro and encodes them again as
 * the version that a reader knows. Not thread-safe.
 */
final class EvolvedExampleReader implements ExampleReader {
  private final GenericDatumReader<GenericRecord> resolving;
  private final GenericDatumWriter<GenericRecord> known;
  private final ExampleReader reader;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
  private @Nullable BinaryDecoder decoder;
  private @Nullable BinaryEncoder encoder;
  private @Nullable GenericRecord record;

  /**
   * @param reader reader of records of the reader's schema
   */
  EvolvedExampleReader(Schema writer, Schema readerSchema, ExampleReader reader) {
    this.resolving = new GenericDatumReader<>(writer, readerSchema);
    this.known = new GenericDatumWriter<>(readerSchema);
    this.reader = reader;
  }

  @Override
  public void read(byte[] value, int from, Example into) throws RejectedException, IOException {
    decoder = DecoderFactory.get().binaryDecoder(value, from, value.length - from, decoder);
    record = resolving.read(record, decoder);
    if (!decoder.isEnd()) {
      throw new IOException("there are bytes after the end of the record");
    }
    bytes.reset();
    encoder = EncoderFactory.get().binaryEncoder(bytes, encoder);
    known.write(record, encoder);
    encoder.flush();
    reader.read(bytes.toByteArray(), 0, into);
  }
}
