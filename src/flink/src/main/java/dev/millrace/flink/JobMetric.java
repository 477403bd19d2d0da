package dev.millrace.flink;

import dev.millrace.data.DeadLetterReason;
import dev.millrace.prequential.labels.LabelOutcome;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.ThreadSafeSimpleCounter;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;

/**
 * Defines every metric that the job adds to Flink's own: the one place of their names.
 *
 * <p>Names follow Prometheus' conventions: counters end in {@code _total}, durations are in {@code
 * _seconds}, sizes in {@code _bytes}, shares from 0 to 1 in {@code _ratio}, and other gauges have
 * no suffix. Flink adds none of these. All metrics are those of a subtask; none is of a model key,
 * of which there may be millions.
 */
public enum JobMetric {
  REGISTRY_WAITING(
      Kind.GAUGE,
      "examples-source",
      "1 while a record waits for the schema registry, else 0 (`input.registry` only)"),
  REGISTRY_FAILURES(
      Kind.GAUGE,
      "examples-source",
      "failed requests to the schema registry since the start, of all subtasks in the process"),
  DECODED_RECORDS(Kind.COUNTER, "decode", "records that were decoded to examples"),
  DELETIONS(
      Kind.COUNTER,
      "decode",
      "records that only delete a row, and are skipped: records without a value (tombstones), and"
          + " Debezium's deletes"),
  UNLISTED_VALUES(
      Kind.COUNTER,
      "decode",
      "values of one-hot features that are not among `values` and are encoded as zeros; the log"
          + " has the first of each feature"),
  CUT_FEATURES(
      Kind.COUNTER,
      "decode",
      "features of decoded records with more ids than `max`, of which the first are used; the log"
          + " has the first of each feature"),
  IGNORED_FIELDS(
      Kind.COUNTER,
      "decode",
      "fields, columns and attributes of decoded records that no option reads; the log has the"
          + " first 20"),
  DEAD_LETTERS(
      Kind.COUNTER, "decode, decode-commands, train", "records that were rejected, by `reason`"),
  LOST_RECORDS(
      Kind.COUNTER,
      "decode",
      "records that the brokers deleted before the job read them, transaction markers included;"
          + " of several gaps of a partition between two checkpoints the longest"),
  EXAMPLES_PER_CHUNK(Kind.HISTOGRAM, "chunk", "examples in a chunk"),
  CHUNK_LINGER_SECONDS(Kind.HISTOGRAM, "chunk", "time that a chunk waited for more examples"),
  OPEN_CHUNKS(Kind.GAUGE, "chunk", "chunks that are being filled"),
  OPEN_CHUNK_BYTES(Kind.GAUGE, "chunk", "memory of the chunks that are being filled"),
  LEARNED_EXAMPLES(Kind.COUNTER, "train", "examples that were predicted, scored and learned"),
  VALIDATION_EXAMPLES(
      Kind.COUNTER,
      "train",
      "held-out examples, which were predicted and scored and not learned (`validation`)"),
  SKIPPED_EXAMPLES(
      Kind.COUNTER,
      "train",
      "examples of later epochs that early stopping skipped (`validation.patience`)"),
  ERASED_RECORDS(
      Kind.COUNTER,
      "train",
      "records that were not learned, because they arrived after a command that erases their key or"
          + " an id of theirs, and are not younger than it"),
  LABEL_JOINS(
      Kind.COUNTER,
      "train",
      "features and labels that arrived apart, by `outcome` of the join (`input.labels` only)"),
  OUT_OF_ORDER_RECORDS(
      Kind.COUNTER, "train", "records whose event time is before the latest of their model key"),
  DUPLICATE_EXAMPLES(
      Kind.COUNTER,
      "train",
      "examples whose id is among the last 1,024 different ids of their model key, learned again"
          + " (`input.id` without `input.labels`, which has `label_joins_total`)"),
  STEPS(Kind.COUNTER, "train", "optimizer steps"),
  SKIPPED_STEPS(
      Kind.COUNTER,
      "train",
      "steps that were skipped because the gradient was not finite, or beyond 1e15"),
  CLIPPED_STEPS(Kind.COUNTER, "train", "steps of which at least a part was clipped (`model.clip`)"),
  ROLLBACKS(
      Kind.COUNTER,
      "train",
      "diverged models that were restored to their last good weights, with a tenth of the"
          + " learning rate"),
  DRIFT_WARNINGS(Kind.COUNTER, "train", "warnings of drift detectors"),
  DRIFTS(Kind.COUNTER, "train", "drifts that were detected"),
  INPUT_DRIFTS(Kind.COUNTER, "train", "drifts of columns of the input that were detected"),
  CREATED_MODELS(Kind.COUNTER, "train", "model keys that were seen for the first time"),
  EXPIRED_MODELS(
      Kind.COUNTER, "train", "model keys that were dropped after `state.ttl` without an example"),
  RESET_MODELS(
      Kind.COUNTER,
      "train",
      "model keys that restarted with a new model (`state.on-shape-change: reset`)"),
  EXPANDED_MODELS(
      Kind.COUNTER,
      "train",
      "model keys whose model was made larger (`state.on-shape-change: grow`)"),
  FORGOTTEN_ENTRIES(
      Kind.COUNTER,
      "train",
      "groups of records and ids that were forgotten because a key has used up"
          + " `limits.state-bytes`"),
  REPORTS(Kind.COUNTER, "train", "records for the metrics topic"),
  TRUNCATED_RECORDS(
      Kind.COUNTER,
      "train",
      "records for the metrics and predictions topics that were too large and were written without"
          + " their values per class"),
  WINDOW_ACCURACY(
      Kind.GAUGE,
      "train",
      "mean windowed accuracy in the subtask's last 1,024 reports; NaN without a classifier"),
  WINDOW_LOSS(Kind.GAUGE, "train", "mean windowed loss in the subtask's last 1,024 reports"),
  BETTER_THAN_BASELINE_RATIO(
      Kind.GAUGE,
      "train",
      "share of the last 1,024 reports, 0 to 1, whose model beats the best of its baselines in"
          + " the window (`better_than_baseline` of the metrics record)"),
  PROCESSING_SECONDS(
      Kind.HISTOGRAM,
      "train",
      "time to predict, score and learn an example: that of a chunk divided by its examples, of"
          + " one chunk in 16"),
  END_TO_END_LATENCY_SECONDS(
      Kind.HISTOGRAM,
      "train",
      "time from a record's timestamp until it was learned: of the last record in one chunk of"
          + " 16, to the millisecond"),
  SIMD_REGISTER_BYTES(
      Kind.GAUGE, "train", "register width of the kernels, such as 32 for 256 bit; 0 without SIMD"),
  CACHE_HITS(Kind.COUNTER, "train", "lookups of models that the cache had (RocksDB only)"),
  CACHE_MISSES(
      Kind.COUNTER, "train", "lookups of models that were read from RocksDB (RocksDB only)"),
  CACHED_MODELS(Kind.GAUGE, "train", "models in the cache (RocksDB only)"),
  CACHE_BYTES(Kind.GAUGE, "train", "memory of the cached models (RocksDB only)");

  /** Flink's type of a metric. */
  public enum Kind {
    COUNTER,
    GAUGE,
    HISTOGRAM
  }

  /** Flink's group of all these metrics. */
  public static final String GROUP = "millrace";

  private static final String REASON = "reason";
  private static final String OUTCOME = "outcome";
  private static final int HISTOGRAM_VALUES = 1_024;

  private final Kind kind;
  private final String operators;
  private final String meaning;

  JobMetric(Kind kind, String operators, String meaning) {
    this.kind = kind;
    this.operators = operators;
    this.meaning = meaning;
  }

  public Kind kind() {
    return kind;
  }

  /** Returns the names of the operators that register it, separated by commas. */
  public String operators() {
    return operators;
  }

  public String meaning() {
    return meaning;
  }

  /** Returns the name in Flink, within the operator's group {@code millrace}. */
  public String metricName() {
    return name().toLowerCase(Locale.ROOT) + (kind == Kind.COUNTER ? "_total" : "");
  }

  /** Returns the name in a task of Flink that runs this operator. */
  public String nameIn(String operator) {
    return operator + "." + GROUP + "." + metricName();
  }

  /** Returns the name in such a task of a counter by reason. */
  public String nameIn(String operator, DeadLetterReason reason) {
    return String.join(".", operator, GROUP, REASON, reason.id(), metricName());
  }

  /** Returns the name that Flink's Prometheus reporter exports. */
  public String prometheusName() {
    String group =
        switch (this) {
          case DEAD_LETTERS -> REASON + "_";
          case LABEL_JOINS -> OUTCOME + "_";
          default -> "";
        };
    return "flink_taskmanager_job_task_operator_" + GROUP + "_" + group + metricName();
  }

  /** Registers this counter for an operator. */
  public Counter counter(MetricGroup operator) {
    return group(operator).counter(metricName());
  }

  /** Registers a counter that several threads may update. */
  Counter sharedCounter(MetricGroup operator) {
    return group(operator).counter(metricName(), new ThreadSafeSimpleCounter());
  }

  Counter counter(MetricGroup operator, DeadLetterReason reason) {
    return group(operator).addGroup(REASON, reason.id()).counter(metricName());
  }

  Counter counter(MetricGroup operator, LabelOutcome outcome) {
    return group(operator).addGroup(OUTCOME, outcome.id()).counter(metricName());
  }

  /**
   * Registers this gauge for an operator.
   *
   * @param gauge read by other threads than the operator's
   */
  public void gauge(MetricGroup operator, Gauge<? extends Number> gauge) {
    group(operator).gauge(metricName(), gauge);
  }

  /** Registers a histogram of the last 1,024 values. */
  public Histogram histogram(MetricGroup operator) {
    return group(operator)
        .histogram(metricName(), new DescriptiveStatisticsHistogram(HISTOGRAM_VALUES));
  }

  /**
   * Registers a histogram of the last 1,024 durations.
   *
   * @param tick unit of the values that it is updated with
   */
  public Histogram histogram(MetricGroup operator, TimeUnit tick) {
    return group(operator).histogram(metricName(), new SecondsHistogram(HISTOGRAM_VALUES, tick));
  }

  private static MetricGroup group(MetricGroup operator) {
    return operator.addGroup(GROUP);
  }
}
