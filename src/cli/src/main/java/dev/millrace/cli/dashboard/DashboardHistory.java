package dev.millrace.cli.dashboard;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.flink.PipelineSummary;
import dev.millrace.report.SummaryReport;
import dev.millrace.report.SummaryReport.Spread;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Latest record and bounded series of points of each key on the metrics topic. Thread-safe. */
final class DashboardHistory {
  static final int MAX_POINTS = 2_000;
  static final int MIN_POINTS = 40;
  static final int MAX_KEYS = 50_000;
  // 2,000 points for each of 500 keys; more keys share the same memory.
  private static final int POINT_BUDGET = 1_000_000;
  private static final long ACTIVE_NANOS = TimeUnit.MINUTES.toNanos(1); // as in a summary record
  private static final long LINE_BUDGET = 128L << 20; // characters of all keys' latest records
  private static final int WORST = 10;
  static final int MAX_PARTITIONS = 20_000; // whose offsets are known, over all topics
  private static final int MAX_TOPIC_CHARS = 249; // Kafka's own limit of a name

  // In order of the last update: the key updated longest ago is evicted first.
  private final LinkedHashMap<String, DashboardKey> keys = new LinkedHashMap<>();
  private final Map<TopicPartition, Long> offsets = new HashMap<>();
  private final DashboardMarks marks;
  private final int maxKeys;
  private final long lineBudget;
  private final int pointBudget;
  private int pointsPerKey = MAX_POINTS;
  private long lineChars;
  private long runs;
  private String pipeline = "";
  private long examples;
  // Keys that have several outputs, which are keys of their own here, and their examples.
  private int keysOfOutputs;
  private long examplesOfOutputs;
  private long records;
  private long ignored;
  private long lastRecordNanos;

  DashboardHistory(DashboardMarks marks) {
    this(marks, MAX_KEYS, LINE_BUDGET);
  }

  DashboardHistory(DashboardMarks marks, int maxKeys, long lineBudget) {
    this(marks, maxKeys, lineBudget, POINT_BUDGET);
  }

  /**
   * @param lineBudget characters of all keys' latest records
   * @param pointBudget points of all keys, but for the minimum of each
   */
  DashboardHistory(DashboardMarks marks, int maxKeys, long lineBudget, int pointBudget) {
    this.marks = marks;
    this.maxKeys = maxKeys;
    this.lineBudget = lineBudget;
    this.pointBudget = pointBudget;
  }

  /**
   * Distributions of figures over the keys, each null if no key has it.
   *
   * @param f1 of the keys where nearly all examples have the same class
   * @param auc of the same keys
   * @param mase of forecasts
   */
  record KeyFigures(@Nullable Spread f1, @Nullable Spread auc, @Nullable Spread mase) {
    static final KeyFigures NONE = new KeyFigures(null, null, null);
  }

  /** Adds a record; returns false if it repeats an earlier one. */
  synchronized boolean add(DashboardRecord record, long nowNanos) {
    lastRecordNanos = nowNanos;
    records++;
    pipeline = record.pipeline();
    updateOffsets(record);
    DashboardKey key = keys.remove(record.key());
    if (key != null) {
      if (key.isRepeat(record)) {
        keys.put(record.key(), key);
        key.heard(nowNanos);
        return false;
      }
      discount(key);
      if (key.startsAgain(record)) {
        marks.restart(record.key());
        key = null;
      }
    }
    key = key == null ? new DashboardKey(record, ++runs) : key;
    keys.put(record.key(), key);
    key.add(record, nowNanos, pointsPerKey());
    count(record, 1);
    lineChars += record.json().length();
    while (keys.size() > maxKeys || (lineChars > lineBudget && keys.size() > 1)) {
      evictOldest();
    }
    return true;
  }

  private void updateOffsets(DashboardRecord record) {
    for (DashboardRecord.Offset offset : record.input()) {
      TopicPartition partition = new TopicPartition(offset.topic(), offset.partition());
      if (offsets.containsKey(partition)
          || (offsets.size() < MAX_PARTITIONS && offset.topic().length() <= MAX_TOPIC_CHARS)) {
        offsets.merge(partition, offset.last(), Math::max);
      }
    }
  }

  private void count(DashboardRecord record, int sign) {
    examples += sign * record.examples();
    if (record.task().hasOutputs()) {
      keysOfOutputs += sign;
      examplesOfOutputs += sign * record.examples();
    }
  }

  /** Returns false if a record is of an output of a key, which counts only with its key. */
  private boolean isOfKey(DashboardRecord record) {
    return keysOfOutputs == 0 || record.task().hasOutputs();
  }

  private void discount(DashboardKey key) {
    count(key.latest(), -1);
    lineChars -= key.latest().json().length();
  }

  private void evictOldest() {
    Iterator<DashboardKey> eldest = keys.values().iterator();
    discount(eldest.next());
    eldest.remove();
  }

  /** Returns the bound of points per key; as the number of keys grows, idle keys shrink too. */
  private int pointsPerKey() {
    int bound = Math.max(MIN_POINTS, Math.min(MAX_POINTS, pointBudget / keys.size()));
    if (bound < pointsPerKey - pointsPerKey / 4) {
      pointsPerKey = bound;
      for (DashboardKey key : keys.values()) {
        key.shrink(bound);
      }
    }
    return pointsPerKey;
  }

  /** Counts a line that was no record and returns the count. */
  synchronized long countIgnored() {
    return ++ignored;
  }

  /** Returns the highest reported offset of each partition of each input topic. */
  synchronized Map<TopicPartition, Long> offsets() {
    return Map.copyOf(offsets);
  }

  /** Writes pipeline and counts over all keys; {@code age_ms} is null before the first record. */
  synchronized void writeOverview(JsonGenerator out, long nowNanos) throws IOException {
    out.writeStringField("pipeline", pipeline);
    boolean hasOutputs = keysOfOutputs > 0;
    out.writeNumberField("keys", hasOutputs ? keysOfOutputs : keys.size());
    out.writeNumberField("examples", hasOutputs ? examplesOfOutputs : examples);
    out.writeNumberField("records", records);
    out.writeNumberField("ignored", ignored);
    out.writeObjectField("age_ms", records == 0 ? null : (nowNanos - lastRecordNanos) / 1_000_000);
  }

  /**
   * Returns a page of the keys whose name contains {@code search} as JSON; those with several
   * outputs come before their outputs.
   */
  String keysJson(String search, DashboardOrder order, int offset, int limit) {
    List<DashboardRecord> matching = sorted(search, order);
    int from = Math.min(offset, matching.size());
    int to = Math.min(from + limit, matching.size());
    return DashboardLines.object(
        out -> {
          out.writeNumberField("matching", matching.size());
          out.writeNumberField("offset", from);
          out.writeArrayFieldStart("keys");
          for (DashboardRecord record : matching.subList(from, to)) {
            out.writeStartObject();
            writeListed(out, record);
            out.writeEndObject();
          }
          out.writeEndArray();
        });
  }

  /** Returns the newest records of the keys whose name contains a text. */
  List<DashboardRecord> sorted(String search, DashboardOrder order) {
    List<DashboardRecord> matching = matching(search.toLowerCase(Locale.ROOT));
    matching.sort(order.comparator());
    return matching;
  }

  /** Writes the entry of a key in the list as fields of the open object. */
  void writeListed(JsonGenerator out, DashboardRecord record) throws IOException {
    writeSummary(out, record);
    out.writeArrayFieldStart("spark");
    for (float figure : lastRanks(record.key())) {
      DashboardRecord.writeFinite(out, figure);
    }
    out.writeEndArray();
  }

  /** Writes the summary of a key as fields of the open object. */
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

  private synchronized float[] lastRanks(String key) {
    DashboardKey entry = keys.get(key);
    return entry == null ? new float[0] : entry.lastRanks();
  }

  /**
   * Returns the points of a key after {@code afterSeq}, and the forecasts of its series for times
   * that have not come, as JSON; empty if the key is unknown.
   */
  synchronized Optional<String> historyJson(String key, long afterSeq) {
    return Optional.ofNullable(keys.get(key))
        .map(
            entry ->
                DashboardLines.object(
                    out -> {
                      entry.writeHistory(out, afterSeq);
                      out.writeArrayFieldStart("ahead");
                      DashboardForecasts.write(out, horizonsOf(entry), entry.forecasts().now());
                      out.writeEndArray();
                    }));
  }

  /** Returns the forecasts of all keys that forecast the series of a key; empty without one. */
  private List<DashboardForecasts> horizonsOf(DashboardKey key) {
    String series = seriesOf(key);
    return series == null
        ? List.of()
        : keys.values().stream()
            .filter(other -> series.equals(seriesOf(other)))
            .map(DashboardKey::forecasts)
            .toList();
  }

  private static @Nullable String seriesOf(DashboardKey key) {
    DashboardRecord.Forecast forecast = key.latest().forecast();
    return forecast == null ? null : forecast.series();
  }

  /** Returns the latest record of a key, empty if the key is unknown. */
  synchronized Optional<String> latestJson(String key) {
    return Optional.ofNullable(keys.get(key)).map(entry -> entry.latest().json());
  }

  /** Returns the summary over all keys. */
  synchronized SummaryReport summary(long nowNanos, long nowMillis) {
    PipelineSummary all = new PipelineSummary();
    String config = "";
    for (DashboardKey key : keys.values()) {
      DashboardRecord latest = key.latest();
      if (!isOfKey(latest)) {
        continue;
      }
      boolean isActive = nowNanos - key.heardNanos() < ACTIVE_NANOS;
      all.add(latest.sample(), isActive, isDrifting(latest), null);
      config = latest.config();
    }
    return all.report(pipeline, nowMillis, config);
  }

  /** Returns the figures over all keys that no summary record has. */
  synchronized KeyFigures figures() {
    List<DashboardRecord> all =
        keys.values().stream().map(DashboardKey::latest).filter(this::isOfKey).toList();
    return new KeyFigures(
        spread(all, record -> record.columns().rareF1(record.values())),
        spread(all, record -> record.columns().rareAuc(record.values())),
        spread(all, record -> record.columns().mase(record.values())));
  }

  private static @Nullable Spread spread(
      List<DashboardRecord> records, ToDoubleFunction<DashboardRecord> figure) {
    return Spread.of(records.stream().mapToDouble(figure).toArray());
  }

  /** Writes the figures over all keys that no summary record has, and the worst keys. */
  synchronized void writeFigures(JsonGenerator out) throws IOException {
    out.writeObjectField("figures", figures());
    out.writeArrayFieldStart("worst");
    List<DashboardRecord> worst =
        keys.values().stream()
            .map(DashboardKey::latest)
            .filter(record -> isOfKey(record) && !Double.isNaN(record.rank()))
            .sorted(DashboardOrder.LOSS.comparator())
            .limit(WORST)
            .toList();
    for (DashboardRecord record : worst) {
      out.writeStartObject();
      writeSummary(out, record);
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  /** Returns the number of points of a key, 0 if it is unknown. */
  synchronized int points(String key) {
    DashboardKey entry = keys.get(key);
    return entry == null ? 0 : entry.points();
  }
}
