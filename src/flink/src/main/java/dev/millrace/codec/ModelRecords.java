package dev.millrace.codec;

import dev.millrace.codec.ModelAssembler.Arrival;
import dev.millrace.codec.ModelAssembler.Place;
import dev.millrace.codec.ModelAssembler.Source;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.SizeChecks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The records of one key that are needed for its next model: a head and parts that are not whole
 * yet, and segments, which stay for the models after it. Not thread-safe.
 */
final class ModelRecords {
  /** The max size of an array on every JVM. */
  static final long MAX_BYTES = Integer.MAX_VALUE - 8;

  // Bytes of the objects of a record, without key, value and headers.
  private static final int RECORD_BYTES = 512;
  // Bytes of a segment's place and digest.
  private static final long SEGMENT_BYTES = 256;

  /**
   * A segment.
   *
   * @param value null if it has to be read again
   */
  private record Segment(String digest, Place place, int length, byte @Nullable [] value) {
    long bytes() {
      return SEGMENT_BYTES + (value == null ? 0 : value.length);
    }

    Segment withoutValue() {
      return new Segment(digest, place, length, null);
    }
  }

  // Null until it arrives, and once the model is whole.
  private @Nullable KafkaRecord head;
  private final Map<Integer, KafkaRecord> parts = new HashMap<>();
  private final Map<Integer, Segment> segments = new HashMap<>();
  private long bytes;
  private long droppedBytes;

  /** Returns the bytes in memory. */
  long bytes() {
    return bytes;
  }

  /** Returns the bytes in memory once all values are read again. */
  long wholeBytes() {
    return bytes + droppedBytes;
  }

  boolean isEmpty() {
    return head == null && parts.isEmpty() && segments.isEmpty();
  }

  /** Returns true if the head of a model is there that is not whole. */
  boolean hasHead() {
    return head != null;
  }

  /** Returns true if there are records of a model that is not whole. */
  boolean isIncomplete() {
    return head != null || !parts.isEmpty();
  }

  void putHead(KafkaRecord record) {
    bytes += bytes(record) - bytes(head);
    head = record;
  }

  /** Adds a part, or removes one if the record is a tombstone. */
  void putPart(int number, KafkaRecord record) {
    KafkaRecord before = record.value() == null ? parts.remove(number) : parts.put(number, record);
    bytes += (record.value() == null ? 0 : bytes(record)) - bytes(before);
  }

  /**
   * Adds a segment, or removes one if the record is a tombstone.
   *
   * @throws IOException if it does not name its digest
   */
  void putSegment(int number, KafkaRecord record) throws IOException {
    byte[] value = record.value();
    String digest = ModelAssembler.header(record, ModelParts.DIGEST_HEADER);
    if (value != null && digest == null) {
      throw new IOException("the segment of a model has no digest");
    }
    if (value == null || digest == null) {
      segments.remove(number);
    } else {
      segments.put(number, new Segment(digest, place(record), value.length, value));
    }
    count();
  }

  /** Drops the values of segments, which can be read again. */
  void dropValues() {
    segments.replaceAll((number, segment) -> segment.withoutValue());
    count();
  }

  private void count() {
    bytes = bytes(head);
    droppedBytes = 0;
    parts.values().forEach(part -> bytes += bytes(part));
    for (Segment segment : segments.values()) {
      bytes += segment.bytes();
      droppedBytes += segment.value() == null ? segment.length() : 0;
    }
  }

  /** Drops everything but parts, which may be of the next model. */
  void dropModel() {
    segments.clear();
    dropHead(null);
  }

  // Keeps parts of another digest, which may belong to the next head.
  private void dropHead(@Nullable String digest) {
    head = null;
    for (Iterator<KafkaRecord> all = parts.values().iterator(); all.hasNext(); ) {
      if (isOf(digest, all.next())) {
        all.remove();
      }
    }
    count();
  }

  /**
   * Returns the model if it is whole, and keeps its segments alone.
   *
   * @param source reads segments again whose values were dropped
   * @throws IOException if the records are not of one model, whose head and parts are dropped then
   */
  @Nullable Arrival complete(String key, @Nullable Source source) throws IOException {
    KafkaRecord top = head;
    if (top == null) {
      return null;
    }
    List<KafkaRecord> ofHead = headAndParts(top);
    if (ofHead == null) {
      return null;
    }
    String digest = ModelAssembler.header(top, ModelParts.DIGEST_HEADER);
    boolean keepsHead = false;
    try {
      byte[] value = ofHead.size() == 1 ? valueBytes(top) : join(ofHead, digest);
      List<Place> places = new ArrayList<>();
      byte[] model = value;
      if (isSegmented(top)) {
        SegmentedHead segmented = SegmentedHead.decode(value);
        List<byte[]> values = values(segmented.segments(), places, source);
        keepsHead = values == null;
        model = values == null ? null : segmented.assemble(values);
      }
      if (model == null) {
        return null;
      }
      // The head comes last, as it was written.
      ofHead.subList(1, ofHead.size()).forEach(part -> places.add(place(part)));
      places.add(place(top));
      return ModelAssembler.arrival(key, top, model, places);
    } finally {
      if (!keepsHead) {
        dropHead(digest);
      }
    }
  }

  /** Returns null if a part is missing. */
  private @Nullable List<KafkaRecord> headAndParts(KafkaRecord top) throws IOException {
    List<KafkaRecord> records = new ArrayList<>();
    records.add(top);
    int count = parts(top);
    String digest = ModelAssembler.header(top, ModelParts.DIGEST_HEADER);
    for (int part = 1; part < count; part++) {
      KafkaRecord record = parts.get(part);
      if (record == null || !isOf(digest, record)) {
        return null;
      }
      records.add(record);
    }
    return records;
  }

  private static byte[] join(List<KafkaRecord> records, @Nullable String digest)
      throws IOException {
    long length = records.stream().mapToLong(record -> valueBytes(record).length).sum();
    SizeChecks.require("bytes of a model in parts", length, 0, MAX_BYTES);
    byte[] bytes = new byte[(int) length];
    int at = 0;
    for (KafkaRecord record : records) {
      byte[] value = valueBytes(record);
      System.arraycopy(value, 0, bytes, at, value.length);
      at += value.length;
    }
    if (!ModelParts.digest(bytes).equals(digest)) {
      throw new IOException("the parts do not have the digest that they name");
    }
    return bytes;
  }

  /** Returns the values of segments, and adds their places; null if one is missing. */
  private @Nullable List<byte[]> values(
      List<String> digests, List<Place> places, @Nullable Source source) {
    if (!hasAll(digests)) {
      return null;
    }
    List<byte[]> values = new ArrayList<>();
    for (int number = 1; number <= digests.size(); number++) {
      Segment segment = Objects.requireNonNull(segments.get(number));
      byte[] value = segment.value() == null ? again(segment, source) : segment.value();
      if (value == null) {
        return null;
      }
      values.add(value);
      places.add(segment.place());
    }
    return values;
  }

  private static byte @Nullable [] again(Segment segment, @Nullable Source source) {
    try {
      return source == null ? null : source.read(segment.place());
    } catch (IOException e) {
      return null; // the brokers are away; the model after this one has other segments
    }
  }

  private boolean hasAll(List<String> digests) {
    for (int number = 1; number <= digests.size(); number++) {
      Segment segment = segments.get(number);
      if (segment == null || !segment.digest().equals(digests.get(number - 1))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns the number of parts that a head names, including itself.
   *
   * @throws IOException if it is not possible
   */
  private static int parts(KafkaRecord head) throws IOException {
    String parts = ModelAssembler.header(head, ModelParts.PARTS_HEADER);
    if (parts == null) {
      return 1;
    }
    if (ModelAssembler.header(head, ModelParts.DIGEST_HEADER) == null) {
      throw new IOException("the parts of the model have no digest");
    }
    try {
      return (int)
          SizeChecks.require("parts of a model", Long.parseLong(parts), 2, ModelParts.MAX_PARTS);
    } catch (NumberFormatException e) {
      throw new IOException("the number of parts is not a number", e);
    }
  }

  private static boolean isSegmented(KafkaRecord head) {
    return ModelAssembler.header(head, ModelParts.SEGMENTS_HEADER) != null;
  }

  /**
   * Returns true if a head is the whole model.
   *
   * @throws IOException if it names an impossible number of parts
   */
  static boolean isWhole(KafkaRecord head) throws IOException {
    return parts(head) == 1 && !isSegmented(head);
  }

  static Place place(KafkaRecord record) {
    return new Place(record.partition(), record.offset());
  }

  private static byte[] valueBytes(KafkaRecord record) {
    return Objects.requireNonNull(record.value());
  }

  private static boolean isOf(@Nullable String digest, KafkaRecord part) {
    return digest != null && digest.equals(ModelAssembler.header(part, ModelParts.DIGEST_HEADER));
  }

  private static long bytes(@Nullable KafkaRecord record) {
    if (record == null) {
      return 0;
    }
    long bytes =
        RECORD_BYTES
            + Objects.requireNonNull(record.key()).length
            + (long) valueBytes(record).length;
    for (byte[] header : record.headerValues()) {
      bytes += header == null ? 0 : header.length;
    }
    return bytes;
  }
}
