package dev.millrace.codec.models;

import dev.millrace.codec.models.ModelAssembler.Arrival;
import dev.millrace.codec.models.ModelAssembler.Place;
import dev.millrace.codec.models.ModelAssembler.Source;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.SizeChecks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The records of one key that are needed for its next model: a head and parts that are not whole
 * yet, and segments, which stay for the models after it. Each record costs the same work however
 * many came before it, unless it completes a head or a model. Not thread-safe.
 */
final class ModelRecords {
  // Bytes of the objects of a record, without key, value and headers.
  private static final int RECORD_BYTES = 512;
  // Bytes of a segment's place and digest.
  private static final long SEGMENT_BYTES = 256;
  // Bytes of a digest in memory, as text.
  private static final long DIGEST_BYTES = 80;

  /**
   * A segment.
   *
   * @param value null if it has to be read again
   */
  record Segment(String digest, Place place, int length, byte @Nullable [] value) {
    private long bytes() {
      return SEGMENT_BYTES + valueBytes();
    }

    private long valueBytes() {
      return value == null ? 0 : value.length;
    }

    private Segment withoutValue() {
      return new Segment(digest, place, length, null);
    }
  }

  /**
   * A head with all of its parts, which waits for segments.
   *
   * @param top the first record of the head
   * @param bytes in memory
   */
  private record WaitingHead(KafkaRecord top, SegmentedHead head, List<Place> places, long bytes) {}

  private final Supplier<Map<Integer, Segment>> newSegments;
  // Null until it arrives, and once its parts are there.
  private @Nullable KafkaRecord head;
  private final Map<Integer, KafkaRecord> parts = new HashMap<>();
  // Number of parts by their digests.
  private final Map<String, Integer> partsByDigest = new HashMap<>();
  private @Nullable WaitingHead waiting;
  // Segments of the waiting head that are missing.
  private int missing;
  // True if a segment of the waiting head could not be read again.
  private boolean isUnreadable;
  private Map<Integer, Segment> segments;
  private long bytes;
  private long valueBytes;
  private long droppedBytes;

  ModelRecords() {
    this(HashMap::new);
  }

  /**
   * @param newSegments creates a map of segments by their numbers
   */
  ModelRecords(Supplier<Map<Integer, Segment>> newSegments) {
    this.newSegments = newSegments;
    segments = newSegments.get();
  }

  /** Returns the bytes in memory. */
  long bytes() {
    return bytes;
  }

  /** Returns the bytes in memory once all values are read again. */
  long wholeBytes() {
    return bytes + droppedBytes;
  }

  /** Returns the bytes that {@link #dropValues} frees. */
  long valueBytes() {
    return valueBytes;
  }

  boolean isEmpty() {
    return !hasHead() && parts.isEmpty() && segments.isEmpty();
  }

  /** Returns true if the head of a model is there that is not whole. */
  boolean hasHead() {
    return head != null || waiting != null;
  }

  /** Returns true if there are records of a model that is not whole. */
  boolean isIncomplete() {
    return hasHead() || !parts.isEmpty();
  }

  void putHead(KafkaRecord record) {
    dropHead();
    head = record;
    bytes += bytes(record);
  }

  private void dropHead() {
    bytes -= bytes(head) + (waiting == null ? 0 : waiting.bytes());
    head = null;
    waiting = null;
  }

  /** Adds a part, or removes one if the record is a tombstone. */
  void putPart(int number, KafkaRecord record) {
    removePart(number);
    if (record.value() != null) {
      parts.put(number, record);
      bytes += bytes(record);
      countPart(record, 1);
    }
  }

  private void removePart(int number) {
    KafkaRecord removed = parts.remove(number);
    if (removed != null) {
      bytes -= bytes(removed);
      countPart(removed, -1);
    }
  }

  private void countPart(KafkaRecord part, int sign) {
    String digest = digest(part);
    if (digest != null) {
      partsByDigest.merge(digest, sign, (a, b) -> a + b == 0 ? null : Integer.valueOf(a + b));
    }
  }

  /**
   * Adds a segment, or removes one if the record is a tombstone.
   *
   * @throws IOException if it does not name its digest
   */
  void putSegment(int number, KafkaRecord record) throws IOException {
    byte[] value = record.value();
    String digest = digest(record);
    if (value != null && digest == null) {
      throw new IOException("the segment of a model has no digest");
    }
    Segment next =
        value == null || digest == null
            ? null
            : new Segment(digest, place(record), value.length, value);
    Segment before = next == null ? segments.remove(number) : segments.put(number, next);
    count(before, -1);
    count(next, 1);
    missing += (isAwaited(number, before) ? 1 : 0) - (isAwaited(number, next) ? 1 : 0);
  }

  private void count(@Nullable Segment segment, int sign) {
    if (segment != null) {
      bytes += sign * segment.bytes();
      valueBytes += sign * segment.valueBytes();
      droppedBytes += segment.value() == null ? sign * (long) segment.length() : 0;
    }
  }

  private boolean isAwaited(int number, @Nullable Segment segment) {
    if (waiting == null || segment == null) {
      return false;
    }
    List<String> digests = waiting.head().segments();
    return number <= digests.size() && digests.get(number - 1).equals(segment.digest());
  }

  /** Drops the values of segments, which can be read again. */
  void dropValues() {
    segments.replaceAll((number, segment) -> segment.withoutValue());
    bytes -= valueBytes;
    droppedBytes += valueBytes;
    valueBytes = 0;
  }

  /** Drops everything but parts, which may be of the next model. */
  void dropModel() {
    dropHead();
    if (!segments.isEmpty()) {
      bytes -= SEGMENT_BYTES * segments.size() + valueBytes;
      valueBytes = 0;
      droppedBytes = 0;
      segments = newSegments.get(); // not cleared: that takes as long as it ever was large
    }
  }

  /**
   * Returns the model if it is whole, and keeps its segments alone.
   *
   * @param source reads segments again whose values were dropped
   * @throws IOException if the records are not of one model, whose head and parts are dropped then
   */
  @Nullable Arrival complete(String key, @Nullable Source source) throws IOException {
    KafkaRecord top = head;
    if (top != null && hasParts(top)) {
      List<Place> places = new ArrayList<>();
      byte[] value = takeHead(top, places);
      if (!isSegmented(top)) {
        return ModelAssembler.arrival(key, top, value, places);
      }
      await(top, SegmentedHead.decode(value), places);
    }
    return waiting == null || missing > 0 || isUnreadable ? null : assemble(key, waiting, source);
  }

  /** Returns true if there are as many parts of a head as it names. */
  private boolean hasParts(KafkaRecord top) throws IOException {
    String digest = digest(top);
    int known = digest == null ? 0 : partsByDigest.getOrDefault(digest, 0);
    return known >= parts(top) - 1;
  }

  /**
   * Returns the value of a head and its parts, all of which are dropped.
   *
   * @param places to which theirs are added; the head is the last one, as it was written
   */
  private byte[] takeHead(KafkaRecord top, List<Place> places) throws IOException {
    List<KafkaRecord> records = new ArrayList<>();
    records.add(top);
    dropHead();
    String digest = digest(top);
    int count = parts(top);
    for (int part = 1; part < count; part++) {
      KafkaRecord record = parts.get(part);
      if (record == null || digest == null || !digest.equals(digest(record))) {
        throw new IOException("the parts of the model are not those that its head names");
      }
      removePart(part);
      records.add(record);
      places.add(place(record));
    }
    places.add(place(top));
    byte[] value = records.size() == 1 ? valueBytes(top) : join(records);
    requireDigest(value, digest);
    return value;
  }

  private void await(KafkaRecord top, SegmentedHead segmented, List<Place> places) {
    List<String> digests = segmented.segments();
    long room = bytes(top) + segmented.rest().length + DIGEST_BYTES * digests.size();
    waiting = new WaitingHead(top, segmented, places, room);
    bytes += room;
    isUnreadable = false;
    missing = 0;
    for (int number = 1; number <= digests.size(); number++) {
      missing += isAwaited(number, segments.get(number)) ? 0 : 1;
    }
  }

  private @Nullable Arrival assemble(String key, WaitingHead whole, @Nullable Source source)
      throws IOException {
    List<Place> places = new ArrayList<>();
    List<byte[]> values = values(whole.head().segments().size(), places, source);
    if (values == null) {
      return null;
    }
    dropHead();
    places.addAll(whole.places());
    return ModelAssembler.arrival(key, whole.top(), whole.head().assemble(values), places);
  }

  private static byte[] join(List<KafkaRecord> records) throws IOException {
    long length = records.stream().mapToLong(record -> valueBytes(record).length).sum();
    SizeChecks.require("bytes of a model in parts", length, 0, SegmentedHead.MAX_BYTES);
    byte[] bytes = new byte[(int) length];
    int at = 0;
    for (KafkaRecord record : records) {
      byte[] value = valueBytes(record);
      System.arraycopy(value, 0, bytes, at, value.length);
      at += value.length;
    }
    return bytes;
  }

  /**
   * Checks the value of a head, with its parts.
   *
   * @param digest null if the head has none
   * @throws IOException if it has another digest
   */
  static void requireDigest(byte[] value, @Nullable String digest) throws IOException {
    if (digest != null && !ModelParts.digest(value).equals(digest)) {
      throw new IOException("the bytes of the model do not have the digest that it names");
    }
  }

  /** Returns the values of segments, and adds their places; null if one cannot be read again. */
  private @Nullable List<byte[]> values(int count, List<Place> places, @Nullable Source source) {
    List<byte[]> values = new ArrayList<>();
    for (int number = 1; number <= count; number++) {
      Segment segment = Objects.requireNonNull(segments.get(number));
      byte[] value = segment.value() == null ? again(segment, source) : segment.value();
      if (value == null) {
        isUnreadable = true;
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
    if (digest(head) == null) {
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

  static @Nullable String digest(KafkaRecord record) {
    return ModelAssembler.header(record, ModelParts.DIGEST_HEADER);
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
