package dev.millrace.serving;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.ThreadSafeSimpleCounter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Metrics of a function that predicts with published models. Thread-safe. */
public final class PredictionCounters {
  private static final Logger LOG = LoggerFactory.getLogger(PredictionCounters.class);
  private static final String GROUP = "millrace";

  private final Counter unknownKeys = new ThreadSafeSimpleCounter();
  private final Counter rejected = new ThreadSafeSimpleCounter();
  private final Counter unusable = new ThreadSafeSimpleCounter();

  /**
   * @param function group of the function
   */
  public PredictionCounters(MetricGroup function, ServedModels models) {
    MetricGroup group = function.addGroup(GROUP);
    group.counter("unknown_keys_total", unknownKeys);
    group.counter("rejected_rows_total", rejected);
    group.counter("unusable_models_total", unusable);
    group.gauge("models", (Gauge<Integer>) models::size);
    group.gauge("cache_bytes", (Gauge<Long>) () -> models.stats().memoryBytes());
    group.gauge("cache_misses_total", (Gauge<Long>) () -> models.stats().misses());
    group.gauge(
        "last_model_seconds", (Gauge<Double>) () -> models.stats().nanosSinceUpdate() / 1e9);
  }

  /** Counts a row whose key has no model. */
  public void unknownKey() {
    unknownKeys.inc();
  }

  /** Counts a row that cannot be predicted, and logs the first. */
  public void rejected(String why) {
    if (rejected.getCount() == 0) {
      LOG.warn("Rows like this have no prediction: {}", why);
    }
    rejected.inc();
  }

  /** Counts a row whose model cannot be used, and logs the first. */
  public void unusableModel(String key, Exception why) {
    if (unusable.getCount() == 0) {
      LOG.warn("Key {} has no predictions: {}", key, why.getMessage());
    }
    unusable.inc();
  }
}
