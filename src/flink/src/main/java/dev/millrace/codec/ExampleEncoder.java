package dev.millrace.codec;

import dev.millrace.codec.fields.ExampleSchema;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;

/** Writes examples of the standard schema in Avro's single-object encoding. Not thread-safe. */
public final class ExampleEncoder {
  private static final byte[] HEADER = ExampleSchema.header(ExampleSchema.SCHEMA);

  // Branches of the label's union, in the order of the schema.
  private static final int NONE = 0;
  private static final int NUMBER = 1;
  private static final int TEXT = 2;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
  private @Nullable BinaryEncoder encoder;

  /**
   * Returns an example as a record value.
   *
   * @param classLabel null for regression
   * @param target the regression target, if classLabel is null
   * @param numbers the numeric features; the first numberCount are written
   * @param missing positions of missing values in numbers
   * @param attributes the other features, by name
   */
  public byte[] encode(
      String id,
      String key,
      long eventTimeMillis,
      @Nullable String classLabel,
      double target,
      float weight,
      float[] numbers,
      int numberCount,
      int[] missing,
      Map<String, String> attributes) {
    int branch = classLabel == null ? NUMBER : TEXT;
    return encode(
        id,
        key,
        eventTimeMillis,
        branch,
        classLabel,
        target,
        weight,
        numbers,
        numberCount,
        missing,
        attributes);
  }

  /** Returns the features of an example without label as a record value. */
  public byte[] encodeFeatures(
      String id,
      String key,
      long eventTimeMillis,
      float weight,
      float[] numbers,
      int numberCount,
      int[] missing,
      Map<String, String> attributes) {
    return encode(
        id, key, eventTimeMillis, NONE, null, 0, weight, numbers, numberCount, missing, attributes);
  }

  private byte[] encode(
      String id,
      String key,
      long eventTimeMillis,
      int labelBranch,
      @Nullable String classLabel,
      double target,
      float weight,
      float[] numbers,
      int numberCount,
      int[] missing,
      Map<String, String> attributes) {
    bytes.reset();
    bytes.writeBytes(HEADER);
    encoder = EncoderFactory.get().binaryEncoder(bytes, encoder);
    try {
      encoder.writeString(id);
      encoder.writeString(key);
      encoder.writeLong(eventTimeMillis);
      encoder.writeIndex(labelBranch);
      if (classLabel != null) {
        encoder.writeString(classLabel);
      } else if (labelBranch == NUMBER) {
        encoder.writeDouble(target);
      } else {
        encoder.writeNull();
      }
      encoder.writeFloat(weight);
      writeFeatures(encoder, numbers, numberCount, missing, attributes);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a byte array does not fail
    }
    return bytes.toByteArray();
  }

  private static void writeFeatures(
      BinaryEncoder encoder,
      float[] numbers,
      int numberCount,
      int[] missing,
      Map<String, String> attributes)
      throws IOException {
    encoder.writeArrayStart();
    encoder.setItemCount(numberCount);
    for (int i = 0; i < numberCount; i++) {
      encoder.startItem();
      encoder.writeFloat(numbers[i]);
    }
    encoder.writeArrayEnd();
    encoder.writeArrayStart();
    encoder.setItemCount(missing.length);
    for (int position : missing) {
      encoder.startItem();
      encoder.writeInt(position);
    }
    encoder.writeArrayEnd();
    encoder.writeMapStart();
    encoder.setItemCount(attributes.size());
    for (Map.Entry<String, String> attribute : attributes.entrySet()) {
      encoder.startItem();
      encoder.writeString(attribute.getKey());
      encoder.writeString(attribute.getValue());
    }
    encoder.writeMapEnd();
  }
}
