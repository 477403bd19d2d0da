package dev.millrace.flink;

import dev.millrace.data.Chunk;
import dev.millrace.data.MetricsReport;
import dev.millrace.data.ModelEvent;
import dev.millrace.prequential.LabelOutcome;
import dev.millrace.prequential.LearnedCounts;
import dev.millrace.prequential.MovingScores;
import dev.millrace.simd.Kernels;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.TimerService;

/**
 * What the training operator tells Flink of itself. Clocks are read for one chunk in 16: a chunk of
 * many keys may hold a single example, which is learned in a microsecond. Not thread-safe.
 */
final class TrainMetrics {
  private static final int CHUNKS_PER_SAMPLE = 16;

  final Counter startedKeys;
  final Counter forgottenKeys;
  private final Counter resetKeys;
  final Counter grownKeys;
  final Counter shortened;
  final Counter passedOver;
  private final Counter learned;
  private final Counter heldOut;
  private final Counter steps;
  private final Counter skippedSteps;
  private final Counter clippedSteps;
  private final Counter rollbacks;
  private final Counter driftWarnings;
  private final Counter drifts;
  private final Counter reports;
  private final Histogram stepNanos;
  private final Histogram endToEndMillis;
  private final MovingScores recent = new MovingScores();
  private long chunks;
  private long chunkBegun;

  // By the ordinal of the outcome; empty if labels come with their features.
  private final Counter[] outcomes;

  /**
   * @param hasDelayedLabels whether features and labels may come apart
   */
  TrainMetrics(MetricGroup group, boolean hasDelayedLabels) {
    startedKeys = JobMetric.STARTED_KEYS.counter(group);
    forgottenKeys = JobMetric.FORGOTTEN_KEYS.counter(group);
    resetKeys = JobMetric.RESET_KEYS.counter(group);
    grownKeys = JobMetric.GROWN_KEYS.counter(group);
    shortened = JobMetric.SHORTENED.counter(group);
    passedOver = JobMetric.PASSED_OVER.counter(group);
    learned = JobMetric.LEARNED.counter(group);
    heldOut = JobMetric.HELD_OUT.counter(group);
    steps = JobMetric.STEPS.counter(group);
    skippedSteps = JobMetric.SKIPPED_STEPS.counter(group);
    clippedSteps = JobMetric.CLIPPED_STEPS.counter(group);
    rollbacks = JobMetric.ROLLBACKS.counter(group);
    driftWarnings = JobMetric.DRIFT_WARNINGS.counter(group);
    drifts = JobMetric.DRIFTS.counter(group);
    reports = JobMetric.REPORTS.counter(group);
    stepNanos = JobMetric.STEP_NS.histogram(group);
    endToEndMillis = JobMetric.END_TO_END_MS.histogram(group);
    JobMetric.WINDOW_ACCURACY.gauge(group, recent::accuracy);
    JobMetric.WINDOW_LOSS.gauge(group, recent::loss);
    JobMetric.BETTER_THAN_BASELINE.gauge(group, recent::betterThanBaseline);
    LabelOutcome[] all = hasDelayedLabels ? LabelOutcome.values() : new LabelOutcome[0];
    outcomes = new Counter[all.length];
    for (LabelOutcome outcome : all) {
      outcomes[outcome.ordinal()] = JobMetric.LABELS.counter(group, outcome);
    }
    int bits = Kernels.best().bits();
    JobMetric.SIMD_BITS.gauge(group, () -> bits);
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
      stepNanos.update((System.nanoTime() - chunkBegun) / chunk.size());
      long timestamp = chunk.timestamp(chunk.size() - 1);
      if (timestamp >= 0) { // else the record has none
        endToEndMillis.update(Math.max(0, time.currentProcessingTime() - timestamp));
      }
    }
    chunks++;
  }

  private boolean isSampled() {
    return chunks % CHUNKS_PER_SAMPLE == 0;
  }

  void learned(LearnedCounts counts) {
    learned.inc(counts.examples());
    heldOut.inc(counts.heldOut());
    steps.inc(counts.steps());
    skippedSteps.inc(counts.skippedSteps());
    clippedSteps.inc(counts.clippedSteps());
    rollbacks.inc(counts.rollbacks());
  }

  void joined(LabelOutcome outcome, long records) {
    outcomes[outcome.ordinal()].inc(records);
  }

  void event(ModelEvent.What what) {
    if (what instanceof ModelEvent.Warning) {
      driftWarnings.inc();
    } else if (what instanceof ModelEvent.Drift) {
      drifts.inc();
    } else if (what instanceof ModelEvent.StartedAfresh) {
      resetKeys.inc();
    }
  }

  void report(MetricsReport report) {
    reports.inc();
    recent.add(report);
  }
}
