package dev.millrace.flink;

import dev.millrace.data.DeadLetterReason;
import dev.millrace.prequential.LabelOutcome;
import java.util.Locale;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.ThreadSafeSimpleCounter;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;

/**
 * Every metric that the job adds to Flink's own, in the one place where its name stands. All are
 * those of a subtask; none is of a model key, of which there may be millions.
 */
public enum JobMetric {
  REGISTRY_WAITING(
      Kind.GAUGE,
      "examples-source",
      "1 while a record waits for the schema registry, else 0 (`input.registry` only)"),
  REGISTRY_FAILURES(
      Kind.GAUGE,
      "examples-source",
      "questions that the registry did not answer, of all subtasks in the process"),
  DECODED(Kind.COUNTER, "decode", "records that became examples"),
  UNLISTED_VALUES(
      Kind.COUNTER,
      "decode",
      "values of one-hot features that are not among `values`, so that the feature is 0 in all of"
          + " them; the log names the first one of each feature"),
  IGNORED_FIELDS(
      Kind.COUNTER,
      "decode",
      "fields, columns or attributes of decoded records that no option reads; the log names the"
          + " first 20"),
  DEAD_LETTERS(
      Kind.COUNTER, "decode, decode-commands, train", "records that were refused, by `reason`"),
  LOST_RECORDS(
      Kind.COUNTER,
      "decode",
      "records that the brokers deleted before the job had read them, markers of transactions"
          + " among them; of several gaps of a partition within a checkpoint the longest"),
  RECORDS_PER_CHUNK(Kind.HISTOGRAM, "chunk", "examples in a chunk"),
  LINGER_MS(Kind.HISTOGRAM, "chunk", "milliseconds that a chunk waited to be filled"),
  OPEN_CHUNKS(Kind.GAUGE, "chunk", "chunks that are being filled"),
  OPEN_CHUNK_BYTES(Kind.GAUGE, "chunk", "memory of the chunks that are being filled"),
  LEARNED(Kind.COUNTER, "train", "examples that were predicted, scored and learned"),
  HELD_OUT(Kind.COUNTER, "train", "examples that were predicted and scored only (`validation`)"),
  PASSED_OVER(
      Kind.COUNTER,
      "train",
      "records of epochs after their model had stopped to learn (`validation.patience`)"),
  LABELS(
      Kind.COUNTER,
      "train",
      "features and labels that came apart, by `outcome` (`input.labels` only)"),
  STEPS(Kind.COUNTER, "train", "updates of the weights"),
  SKIPPED_STEPS(
      Kind.COUNTER,
      "train",
      "updates that were dropped because the gradient was not finite, or beyond 1e15"),
  CLIPPED_STEPS(
      Kind.COUNTER,
      "train",
      "updates along a gradient that was clipped, at least in part (`model.clip`)"),
  ROLLBACKS(
      Kind.COUNTER,
      "train",
      "times that a model had diverged and went back to its last good weights, with a tenth of the"
          + " learning rate"),
  DRIFT_WARNINGS(Kind.COUNTER, "train", "times that a drift detector began to doubt"),
  DRIFTS(Kind.COUNTER, "train", "drifts that were detected"),
  STARTED_KEYS(Kind.COUNTER, "train", "model keys that began to learn"),
  FORGOTTEN_KEYS(Kind.COUNTER, "train", "model keys dropped after `state.ttl` without an example"),
  RESET_KEYS(Kind.COUNTER, "train", "model keys started afresh by `state.on-shape-change: reset`"),
  GROWN_KEYS(Kind.COUNTER, "train", "models made larger by `state.on-shape-change: grow`"),
  REPORTS(Kind.COUNTER, "train", "records for the metrics topic"),
  SHORTENED(
      Kind.COUNTER,
      "train",
      "records for the metrics and predictions topics that went without what they say of each"
          + " class, because they were too large with it"),
  WINDOW_ACCURACY(
      Kind.GAUGE,
      "train",
      "mean windowed accuracy in the subtask's last 1,024 reports; NaN without a classifier's"),
  WINDOW_LOSS(Kind.GAUGE, "train", "mean windowed loss in the subtask's last 1,024 reports"),
  BETTER_THAN_BASELINE(
      Kind.GAUGE,
      "train",
      "share of the last 1,024 reports, 0 to 1, whose model is better than the best of its"
          + " baselines in the window (`better_than_baseline` of the metrics record)"),
  STEP_NS(
      Kind.HISTOGRAM,
      "train",
      "nanoseconds to predict, score and learn an example: those of a chunk over its examples,"
          + " of one chunk in 16"),
  END_TO_END_MS(
      Kind.HISTOGRAM,
      "train",
      "milliseconds from a record's timestamp to when it was learned: of the last record in one"
          + " chunk of 16"),
  SIMD_BITS(Kind.GAUGE, "train", "register width of the kernels; 0 without SIMD"),
  CACHE_HITS(Kind.COUNTER, "train", "models found in the cache (RocksDB only)"),
  CACHE_MISSES(Kind.COUNTER, "train", "models looked for in RocksDB"),
  CACHED_MODELS(Kind.GAUGE, "train", "models in the cache (RocksDB only)"),
  CACHE_BYTES(Kind.GAUGE, "train", "memory of the cached models (RocksDB only)");

  /** How a metric is counted. */
  public enum Kind {
    COUNTER,
    GAUGE,
    HISTOGRAM
  }

  /** Flink's group of all of them. */
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

  /** The names of the operators that have it, as a person reads them. */
  public String operators() {
    return operators;
  }

  public String meaning() {
    return meaning;
  }

  /** The name in Flink, within the operator's group {@code millrace}. */
  public String metricName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The name in a task of Flink that runs an operator among others. */
  public String nameIn(String operator) {
    return operator + "." + GROUP + "." + metricName();
  }

  /** The name that a counter by reason has there. */
  public String nameIn(String operator, DeadLetterReason reason) {
    return String.join(".", operator, GROUP, REASON, reason.id(), metricName());
  }

  /** The name that Flink's Prometheus reporter gives it. */
  public String prometheusName() {
    String group =
        switch (this) {
          case DEAD_LETTERS -> REASON + "_";
          case LABELS -> OUTCOME + "_";
          default -> "";
        };
    return "flink_taskmanager_job_task_operator_" + GROUP + "_" + group + metricName();
  }

  Counter counter(MetricGroup operator) {
    return group(operator).counter(metricName());
  }

  /** A counter for several threads. */
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
   * @param gauge is asked by another thread than the operator's
   */
  public void gauge(MetricGroup operator, Gauge<? extends Number> gauge) {
    group(operator).gauge(metricName(), gauge);
  }

  /** Of the last 1,024 values. */
  Histogram histogram(MetricGroup operator) {
    return group(operator)
        .histogram(metricName(), new DescriptiveStatisticsHistogram(HISTOGRAM_VALUES));
  }

  private static MetricGroup group(MetricGroup operator) {
    return operator.addGroup(GROUP);
  }
}
