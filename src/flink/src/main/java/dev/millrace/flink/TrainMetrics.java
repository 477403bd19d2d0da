package dev.millrace.flink;

import dev.millrace.data.Chunk;
import dev.millrace.prequential.LearnedCounts;
import dev.millrace.prequential.MovingScores;
import dev.millrace.prequential.labels.LabelOutcome;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.ModelEvent;
import dev.millrace.simd.KernelProvider;
import java.util.concurrent.TimeUnit;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.TimerService;

/**
 * Updates the metrics of the training operator. Clocks are read for one chunk in 16: a chunk of
 * many keys may hold a single example, which is learned in a microsecond. Not thread-safe.
 */
public final class TrainMetrics {
  private static final int CHUNKS_PER_SAMPLE = 16;

  private final Counter createdModels;
  final Counter expiredModels;
  private final Counter resetModels;
  private final Counter expandedModels;
  final Counter truncatedRecords;
  final Counter skippedExamples;
  final Counter erasedRecords;
  final Counter forgottenEntries;
  private final Counter learnedExamples;
  private final Counter validationExamples;
  private final Counter outOfOrderRecords;
  private final Counter duplicateExamples;
  private final Counter steps;
  private final Counter skippedSteps;
  private final Counter clippedSteps;
  private final Counter rollbacks;
  private final Counter driftWarnings;
  private final Counter drifts;
  private final Counter inputDrifts;
  private final Counter reports;
  private final Histogram processing;
  private final Histogram endToEndLatency;
  private final MovingScores recent = new MovingScores();
  private long chunks;
  private long chunkBegun;

  // By the ordinal of the outcome; empty if labels come with their features.
  private final Counter[] labelJoins;

  /**
   * @param group of the operator
   * @param hasDelayedLabels true if labels may come in separate records
   */
  public TrainMetrics(MetricGroup group, boolean hasDelayedLabels) {
    createdModels = JobMetric.CREATED_MODELS.counter(group);
    expiredModels = JobMetric.EXPIRED_MODELS.counter(group);
    resetModels = JobMetric.RESET_MODELS.counter(group);
    expandedModels = JobMetric.EXPANDED_MODELS.counter(group);
    truncatedRecords = JobMetric.TRUNCATED_RECORDS.counter(group);
    skippedExamples = JobMetric.SKIPPED_EXAMPLES.counter(group);
    erasedRecords = JobMetric.ERASED_RECORDS.counter(group);
    forgottenEntries = JobMetric.FORGOTTEN_ENTRIES.counter(group);
    learnedExamples = JobMetric.LEARNED_EXAMPLES.counter(group);
    validationExamples = JobMetric.VALIDATION_EXAMPLES.counter(group);
    outOfOrderRecords = JobMetric.OUT_OF_ORDER_RECORDS.counter(group);
    duplicateExamples = JobMetric.DUPLICATE_EXAMPLES.counter(group);
    steps = JobMetric.STEPS.counter(group);
    skippedSteps = JobMetric.SKIPPED_STEPS.counter(group);
    clippedSteps = JobMetric.CLIPPED_STEPS.counter(group);
    rollbacks = JobMetric.ROLLBACKS.counter(group);
    driftWarnings = JobMetric.DRIFT_WARNINGS.counter(group);
    drifts = JobMetric.DRIFTS.counter(group);
    inputDrifts = JobMetric.INPUT_DRIFTS.counter(group);
    reports = JobMetric.REPORTS.counter(group);
    processing = JobMetric.PROCESSING_SECONDS.histogram(group, TimeUnit.NANOSECONDS);
    endToEndLatency = JobMetric.END_TO_END_LATENCY_SECONDS.histogram(group, TimeUnit.MILLISECONDS);
    JobMetric.WINDOW_ACCURACY.gauge(group, recent::accuracy);
    JobMetric.WINDOW_LOSS.gauge(group, recent::loss);
    JobMetric.BETTER_THAN_BASELINE_RATIO.gauge(group, recent::betterThanBaseline);
    LabelOutcome[] all = hasDelayedLabels ? LabelOutcome.values() : new LabelOutcome[0];
    labelJoins = new Counter[all.length];
    for (LabelOutcome outcome : all) {
      labelJoins[outcome.ordinal()] = JobMetric.LABEL_JOINS.counter(group, outcome);
    }
    int registerBytes = KernelProvider.kernels().bits() / Byte.SIZE;
    JobMetric.SIMD_REGISTER_BYTES.gauge(group, () -> registerBytes);
  }

  /** Called before the examples of a chunk are learned. */
  void beginChunk() {
    if (isSampled()) {
      chunkBegun = System.nanoTime();
    }
  }

  /** Called after all examples of the chunk. */
  void endChunk(Chunk chunk, TimerService time) {
    if (isSampled()) {
      processing.update((System.nanoTime() - chunkBegun) / chunk.size());
      long timestamp = chunk.timestamp(chunk.size() - 1);
      if (timestamp >= 0) { // else the record has none
        endToEndLatency.update(Math.max(0, time.currentProcessingTime() - timestamp));
      }
    }
    chunks++;
  }

  private boolean isSampled() {
    return chunks % CHUNKS_PER_SAMPLE == 0;
  }

  /** Counts what a model has learned. */
  public void learned(LearnedCounts counts) {
    learnedExamples.inc(counts.examples());
    validationExamples.inc(counts.heldOut());
    steps.inc(counts.steps());
    skippedSteps.inc(counts.skippedSteps());
    clippedSteps.inc(counts.clippedSteps());
    rollbacks.inc(counts.rollbacks());
  }

  void arrived(long outOfOrder, long duplicates) {
    outOfOrderRecords.inc(outOfOrder);
    duplicateExamples.inc(duplicates);
  }

  void joined(LabelOutcome outcome, long records) {
    labelJoins[outcome.ordinal()].inc(records);
  }

  /** Counts an event of a model. */
  public void event(ModelEvent.What what) {
    if (what instanceof ModelEvent.Warning) {
      driftWarnings.inc();
    } else if (what instanceof ModelEvent.Drift) {
      drifts.inc();
    } else if (what instanceof ModelEvent.InputDrift) {
      inputDrifts.inc();
    } else if (what instanceof ModelEvent.Reset) {
      resetModels.inc();
    }
  }

  /** Counts a key that was seen for the first time. */
  public void created() {
    createdModels.inc();
  }

  /** Counts a model that was made larger. */
  public void expanded() {
    expandedModels.inc();
  }

  /** Counts a report and adds its scores. */
  public void report(MetricsReport report) {
    reports.inc();
    if (!report.task().hasOutputs()) { // else its models have reports of their own
      recent.add(report);
    }
  }
}
