package dev.millrace.codec.models;

import dev.millrace.codec.OutputRecord;
import dev.millrace.data.Sha256;
import dev.millrace.prequential.spec.TrainSpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Splits a model into records of the models topic: one, or several if it is larger than brokers
 * accept by default.
 *
 * <p>The model key is the key of the only record or of the head, which is written last; the other
 * records have keys of their own, so that compaction keeps the newest of each. These are parts, all
 * of which are written again with each model, and {@link ModelSegments}, of which only those that
 * are new are written. Every head and part has the digest of all parts together, and the head those
 * of the segments and of the whole model, so that {@link ModelAssembler} never mixes two models and
 * finds damaged ones.
 */
public final class ModelParts {
  /**
   * Max bytes of a part: with key and headers less than the brokers' default of 1 MiB a message.
   */
  public static final int PART_BYTES = 1_000_000;

  /** Max number of parts: the bytes of a model are one array. */
  public static final int MAX_PARTS = Integer.MAX_VALUE / PART_BYTES + 1;

  /** Max number of segments. */
  public static final int MAX_SEGMENTS = 1 << 20;

  /** Header with the name of the pipeline. */
  public static final String PIPELINE_HEADER = "millrace.pipeline";

  /** Header with the hash of the configuration. */
  public static final String CONFIG_HEADER = "millrace.config.hash";

  /** Header of a head or a part: the digest of the value in all parts; of a segment: its own. */
  public static final String DIGEST_HEADER = "millrace.digest";

  /** Header of a head: the number of parts, including itself. */
  public static final String PARTS_HEADER = "millrace.parts";

  /** Header of a head: the number of segments. */
  public static final String SEGMENTS_HEADER = "millrace.segments";

  // No model key starts with one of the marks, because they never occur in UTF-8. Next come the
  // number of the part or segment and the model key.
  private static final byte PART_MARK = (byte) 0xFF;
  private static final byte SEGMENT_MARK = (byte) 0xFE;
  private static final int PREFIX_BYTES = 1 + Integer.BYTES;
  private static final int DIGEST_DIGITS = 32;

  private ModelParts() {}

  /** Returns the number of parts of a model, or of the head of one in segments. */
  public static int count(TrainSpec spec, byte[] model) {
    int bytes = partBytes(spec);
    return Math.max(1, (model.length + bytes - 1) / bytes);
  }

  /** Returns {@link #PART_BYTES}, or less if the topics accept less. */
  static int partBytes(TrainSpec spec) {
    return Math.min(PART_BYTES, spec.input().limits().outputValueBytes());
  }

  /** Returns the records of a model without segments, in the order of writing. */
  public static List<OutputRecord> split(TrainSpec spec, String key, long timestamp, byte[] model) {
    return split(spec, key, timestamp, model, 1, List.of());
  }

  /**
   * Returns the records to write of a model, in this order: segments, parts and the head.
   *
   * @param first number of the first added segment
   * @param added values of the segments to write
   */
  static List<OutputRecord> split(
      TrainSpec spec, String key, long timestamp, byte[] head, int first, List<byte[]> added) {
    List<OutputRecord> records = new ArrayList<>();
    Headers headers = Headers.of(spec);
    byte[] keyBytes = utf8(key);
    int number = first;
    for (byte[] value : added) {
      Headers own = headers.with(DIGEST_HEADER, digest(value));
      records.add(own.record(timestamp, key(SEGMENT_MARK, number++, keyBytes), value));
    }
    int segments = number - 1;
    Headers headHeaders =
        segments == 0 ? headers : headers.with(SEGMENTS_HEADER, Integer.toString(segments));
    int parts = count(spec, head);
    String digest = digest(head);
    if (parts == 1) {
      records.add(headHeaders.with(DIGEST_HEADER, digest).record(timestamp, keyBytes, head));
      return records;
    }
    Headers partHeaders = headers.with(DIGEST_HEADER, digest);
    for (int part = 1; part < parts; part++) {
      byte[] slice = slice(spec, head, part);
      records.add(partHeaders.record(timestamp, key(PART_MARK, part, keyBytes), slice));
    }
    records.add(
        headHeaders
            .with(DIGEST_HEADER, digest)
            .with(PARTS_HEADER, Integer.toString(parts))
            .record(timestamp, keyBytes, slice(spec, head, 0)));
    return records;
  }

  /** Returns the tombstones of parts {@code from} to below {@code to}; part 0 is the head. */
  public static List<OutputRecord> tombstones(
      TrainSpec spec, String key, long timestamp, int from, int to) {
    byte[] keyBytes = utf8(key);
    Headers headers = Headers.of(spec);
    return IntStream.range(from, to)
        .mapToObj(part -> part == 0 ? keyBytes : key(PART_MARK, part, keyBytes))
        .map(recordKey -> headers.record(timestamp, recordKey, null))
        .toList();
  }

  /** Returns the tombstones of segments {@code from} to {@code to}. */
  public static List<OutputRecord> tombstonesOfSegments(
      TrainSpec spec, String key, long timestamp, int from, int to) {
    byte[] keyBytes = utf8(key);
    Headers headers = Headers.of(spec);
    return IntStream.rangeClosed(from, to)
        .mapToObj(segment -> headers.record(timestamp, key(SEGMENT_MARK, segment, keyBytes), null))
        .toList();
  }

  /** Returns true if a record's key is that of a part other than the head. */
  public static boolean isPart(byte[] recordKey) {
    return recordKey.length >= PREFIX_BYTES && recordKey[0] == PART_MARK;
  }

  /** Returns true if a record's key is that of a segment. */
  public static boolean isSegment(byte[] recordKey) {
    return recordKey.length >= PREFIX_BYTES && recordKey[0] == SEGMENT_MARK;
  }

  /** Returns true if a record's key is the model key. */
  public static boolean isHead(byte[] recordKey) {
    return !isPart(recordKey) && !isSegment(recordKey);
  }

  /** Returns the number of the part or segment that a record's key names; 0 for a head. */
  public static int number(byte[] recordKey) {
    return isHead(recordKey) ? 0 : ByteBuffer.wrap(recordKey).getInt(1);
  }

  /** Returns the bytes of the model key in a record's key. */
  public static byte[] modelKey(byte[] recordKey) {
    return isHead(recordKey)
        ? recordKey
        : Arrays.copyOfRange(recordKey, PREFIX_BYTES, recordKey.length);
  }

  /** Returns the digest of some bytes. */
  public static String digest(byte[] bytes) {
    return Sha256.hex(bytes).substring(0, DIGEST_DIGITS);
  }

  private static byte[] key(byte mark, int number, byte[] key) {
    return ByteBuffer.allocate(PREFIX_BYTES + key.length).put(mark).putInt(number).put(key).array();
  }

  private static byte[] slice(TrainSpec spec, byte[] model, int part) {
    int bytes = partBytes(spec);
    int from = part * bytes;
    return Arrays.copyOfRange(model, from, Math.min(model.length, from + bytes));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Names and values of a record's headers. */
  private record Headers(String[] names, byte[][] values) {
    static Headers of(TrainSpec spec) {
      String[] names = {PIPELINE_HEADER, CONFIG_HEADER};
      return new Headers(names, new byte[][] {utf8(spec.pipeline()), utf8(spec.configHash())});
    }

    Headers with(String name, String value) {
      int count = names.length;
      String[] moreNames = Arrays.copyOf(names, count + 1);
      byte[][] moreValues = Arrays.copyOf(values, count + 1);
      moreNames[count] = name;
      moreValues[count] = utf8(value);
      return new Headers(moreNames, moreValues);
    }

    OutputRecord record(long timestamp, byte[] key, byte @Nullable [] value) {
      return new OutputRecord(timestamp, key, value, names, values);
    }
  }
}
