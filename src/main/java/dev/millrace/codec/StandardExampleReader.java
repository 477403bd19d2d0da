package dev.millrace.codec;

import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;

/**
 * Reads the standard example schema field by field, without building a record object: three times
 * as fast as a generic reader, and nothing is allocated. Not thread-safe.
 */
final class StandardExampleReader implements ExampleReader {
  private final StandardFeatures features;
  private final LabelReader labels;
  private final KeyReader keys;
  private final boolean keyInValue;
  private final int mostFeatures;

  private BinaryDecoder decoder;
  private final Utf8 text = new Utf8();
  private final Utf8 attribute = new Utf8();
  private float[] numbers = new float[64];
  private boolean[] isMissing = new boolean[64];

  StandardExampleReader(InputSpec spec, KeyReader keys) {
    this.features = new StandardFeatures(spec);
    this.labels = new LabelReader(spec);
    this.keys = keys;
    this.keyInValue = spec.key() != null;
    this.mostFeatures = spec.limits().features();
  }

  @Override
  public void read(byte[] value, int from, Example into) throws RefusedException, IOException {
    decoder = DecoderFactory.get().binaryDecoder(value, from, value.length - from, decoder);
    decoder.skipString(); // event_id
    if (keyInValue) {
      into.key = keys.read(decoder.readString(text));
    } else {
      decoder.skipString();
    }
    into.eventTime = decoder.readLong();
    readLabel(into);
    into.weight = decoder.readFloat();
    int count = readNumbers(value.length - from);
    readMissing(count);
    readAttributes(into, count);
    features.end(into);
    if (!decoder.isEnd()) {
      throw new IOException("there are bytes behind the end of the record");
    }
  }

  private void readLabel(Example into) throws RefusedException, IOException {
    int branch = decoder.readIndex();
    switch (branch) {
      case 0 -> throw LabelReader.missing();
      case 1 -> labels.number(into, decoder.readDouble());
      case 2 -> labels.text(into, decoder.readString(text));
      default -> throw new IOException("the label's union has no branch " + branch);
    }
  }

  private int readNumbers(int length) throws RefusedException, IOException {
    int count = 0;
    for (long block = decoder.readArrayStart(); block != 0; block = decoder.arrayNext()) {
      requireBytes(block, Float.BYTES, length);
      int total = count + (int) block;
      if (total > mostFeatures) {
        throw new RefusedException(
            DeadLetterReason.WRONG_FEATURE_COUNT,
            "the record has " + total + " features; limits.features is " + mostFeatures);
      }
      if (numbers.length < total) {
        numbers = Arrays.copyOf(numbers, Math.max(total, numbers.length * 2));
        isMissing = new boolean[numbers.length];
      }
      for (; count < total; count++) {
        numbers[count] = decoder.readFloat();
      }
    }
    return count;
  }

  private void readMissing(int count) throws RefusedException, IOException {
    Arrays.fill(isMissing, 0, count, false);
    for (long block = decoder.readArrayStart(); block != 0; block = decoder.arrayNext()) {
      for (long i = 0; i < block; i++) {
        int position = decoder.readInt();
        if (position < 0 || position >= count) {
          throw new RefusedException(
              DeadLetterReason.INVALID_FEATURE,
              "\"missing\" names feature " + position + " of " + count);
        }
        isMissing[position] = true;
      }
    }
  }

  private void readAttributes(Example into, int count) throws RefusedException, IOException {
    long block = decoder.readMapStart();
    features.begin(into, numbers, isMissing, count, block != 0);
    for (; block != 0; block = decoder.mapNext()) {
      for (long i = 0; i < block; i++) {
        decoder.readString(attribute);
        decoder.readString(text);
        features.attribute(into, attribute, text);
      }
    }
  }

  private static void requireBytes(long items, int itemBytes, int length) throws EOFException {
    if (items < 0 || items > length / itemBytes) {
      throw new EOFException("an array claims " + items + " items in " + length + " bytes");
    }
  }
}
