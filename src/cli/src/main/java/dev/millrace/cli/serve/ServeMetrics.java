package dev.millrace.cli.serve;

import dev.millrace.cli.http.HttpReply;
import dev.millrace.cli.http.PrometheusText;
import dev.millrace.serving.ServedModels;
import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import io.prometheus.client.Histogram;
import java.util.Collections;
import java.util.List;

/**
 * Counts requests and predictions and exports them in Prometheus' text format, with the client that
 * Flink's reporter brings. Thread-safe.
 */
final class ServeMetrics {
  private static final String PREFIX = "millrace_serve_";

  private final CollectorRegistry registry = new CollectorRegistry();
  private final Counter requests =
      Counter.build(PREFIX + "requests_total", "Requests by endpoint and HTTP status.")
          .labelNames("endpoint", "status")
          .register(registry);
  private final Histogram seconds =
      Histogram.build(
              PREFIX + "request_duration_seconds",
              "Time from the head of a request to the end of its answer.")
          .labelNames("endpoint")
          .buckets(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
          .register(registry);
  private final Counter predictions =
      Counter.build(PREFIX + "predictions_total", "Predictions.").register(registry);
  private final Counter errors =
      Counter.build(
              PREFIX + "errors_total", "Requests and instances of requests in error, by code.")
          .labelNames("code")
          .register(registry);

  /**
   * Counts a request that was answered within a time.
   *
   * @param status -1 if the client was gone before; such a request is not counted
   */
  void request(ServeEndpoint endpoint, int status, long nanos) {
    if (status >= 0) {
      requests.labels(endpoint.id(), Integer.toString(status)).inc();
      seconds.labels(endpoint.id()).observe(nanos / 1e9);
    }
  }

  /** Counts a prediction. */
  void prediction() {
    predictions.inc();
  }

  /** Counts a request, or an instance of one, that was answered with an error. */
  void error(String code) {
    errors.labels(code).inc();
  }

  /** Returns the answer to a request for the metrics. */
  HttpReply reply(ServedModels.Stats models, ServeStatus status) {
    List<MetricFamilySamples> all = Collections.list(registry.metricFamilySamples());
    all.add(gauge("models", "Keys that have a model.", models.models()));
    all.add(gauge("models_in_memory", "Models in memory.", models.inMemory()));
    all.add(
        gauge(
            "models_memory_bytes",
            "Memory of the models in memory.",
            (double) models.memoryBytes()));
    all.add(counter("model_cache_misses_total", "Models read again.", (double) models.misses()));
    all.add(
        counter("model_updates_total", "Models and tombstones read.", (double) models.updates()));
    all.add(
        counter(
            "incomplete_models_dropped_total",
            "New models dropped because not all of their parts fitted in memory.",
            (double) status.dropped()));
    all.add(
        gauge(
            "incomplete_models",
            "Keys whose newest model lacks records, so that an older one is served.",
            status.incomplete()));
    if (models.updates() > 0) {
      all.add(
          gauge(
              "model_update_age_seconds",
              "Time since the last model or tombstone of any key was read.",
              models.nanosSinceUpdate() / 1e9));
    }
    all.add(gauge("ready", "1 once the models topic has been read.", status.ready() ? 1 : 0));
    all.add(gauge("connected", "1 while brokers and topic are there.", status.connected() ? 1 : 0));
    return PrometheusText.reply(Collections.enumeration(all));
  }

  private static MetricFamilySamples gauge(String name, String help, double value) {
    return new GaugeMetricFamily(PREFIX + name, help, value);
  }

  private static MetricFamilySamples counter(String name, String help, double value) {
    return new CounterMetricFamily(PREFIX + name, help, value);
  }
}
