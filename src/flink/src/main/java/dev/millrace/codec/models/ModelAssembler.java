package dev.millrace.codec.models;

import dev.millrace.data.KafkaRecord;
import dev.millrace.data.SizeChecks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Assembles models from the records of a models topic. The records of different keys may be in any
 * order. Not thread-safe.
 *
 * <p>It keeps the parts of incomplete models, and the segments of models of many ids, of which the
 * next model of the key has most too. Above a limit of bytes it drops first the values of segments,
 * which it can read again, then the records of the key that has received none for the longest time.
 */
public final class ModelAssembler {
  // Fraction of the heap for the records that it keeps.
  private static final int SHARE_OF_HEAP = 4;
  // Values are dropped where that frees at least this fraction of the limit, as it looks at all.
  private static final int SHARE_TO_FREE = 4;
  // A segment has at least one block of a model, and most have thousands.
  private static final int MIN_SEGMENT_BYTES = 256;
  private static final int MIN_SEGMENTS = 1_024;

  /** The position of a record on its topic. */
  public record Place(int partition, long offset) {}

  /**
   * The new model of a key, or its tombstone.
   *
   * @param pipeline null if the record has no such header
   * @param config null if the record has no such header
   * @param bytes bytes of the model, null for a tombstone
   * @param places positions of its records; the head is the last one
   */
  public record Arrival(
      String key,
      @Nullable String pipeline,
      @Nullable String config,
      byte @Nullable [] bytes,
      List<Place> places) {
    /** Returns true if the model is of a pipeline, or does not name its pipeline. */
    public boolean mayBeOf(String other) {
      return pipeline == null || pipeline.equals(other);
    }

    /** Returns true if the key has no model any more. */
    public boolean isForgotten() {
      return bytes == null;
    }
  }

  /** Reads records again. */
  public interface Source {
    /**
     * Returns the value of a record, or null if it is no longer there.
     *
     * @throws IOException if it cannot be read now
     */
    byte @Nullable [] read(Place place) throws IOException;
  }

  /** Receives the keys whose newest model is not available. */
  public interface Listener {
    /** Ignores all. */
    Listener NONE = new Listener() {};

    /** Receives a key whose incomplete model was dropped, because it needs too much memory. */
    default void evicted(String key) {}

    /** Receives a key whose head came without all of the other records that it names. */
    default void incomplete(String key) {}
  }

  private final long maxBytes;
  private final int maxSegments;
  private final @Nullable Source source;
  private final Listener listener;
  // In the order of the latest records of the keys, the oldest first.
  private final LinkedHashMap<String, ModelRecords> kept = new LinkedHashMap<>(16, 0.75f, true);
  private long keptBytes;
  // Bytes kept of values that can be read again.
  private long keptValues;
  private int incomplete;

  /**
   * Creates an assembler that keeps up to a quarter of the heap.
   *
   * @param modelBytes max bytes of a model, from which the max number of its segments follows
   * @param source reads segments again that did not fit; null if there is none
   */
  public ModelAssembler(long modelBytes, @Nullable Source source, Listener listener) {
    this(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP, segments(modelBytes), source, listener);
  }

  /**
   * @param maxBytes max bytes of the records that it keeps
   * @param maxSegments max number of segments of a model
   */
  ModelAssembler(long maxBytes, int maxSegments, @Nullable Source source, Listener listener) {
    this.maxBytes = maxBytes;
    this.maxSegments = maxSegments;
    this.source = source;
    this.listener = listener;
  }

  private static int segments(long modelBytes) {
    return (int)
        Math.max(MIN_SEGMENTS, Math.min(ModelParts.MAX_SEGMENTS, modelBytes / MIN_SEGMENT_BYTES));
  }

  /** Creates an assembler without a limit, for records that are in memory anyway. */
  public static ModelAssembler unlimited() {
    return new ModelAssembler(Long.MAX_VALUE, ModelParts.MAX_SEGMENTS, null, Listener.NONE);
  }

  /**
   * Adds the next record.
   *
   * @return the model that the record completes, or the tombstone of its key; null for neither
   * @throws IOException if the record is not part of a model
   */
  public @Nullable Arrival accept(KafkaRecord record) throws IOException {
    if (record.key() == null) {
      throw new IOException("the record has no key");
    }
    String key = key(record);
    ModelRecords model = kept.computeIfAbsent(key, k -> new ModelRecords());
    count(model, -1);
    Arrival arrival;
    try {
      arrival = accept(key, record, model);
    } finally {
      count(model, 1);
      if (model.isEmpty()) {
        kept.remove(key);
      }
    }
    bound(key, model);
    if (arrival == null && ModelParts.isHead(keyBytes(record))) {
      listener.incomplete(key);
    }
    return arrival;
  }

  private @Nullable Arrival accept(String key, KafkaRecord record, ModelRecords model)
      throws IOException {
    byte[] recordKey = keyBytes(record);
    int number = ModelParts.number(recordKey);
    if (ModelParts.isPart(recordKey)) {
      SizeChecks.require("number of a model's part", number, 1, ModelParts.MAX_PARTS - 1);
      model.putPart(number, record);
    } else if (ModelParts.isSegment(recordKey)) {
      SizeChecks.require("number of a model's segment", number, 1, maxSegments);
      model.putSegment(number, record);
    } else if (record.value() == null) {
      model.dropModel();
      return arrival(key, record, null, List.of());
    } else if (ModelRecords.isWhole(record)) {
      ModelRecords.requireDigest(record.value(), ModelRecords.digest(record));
      model.dropModel();
      return arrival(key, record, record.value(), List.of(ModelRecords.place(record)));
    } else {
      model.putHead(record);
    }
    return record.value() == null ? null : model.complete(key, source);
  }

  /** Returns the number of keys with a head but missing records. */
  public int incomplete() {
    return incomplete;
  }

  /** Returns those keys in their order. */
  public List<String> incompleteKeys() {
    return kept.entrySet().stream()
        .filter(each -> each.getValue().hasHead())
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  /** Adds the records of a key to the totals, or subtracts them. */
  private void count(ModelRecords model, int sign) {
    keptBytes += sign * model.bytes();
    keptValues += sign * model.valueBytes();
    incomplete += model.hasHead() ? sign : 0;
  }

  private void bound(String key, ModelRecords current) throws IOException {
    if (current.wholeBytes() > maxBytes) {
      kept.remove(key);
      count(current, -1);
      listener.evicted(key);
      throw new IOException("the parts of the model need more than %,d bytes".formatted(maxBytes));
    }
    if (keptBytes > maxBytes && keptValues > maxBytes / SHARE_TO_FREE && source != null) {
      dropValues();
    }
    Iterator<Map.Entry<String, ModelRecords>> oldest = kept.entrySet().iterator();
    while (keptBytes > maxBytes) {
      Map.Entry<String, ModelRecords> next = oldest.next();
      oldest.remove();
      count(next.getValue(), -1);
      if (next.getValue().isIncomplete()) {
        listener.evicted(next.getKey());
      }
    }
  }

  /** Makes room for a while, as it looks at all keys. */
  private void dropValues() {
    for (ModelRecords oldest : kept.values()) {
      if (keptBytes <= maxBytes - maxBytes / SHARE_TO_FREE) {
        return;
      }
      count(oldest, -1);
      oldest.dropValues();
      count(oldest, 1);
    }
  }

  static Arrival arrival(
      String key, KafkaRecord head, byte @Nullable [] bytes, List<Place> places) {
    return new Arrival(key, pipeline(head), header(head, ModelParts.CONFIG_HEADER), bytes, places);
  }

  private static byte[] keyBytes(KafkaRecord record) {
    return Objects.requireNonNull(record.key());
  }

  /** Returns the key of the model that a record of a models topic belongs to. */
  public static String key(KafkaRecord record) {
    return new String(ModelParts.modelKey(keyBytes(record)), StandardCharsets.UTF_8);
  }

  /**
   * Returns the pipeline that wrote a record of a models topic, null if the record does not name
   * it.
   */
  public static @Nullable String pipeline(KafkaRecord record) {
    return header(record, ModelParts.PIPELINE_HEADER);
  }

  static @Nullable String header(KafkaRecord record, String name) {
    String[] names = record.headerNames();
    for (int h = names.length - 1; h >= 0; h--) {
      if (names[h].equals(name) && record.headerValues()[h] != null) {
        return new String(record.headerValues()[h], StandardCharsets.UTF_8);
      }
    }
    return null;
  }
}
