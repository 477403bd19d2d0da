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
import java.util.function.Consumer;

/**
 * Puts the records of a models topic together again, in whatever order those of different keys
 * come. Not thread-safe.
 *
 * <p>It holds the parts of models of which others are still missing, and nothing else: up to a
 * limit of bytes, beyond which it forgets those of the model that has got none for longest.
 */
public final class ModelAssembler {

  // What one array holds on every JVM.
  private static final long MAX_BYTES = Integer.MAX_VALUE - 8;
  // Of the heap, for models of which parts are missing.
  private static final int SHARE_OF_HEAP = 4;
  // Of a record without its key, value and headers: its objects.
  private static final int RECORD_BYTES = 512;

  /** Where a record lies on its topic. */
  public record Place(int partition, long offset) {}

  /**
   * What is known of a key from now on.
   *
   * @param pipeline null if the record does not say
   * @param config null if the record does not say
   * @param bytes of the model; null if the key was forgotten
   * @param places of its records
   */
  public record Arrival(
      String key, String pipeline, String config, byte[] bytes, List<Place> places) {
    public Arrival {
      places = List.copyOf(places);
    }

    /** Whether it is of a pipeline, as far as the record says whose it is. */
    public boolean mayBeOf(String other) {
      return pipeline == null || pipeline.equals(other);
    }

    /** Whether the key has no model any more. */
    public boolean isForgotten() {
      return bytes == null;
    }
  }

  private static final class Pending {
    // Null until it comes.
    KafkaRecord head;
    final Map<Integer, KafkaRecord> parts = new HashMap<>();
  }

  private final long maxPendingBytes;
  private final Consumer<String> evicted;
  // From the model that has got no part for longest to the one that got the last.
  private final LinkedHashMap<String, Pending> pending = new LinkedHashMap<>(16, 0.75f, true);
  private long pendingBytes;

  public ModelAssembler() {
    this(key -> {});
  }

  /**
   * @param evicted is told each key whose parts are forgotten beyond the limit
   */
  public ModelAssembler(Consumer<String> evicted) {
    this(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP, evicted);
  }

  /**
   * @param maxPendingBytes of parts of models of which others are missing
   */
  ModelAssembler(long maxPendingBytes, Consumer<String> evicted) {
    this.maxPendingBytes = maxPendingBytes;
    this.evicted = evicted;
  }

  /**
   * Takes the next record.
   *
   * @return the model that is whole with it, or the news that its key was forgotten; null if
   *     neither is so
   * @throws IOException if it is no record of a model
   */
  public Arrival accept(KafkaRecord record) throws IOException {
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
    return completeOrBound(key);
  }

  /** Keys of which some parts have come, and not all. */
  public int incomplete() {
    return (int) pending.values().stream().filter(model -> model.head != null).count();
  }

  private Arrival acceptPart(String key, KafkaRecord record) throws IOException {
    int number = ModelParts.number(record.key());
    SizeChecks.require("number of a model's part", number, 1, ModelParts.MOST - 1);
    Pending model = pending.computeIfAbsent(key, k -> new Pending());
    if (record.value() != null) {
      pendingBytes += bytes(record) - bytes(model.parts.put(number, record));
      return completeOrBound(key);
    }
    pendingBytes -= bytes(model.parts.remove(number));
    dropIfEmpty(key, model);
    return null;
  }

  private Arrival completeOrBound(String key) throws IOException {
    Arrival whole = complete(key);
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

  private static long bytes(KafkaRecord record) {
    if (record == null) {
      return 0;
    }
    long bytes = RECORD_BYTES + record.key().length + (long) record.value().length;
    for (byte[] header : record.headerValues()) {
      bytes += header == null ? 0 : header.length;
    }
    return bytes;
  }

  private Arrival complete(String key) throws IOException {
    Pending model = pending.get(key);
    if (model.head == null) {
      return null;
    }
    String digest = header(model.head, ModelParts.DIGEST_HEADER);
    List<KafkaRecord> records = new ArrayList<>();
    records.add(model.head);
    long length = model.head.value().length;
    int count = count(model.head);
    for (int part = 1; part < count; part++) {
      KafkaRecord record = model.parts.get(part);
      if (record == null || !isOf(digest, record)) {
        return null;
      }
      records.add(record);
      length += record.value().length;
    }
    SizeChecks.require("bytes of a model in parts", length, 0, MAX_BYTES);
    byte[] bytes = new byte[(int) length];
    int at = 0;
    for (KafkaRecord record : records) {
      System.arraycopy(record.value(), 0, bytes, at, record.value().length);
      at += record.value().length;
    }
    drop(key, digest);
    if (!ModelParts.digest(bytes).equals(digest)) {
      throw new IOException("the parts are not those of the model that they name");
    }
    return arrival(key, records.get(0), bytes, records);
  }

  private static int count(KafkaRecord head) throws IOException {
    String parts = header(head, ModelParts.PARTS_HEADER);
    try {
      return (int)
          SizeChecks.require("parts of a model", Long.parseLong(parts), 2, ModelParts.MOST);
    } catch (NumberFormatException e) {
      throw new IOException("the number of a model's parts is no number", e);
    }
  }

  // The head has been dealt with; parts of another digest may belong to the next one.
  private void drop(String key, String digest) {
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
      String key, KafkaRecord head, byte[] bytes, List<KafkaRecord> records) {
    return new Arrival(
        key,
        pipeline(head),
        header(head, ModelParts.CONFIG_HEADER),
        bytes,
        records.stream().map(r -> new Place(r.partition(), r.offset())).toList());
  }

  /** The key of the model that a record of a models topic belongs to. */
  public static String key(KafkaRecord record) {
    return new String(ModelParts.modelKey(record.key()), StandardCharsets.UTF_8);
  }

  /** The pipeline that has written a record of a models topic, or null if it does not say. */
  public static String pipeline(KafkaRecord record) {
    return header(record, ModelParts.PIPELINE_HEADER);
  }

  private static boolean isOf(String digest, KafkaRecord part) {
    return digest != null && digest.equals(header(part, ModelParts.DIGEST_HEADER));
  }

  private static String header(KafkaRecord record, String name) {
    String[] names = record.headerNames();
    for (int h = names.length - 1; h >= 0; h--) {
      if (names[h].equals(name) && record.headerValues()[h] != null) {
        return new String(record.headerValues()[h], StandardCharsets.UTF_8);
      }
    }
    return null;
  }
}
