package dev.millrace.codec;

import dev.millrace.data.KafkaRecord;
import dev.millrace.data.SizeChecks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Assembles models from the records of a models topic. The records of different keys may be in any
 * order. Not thread-safe.
 *
 * <p>It keeps only the parts of incomplete models. Above a limit of bytes, it evicts the model that
 * has received no part for the longest time.
 */
public final class ModelAssembler {

  // The max size of an array on every JVM.
  private static final long MAX_BYTES = Integer.MAX_VALUE - 8;
  // Fraction of the heap for incomplete models.
  private static final int SHARE_OF_HEAP = 4;
  // Bytes of the objects of a record, without key, value and headers.
  private static final int RECORD_BYTES = 512;

  /** The position of a record on its topic. */
  public record Place(int partition, long offset) {}

  /**
   * The new model of a key, or its tombstone.
   *
   * @param pipeline null if the record has no such header
   * @param config null if the record has no such header
   * @param bytes bytes of the model, null for a tombstone
   * @param places positions of its records
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

  private static final class Pending {
    // Null until it arrives.
    @Nullable KafkaRecord head;
    final Map<Integer, KafkaRecord> parts = new HashMap<>();
  }

  private final long maxPendingBytes;
  private final Consumer<String> evicted;
  // In the order of the latest parts of the models, the oldest first.
  private final LinkedHashMap<String, Pending> pending = new LinkedHashMap<>(16, 0.75f, true);
  private long pendingBytes;

  public ModelAssembler() {
    this(key -> {});
  }

  /**
   * @param evicted called with each key whose parts are evicted
   */
  public ModelAssembler(Consumer<String> evicted) {
    this(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP, evicted);
  }

  /**
   * @param maxPendingBytes max bytes of the parts of incomplete models
   */
  ModelAssembler(long maxPendingBytes, Consumer<String> evicted) {
    this.maxPendingBytes = maxPendingBytes;
    this.evicted = evicted;
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
    if (ModelParts.isPart(record.key())) {
      return acceptPart(key, record);
    }
    if (record.value() == null) {
      drop(key, null);
      return arrival(key, record, null, List.of());
    }
    if (header(record, ModelParts.PARTS_HEADER) == null) {
      drop(key, null);
      return arrival(key, record, record.value(), List.of(record));
    }
    count(record);
    if (header(record, ModelParts.DIGEST_HEADER) == null) {
      throw new IOException("the parts of the model have no digest");
    }
    Pending model = pending.computeIfAbsent(key, k -> new Pending());
    pendingBytes += bytes(record) - bytes(model.head);
    model.head = record;
    return completeOrBound(key, model);
  }

  /** Returns the number of keys with a head but missing parts. */
  public int incomplete() {
    return (int) pending.values().stream().filter(model -> model.head != null).count();
  }

  private @Nullable Arrival acceptPart(String key, KafkaRecord record) throws IOException {
    int number = ModelParts.number(keyBytes(record));
    SizeChecks.require("number of a model's part", number, 1, ModelParts.MAX_PARTS - 1);
    Pending model = pending.computeIfAbsent(key, k -> new Pending());
    if (record.value() != null) {
      pendingBytes += bytes(record) - bytes(model.parts.put(number, record));
      return completeOrBound(key, model);
    }
    pendingBytes -= bytes(model.parts.remove(number));
    dropIfEmpty(key, model);
    return null;
  }

  private @Nullable Arrival completeOrBound(String key, Pending model) throws IOException {
    Arrival whole = complete(key, model);
    Iterator<Map.Entry<String, Pending>> oldest = pending.entrySet().iterator();
    while (pendingBytes > maxPendingBytes) {
      Map.Entry<String, Pending> next = oldest.next();
      Pending gone = next.getValue();
      evicted.accept(next.getKey());
      oldest.remove();
      pendingBytes -= bytes(gone.head);
      gone.parts.values().forEach(part -> pendingBytes -= bytes(part));
    }
    if (whole == null && !pending.containsKey(key)) {
      throw new IOException(
          "the parts of the model need more than %,d bytes".formatted(maxPendingBytes));
    }
    return whole;
  }

  private static long bytes(@Nullable KafkaRecord record) {
    if (record == null) {
      return 0;
    }
    long bytes = RECORD_BYTES + keyBytes(record).length + (long) valueBytes(record).length;
    for (byte[] header : record.headerValues()) {
      bytes += header == null ? 0 : header.length;
    }
    return bytes;
  }

  private @Nullable Arrival complete(String key, Pending model) throws IOException {
    KafkaRecord head = model.head;
    if (head == null) {
      return null;
    }
    String digest = header(head, ModelParts.DIGEST_HEADER);
    List<KafkaRecord> records = new ArrayList<>();
    records.add(head);
    long length = valueBytes(head).length;
    int count = count(head);
    for (int part = 1; part < count; part++) {
      KafkaRecord record = model.parts.get(part);
      if (record == null || !isOf(digest, record)) {
        return null;
      }
      records.add(record);
      length += valueBytes(record).length;
    }
    SizeChecks.require("bytes of a model in parts", length, 0, MAX_BYTES);
    byte[] bytes = new byte[(int) length];
    int at = 0;
    for (KafkaRecord record : records) {
      byte[] value = valueBytes(record);
      System.arraycopy(value, 0, bytes, at, value.length);
      at += value.length;
    }
    drop(key, digest);
    if (!ModelParts.digest(bytes).equals(digest)) {
      throw new IOException("the parts do not have the digest that they name");
    }
    return arrival(key, records.get(0), bytes, records);
  }

  private static int count(KafkaRecord head) throws IOException {
    String parts = header(head, ModelParts.PARTS_HEADER);
    try {
      return (int)
          SizeChecks.require("parts of a model", Long.parseLong(parts), 2, ModelParts.MAX_PARTS);
    } catch (NumberFormatException e) {
      throw new IOException("the number of parts is not a number", e);
    }
  }

  // Keeps parts of another digest, which may belong to the next head.
  private void drop(String key, @Nullable String digest) {
    Pending model = pending.get(key);
    if (model != null) {
      pendingBytes -= bytes(model.head);
      model.head = null;
      for (Iterator<KafkaRecord> parts = model.parts.values().iterator(); parts.hasNext(); ) {
        KafkaRecord part = parts.next();
        if (isOf(digest, part)) {
          pendingBytes -= bytes(part);
          parts.remove();
        }
      }
      dropIfEmpty(key, model);
    }
  }

  private void dropIfEmpty(String key, Pending model) {
    if (model.head == null && model.parts.isEmpty()) {
      pending.remove(key);
    }
  }

  private static Arrival arrival(
      String key, KafkaRecord head, byte @Nullable [] bytes, List<KafkaRecord> records) {
    return new Arrival(
        key,
        pipeline(head),
        header(head, ModelParts.CONFIG_HEADER),
        bytes,
        records.stream().map(r -> new Place(r.partition(), r.offset())).toList());
  }

  private static byte[] keyBytes(KafkaRecord record) {
    return Objects.requireNonNull(record.key());
  }

  private static byte[] valueBytes(KafkaRecord record) {
    return Objects.requireNonNull(record.value());
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

  private static boolean isOf(@Nullable String digest, KafkaRecord part) {
    return digest != null && digest.equals(header(part, ModelParts.DIGEST_HEADER));
  }

  private static @Nullable String header(KafkaRecord record, String name) {
    String[] names = record.headerNames();
    for (int h = names.length - 1; h >= 0; h--) {
      if (names[h].equals(name) && record.headerValues()[h] != null) {
        return new String(record.headerValues()[h], StandardCharsets.UTF_8);
      }
    }
    return null;
  }
}
