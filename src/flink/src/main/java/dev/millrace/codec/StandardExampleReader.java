package dev.millrace.codec;

import dev.millrace.codec.fields.ExampleReader;
import dev.millrace.codec.fields.LabelReader;
import dev.millrace.codec.fields.LabelSetReader;
import dev.millrace.codec.fields.LabelValues;
import dev.millrace.codec.text.EventTime;
import dev.millrace.codec.text.IdReader;
import dev.millrace.codec.text.KeyReader;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.RecordKind;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/**
 * Reads records of the standard example schema field by field, without a record object: three times
 * as fast as a generic reader, and without allocation. Not thread-safe.
 */
final class StandardExampleReader implements ExampleReader {
  private final StandardFeatures features;
  private final LabelValues labels;
  private final KeyReader keys;
  private final boolean keyInValue;
  private final int maxFeatures;
  private final boolean hasId;
  private final IdReader ids;
  private final boolean labelsOnly;
  // Whether a record may have only features or only a label.
  private final boolean hasDelayedLabels;
  private final boolean mayLackLabel;

  private final ReaderScratch scratch;

  /**
   * @param labelsOnly whether features are skipped
   */
  StandardExampleReader(InputSpec spec, KeyReader keys, boolean labelsOnly, ReaderScratch scratch) {
    this(spec, keys, labelsOnly, StandardFeatures.numbersOf(spec.features()), scratch);
  }

  /**
   * Creates a reader of records whose numbers have names.
   *
   * @param numberNames columns of the numbers of a record, in their order
   */
  StandardExampleReader(
      InputSpec spec,
      KeyReader keys,
      boolean labelsOnly,
      List<String> numberNames,
      ReaderScratch scratch) {
    this.scratch = scratch;
    this.hasId = spec.id() != null;
    this.ids = new IdReader(spec.labels() != null);
    this.labelsOnly = labelsOnly;
    this.hasDelayedLabels = spec.labels() != null && !labelsOnly;
    this.mayLackLabel = !labelsOnly && spec.mayLackLabel();
    this.features = new StandardFeatures(spec, numberNames, scratch);
    this.labels =
        spec.task() == Task.MULTILABEL
            ? new LabelSetReader(spec, scratch.texts)
            : new LabelReader(spec, scratch.texts);
    this.keys = keys;
    this.keyInValue = spec.key() != null;
    this.maxFeatures = spec.limits().features();
  }

  @Override
  public void read(byte[] value, int from, Example into) throws RejectedException, IOException {
    DecoderFactory.get().binaryDecoder(value, from, value.length - from, scratch.decoder);
    if (hasId) {
      ids.read(scratch.decoder.readString(scratch.text), into);
    } else {
      scratch.decoder.skipString();
    }
    if (keyInValue) {
      into.key = keys.read(scratch.decoder.readString(scratch.text));
    } else {
      scratch.decoder.skipString();
    }
    into.eventTime = EventTime.of("ts", scratch.decoder.readLong());
    boolean hasLabel = readLabel(into);
    into.weight = scratch.decoder.readFloat();
    int count = readNumbers(value.length - from);
    readMissing(count);
    readAttributes(into, count, hasLabel);
    if (!scratch.decoder.isEnd()) {
      throw new IOException("there are bytes after the end of the record");
    }
  }

  private boolean readLabel(Example into) throws RejectedException, IOException {
    int branch = scratch.decoder.readIndex();
    switch (branch) {
      case 0 -> {
        if (!mayLackLabel) {
          throw LabelReader.missing();
        }
        into.label = null;
        return false;
      }
      case 1 -> labels.number(into, scratch.decoder.readDouble());
      case 2 -> labels.text(into, scratch.decoder.readString(scratch.text));
      default -> throw new IOException("the label's union has no branch " + branch);
    }
    return true;
  }

  private int readNumbers(int length) throws RejectedException, IOException {
    int count = 0;
    for (long block = scratch.decoder.readArrayStart();
        block != 0;
        block = scratch.decoder.arrayNext()) {
      requireBytes(block, Float.BYTES, length);
      int total = count + (int) block;
      if (total > maxFeatures) {
        throw new RejectedException(
            DeadLetterReason.WRONG_FEATURE_COUNT,
            "the record has " + total + " features; limits.features is " + maxFeatures);
      }
      if (scratch.numbers.length < total) {
        int capacity = Math.max(total, 2 * scratch.numbers.length);
        scratch.numbers = Arrays.copyOf(scratch.numbers, capacity);
        scratch.isMissing = new boolean[capacity];
      }
      BinaryDecoder decoder = scratch.decoder;
      float[] numbers = scratch.numbers;
      for (; count < total; count++) {
        numbers[count] = decoder.readFloat();
      }
    }
    return count;
  }

  private void readMissing(int count) throws RejectedException, IOException {
    boolean[] isMissing = scratch.isMissing;
    Arrays.fill(isMissing, 0, count, false);
    for (long block = scratch.decoder.readArrayStart();
        block != 0;
        block = scratch.decoder.arrayNext()) {
      for (long i = 0; i < block; i++) {
        int position = scratch.decoder.readInt();
        if (position < 0 || position >= count) {
          throw new RejectedException(
              DeadLetterReason.INVALID_FEATURE,
              "\"missing\" names feature " + position + " of " + count);
        }
        isMissing[position] = true;
      }
    }
  }

  private void readAttributes(Example into, int count, boolean hasLabel)
      throws RejectedException, IOException {
    long block = scratch.decoder.readMapStart();
    boolean isEmpty = count == 0 && block == 0;
    if (labelsOnly || (hasDelayedLabels && hasLabel && isEmpty)) {
      into.kind = RecordKind.LABEL;
      into.resize(0);
      skipMap(block);
      return;
    }
    if (!hasLabel) {
      if (isEmpty && hasDelayedLabels) {
        throw LabelReader.missing();
      }
      into.kind = RecordKind.FEATURES;
    }
    features.begin(into, scratch.numbers, scratch.isMissing, count, block != 0);
    for (; block != 0; block = scratch.decoder.mapNext()) {
      for (long i = 0; i < block; i++) {
        scratch.decoder.readString(scratch.attribute);
        scratch.decoder.readString(scratch.text);
        features.attribute(into, scratch.attribute, scratch.text);
      }
    }
    features.end(into);
  }

  private void skipMap(long first) throws IOException {
    for (long block = first; block != 0; block = scratch.decoder.mapNext()) {
      for (long i = 0; i < block; i++) {
        scratch.decoder.skipString();
        scratch.decoder.skipString();
      }
    }
  }

  private static void requireBytes(long items, int itemBytes, int length) throws EOFException {
    if (items < 0 || items > length / itemBytes) {
      throw new EOFException("an array claims " + items + " items in " + length + " bytes");
    }
  }
}
