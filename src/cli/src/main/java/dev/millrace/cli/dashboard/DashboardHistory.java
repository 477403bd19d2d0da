package dev.millrace.cli.dashboard;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.data.FleetReport;
import dev.millrace.flink.Fleet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What the dashboard remembers of the metrics topic: for each key its latest record and a bounded
 * series of points. Thread-safe.
 */
final class DashboardHistory {
  static final int MAX_POINTS = 2_000;
  static final int MIN_POINTS = 40;
  static final int MAX_KEYS = 50_000;
  // 2,000 points for each of 500 keys; more keys share the same memory.
  private static final int POINT_BUDGET = 1_000_000;
  private static final long ACTIVE_NANOS = TimeUnit.MINUTES.toNanos(1); // as in a summary record
  private static final long LINE_BUDGET = 128L << 20; // characters of all keys' latest records
  static final int MAX_PARTITIONS = 20_000; // whose offsets are known, over all topics
  private static final int MAX_TOPIC_CHARS = 249; // Kafka's own limit of a name

  // In order of the last update, so that the key heard of longest ago leaves when all are taken.
  private final LinkedHashMap<String, DashboardKey> keys = new LinkedHashMap<>();
  private final Map<String, Map<Integer, Long>> offsets = new LinkedHashMap<>();
  private int partitions;
  private final DashboardMarks marks;
  private final int maxKeys;
  private final long lineBudget;
  private int pointsPerKey = MAX_POINTS;
  private long lineChars;
  private long runs;
  private String pipeline = "";
  private long examples;
  private long records;
  private long ignored;
  private long lastRecordNanos;

  DashboardHistory(DashboardMarks marks) {
    this(marks, MAX_KEYS, LINE_BUDGET);
  }

  DashboardHistory(DashboardMarks marks, int maxKeys, long lineBudget) {
    this.marks = marks;
    this.maxKeys = maxKeys;
    this.lineBudget = lineBudget;
  }

  /** Takes a record in; false when it repeats one that was taken before. */
  synchronized boolean add(DashboardRecord record, long nowNanos) {
    lastRecordNanos = nowNanos;
    records++;
    pipeline = record.pipeline();
    noteOffsets(record);
    DashboardKey known = keys.remove(record.key());
    DashboardKey key = known == null ? new DashboardKey() : known;
    keys.put(record.key(), key);
    if (known != null) {
      if (key.isRepeat(record)) {
        key.heard(nowNanos);
        return false;
      }
      if (key.startsAnew(record)) {
        marks.restart(record.key());
      }
      discount(key);
    }
    key.add(record, nowNanos, ++runs, pointsPerKey());
    examples += record.examples();
    lineChars += record.json().length();
    while (keys.size() > maxKeys || (lineChars > lineBudget && keys.size() > 1)) {
      evictOldest();
    }
    return true;
  }

  private void noteOffsets(DashboardRecord record) {
    for (DashboardRecord.Offset offset : record.input()) {
      Map<Integer, Long> known = offsets.get(offset.topic());
      if (known != null && known.containsKey(offset.partition())) {
        known.merge(offset.partition(), offset.last(), Math::max);
      } else if (partitions < MAX_PARTITIONS && offset.topic().length() <= MAX_TOPIC_CHARS) {
        offsets
            .computeIfAbsent(offset.topic(), topic -> new LinkedHashMap<>())
            .put(offset.partition(), offset.last());
        partitions++;
      }
    }
  }

  private void discount(DashboardKey key) {
    examples -= key.latest().examples();
    lineChars -= key.latest().json().length();
  }

  private void evictOldest() {
    Iterator<DashboardKey> eldest = keys.values().iterator();
    discount(eldest.next());
    eldest.remove();
  }

  /** As keys become more, those that are idle have to give points back too. */
  private int pointsPerKey() {
    int bound = Math.max(MIN_POINTS, Math.min(MAX_POINTS, POINT_BUDGET / keys.size()));
    if (bound < pointsPerKey - pointsPerKey / 4) {
      pointsPerKey = bound;
      for (DashboardKey key : keys.values()) {
        if (key.latest() != null) {
          key.shrink(bound);
        }
      }
    }
    return pointsPerKey;
  }

  /** Counts a line that was no record and returns the count. */
  synchronized long countIgnored() {
    return ++ignored;
  }

  /** The highest offset reported of each partition of each input topic. */
  synchronized Map<String, Map<Integer, Long>> offsets() {
    Map<String, Map<Integer, Long>> copy = new LinkedHashMap<>();
    offsets.forEach((topic, partitions) -> copy.put(topic, Map.copyOf(partitions)));
    return copy;
  }

  /** Pipeline and counts over all keys; {@code age_ms} is null before the first record. */
  synchronized void writeOverview(JsonGenerator out, long nowNanos) throws IOException {
    out.writeStringField("pipeline", pipeline);
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

  /** A stretch of the keys whose name contains {@code search}, in an order, as JSON. */
  String keysJson(String search, DashboardOrder order, int offset, int limit) {
    List<DashboardRecord> matching = matching(search.toLowerCase(Locale.ROOT));
    matching.sort(order.comparator());
    int from = Math.min(offset, matching.size());
    int to = Math.min(from + limit, matching.size());
    return DashboardLines.object(
        out -> {
          out.writeNumberField("matching", matching.size());
          out.writeNumberField("offset", from);
          out.writeArrayFieldStart("keys");
          for (DashboardRecord record : matching.subList(from, to)) {
            out.writeStartObject();
            writeSummary(out, record);
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

  /** Writes what the list shows of a key as fields of the object that is open. */
  void writeSummary(JsonGenerator out, DashboardRecord record) throws IOException {
    record.writeSummary(out);
    out.writeBooleanField("drifting", isDrifting(record));
  }

  private boolean isDrifting(DashboardRecord record) {
    return marks.isDrifting(record.key(), record.seq(), record.window());
  }

  private synchronized List<DashboardRecord> matching(String search) {
    List<DashboardRecord> matching = new ArrayList<>();
    for (DashboardKey key : keys.values()) {
      if (key.latest().key().toLowerCase(Locale.ROOT).contains(search)) {
        matching.add(key.latest());
      }
    }
    return matching;
  }

  private synchronized float[] lastLosses(String key) {
    DashboardKey entry = keys.get(key);
    return entry == null ? new float[0] : entry.lastLosses();
  }

  /** The points of a key after {@code afterSeq}, as JSON; empty when the key is unknown. */
  synchronized Optional<String> historyJson(String key, long afterSeq) {
    return Optional.ofNullable(keys.get(key))
        .map(entry -> DashboardLines.object(out -> entry.writeHistory(out, afterSeq)));
  }

  /** The latest record of a key as it came; empty when the key is unknown. */
  synchronized Optional<String> latestJson(String key) {
    return Optional.ofNullable(keys.get(key)).map(entry -> entry.latest().json());
  }

  /** How all keys together are doing. */
  synchronized FleetReport fleet(long nowNanos, long nowMillis) {
    Fleet fleet = new Fleet();
    String config = "";
    for (DashboardKey key : keys.values()) {
      DashboardRecord latest = key.latest();
      boolean isActive = nowNanos - key.heardNanos() < ACTIVE_NANOS;
      fleet.add(latest.sample(), isActive, isDrifting(latest));
      config = latest.config();
    }
    return fleet.report(pipeline, nowMillis, config);
  }

  /** Points held of a key, 0 when it is unknown. */
  synchronized int points(String key) {
    DashboardKey entry = keys.get(key);
    return entry == null ? 0 : entry.points();
  }
}
