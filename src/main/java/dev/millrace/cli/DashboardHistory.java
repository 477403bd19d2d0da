package dev.millrace.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What the dashboard remembers: for each key its latest record and a bounded series of points.
 * Thread-safe.
 */
final class DashboardHistory {
  static final int MAX_POINTS = 2_000;
  static final int MIN_POINTS = 128;
  static final int MAX_KEYS = 50_000;
  // 2,000 points for each of 500 keys; more keys share the same memory (about 36 MB).
  private static final int POINT_BUDGET = 1_000_000;
  private static final int SPARK_POINTS = 40;
  private static final JsonFactory JSON = new JsonFactory();

  /** Worst windowed loss first, keys that have none yet last. */
  private static final Comparator<DashboardRecord> WORST_FIRST =
      Comparator.comparing((DashboardRecord r) -> Float.isNaN(r.loss()) ? -1f : r.loss())
          .reversed()
          .thenComparing(DashboardRecord::key);

  /** One key; guarded by the history's lock. */
  private static final class Entry {
    private DashboardRecord latest;
    private DashboardSeries series;
    private long run; // tells a page that holds older points that the series began again
  }

  /** Writes the fields of one JSON object. */
  @FunctionalInterface
  interface Fields {
    void writeTo(JsonGenerator out) throws IOException;
  }

  // In order of the last update, so that the key heard of longest ago leaves when all are taken.
  private final LinkedHashMap<String, Entry> keys = new LinkedHashMap<>();
  private final int maxKeys;
  private long runs;
  private String pipeline = "";
  private String note = "";
  private long examples;
  private long records;
  private long ignored;
  private long lastRecordNanos;

  DashboardHistory() {
    this(MAX_KEYS);
  }

  DashboardHistory(int maxKeys) {
    this.maxKeys = maxKeys;
  }

  /** Takes a record in; false when it repeats one that was taken before. */
  synchronized boolean add(DashboardRecord record, long nowNanos) {
    lastRecordNanos = nowNanos;
    records++;
    pipeline = record.pipeline();
    Entry entry = moveToEnd(record.key());
    if (entry.latest != null && isRepeat(entry, record)) {
      return false;
    }
    if (entry.latest != null) {
      examples -= entry.latest.examples();
    }
    if (entry.latest == null || startsAnew(entry, record)) {
      entry.series = new DashboardSeries(record.columns());
      entry.run = ++runs;
    }
    entry.latest = record;
    entry.series.add(record, nowNanos, pointsPerKey());
    examples += record.examples();
    evictOldest();
    return true;
  }

  private Entry moveToEnd(String key) {
    Entry known = keys.remove(key);
    Entry entry = known == null ? new Entry() : known;
    keys.put(key, entry);
    return entry;
  }

  /**
   * An older seq is a re-delivery after a restart of the job. It is not when it lies before all
   * that is known of the key, or comes from another configuration: then the pipeline itself began
   * again.
   */
  private static boolean isRepeat(Entry entry, DashboardRecord record) {
    if (record.seq() == entry.latest.seq()) {
      return record.config().equals(entry.latest.config());
    }
    return record.seq() < entry.latest.seq() && !startsAnew(entry, record);
  }

  private static boolean startsAnew(Entry entry, DashboardRecord record) {
    boolean otherRun = !record.config().equals(entry.latest.config());
    boolean otherFigures = record.columns() != entry.series.columns();
    boolean beforeAllKnown = record.seq() <= entry.series.firstSeq();
    return otherFigures || beforeAllKnown || (otherRun && record.seq() <= entry.latest.seq());
  }

  private int pointsPerKey() {
    return Math.max(MIN_POINTS, Math.min(MAX_POINTS, POINT_BUDGET / keys.size()));
  }

  private void evictOldest() {
    if (keys.size() > maxKeys) {
      Map.Entry<String, Entry> eldest = keys.entrySet().iterator().next();
      examples -= eldest.getValue().latest.examples();
      keys.remove(eldest.getKey());
    }
  }

  /** Counts a line that was no metrics record and returns the count. */
  synchronized long countIgnored() {
    return ++ignored;
  }

  synchronized void note(String text) {
    note = text;
  }

  /** Pipeline, note and counts over all keys; {@code age_ms} is null before the first record. */
  synchronized void writeOverview(JsonGenerator out, long nowNanos) throws IOException {
    out.writeStringField("pipeline", pipeline);
    out.writeStringField("note", note);
    out.writeNumberField("keys", keys.size());
    out.writeNumberField("examples", examples);
    out.writeNumberField("records", records);
    out.writeNumberField("ignored", ignored);
    out.writeFieldName("age_ms");
    if (records == 0) {
      out.writeNull();
    } else {
      out.writeNumber((nowNanos - lastRecordNanos) / 1_000_000);
    }
  }

  /** The worst {@code limit} keys whose name contains {@code search}, as JSON. */
  String keysJson(String search, int limit) {
    List<DashboardRecord> matching = matching(search.toLowerCase(Locale.ROOT));
    matching.sort(WORST_FIRST);
    List<DashboardRecord> shown = matching.subList(0, Math.min(limit, matching.size()));
    return object(
        out -> {
          out.writeNumberField("matching", matching.size());
          out.writeArrayFieldStart("keys");
          for (DashboardRecord record : shown) {
            out.writeStartObject();
            record.writeSummary(out);
            out.writeArrayFieldStart("spark");
            for (float loss : lastLosses(record.key())) {
              DashboardRecord.writeFinite(out, loss);
            }
            out.writeEndArray();
            out.writeEndObject();
          }
          out.writeEndArray();
        });
  }

  private synchronized List<DashboardRecord> matching(String search) {
    List<DashboardRecord> matching = new ArrayList<>();
    for (Entry entry : keys.values()) {
      if (entry.latest.key().toLowerCase(Locale.ROOT).contains(search)) {
        matching.add(entry.latest);
      }
    }
    return matching;
  }

  private synchronized float[] lastLosses(String key) {
    Entry entry = keys.get(key);
    return entry == null ? new float[0] : entry.series.lastLosses(SPARK_POINTS);
  }

  /** The points of a key after {@code afterSeq}, as JSON; empty when the key is unknown. */
  synchronized Optional<String> historyJson(String key, long afterSeq) {
    Entry entry = keys.get(key);
    if (entry == null) {
      return Optional.empty();
    }
    return Optional.of(
        object(
            out -> {
              out.writeStringField("key", key);
              out.writeNumberField("run", entry.run);
              entry.series.write(out, afterSeq);
            }));
  }

  /** The latest record of a key as it came; empty when the key is unknown. */
  synchronized Optional<String> latestJson(String key) {
    return Optional.ofNullable(keys.get(key)).map(entry -> entry.latest.json());
  }

  /** Points held of a key, 0 when it is unknown. */
  synchronized int points(String key) {
    Entry entry = keys.get(key);
    return entry == null ? 0 : entry.series.size();
  }

  /** One compact JSON object. */
  static String object(Fields fields) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      out.writeStartObject();
      fields.writeTo(out);
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
