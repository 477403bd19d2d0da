package dev.millrace.cli.serve;

import dev.millrace.cli.serve.ServeApi.Status;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts requests and predictions and exports them in Prometheus' text format. Thread-safe. */
final class ServeMetrics {
  // Upper bounds of the histogram's buckets.
  private static final double[] SECONDS = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
  };

  private static final class Requests {
    final Map<Integer, LongAdder> byStatus = new ConcurrentHashMap<>();
    // One more than bounds: what took longer.
    final LongAdder[] buckets = adders(SECONDS.length + 1);
    final LongAdder nanos = new LongAdder();
  }

  private final Map<ServeEndpoint, Requests> requests = new EnumMap<>(ServeEndpoint.class);
  private final Map<String, LongAdder> errors = new ConcurrentHashMap<>();
  private final LongAdder predictions = new LongAdder();

  ServeMetrics() {
    for (ServeEndpoint endpoint : ServeEndpoint.values()) {
      requests.put(endpoint, new Requests());
    }
  }

  private static LongAdder[] adders(int count) {
    LongAdder[] adders = new LongAdder[count];
    for (int a = 0; a < count; a++) {
      adders[a] = new LongAdder();
    }
    return adders;
  }

  /**
   * Counts a request that was answered within a time.
   *
   * @param status -1 if the client was gone before; such a request is not counted
   */
  void request(ServeEndpoint endpoint, int status, long nanos) {
    if (status < 0) {
      return;
    }
    Requests of = requests.get(endpoint);
    of.byStatus.computeIfAbsent(status, absent -> new LongAdder()).increment();
    int bucket = 0;
    while (bucket < SECONDS.length && nanos > SECONDS[bucket] * 1e9) {
      bucket++;
    }
    of.buckets[bucket].increment();
    of.nanos.add(nanos);
  }

  /** Counts a prediction. */
  void prediction() {
    predictions.increment();
  }

  /** Counts a request, or an instance of one, that was answered with an error. */
  void error(String code) {
    errors.computeIfAbsent(code, absent -> new LongAdder()).increment();
  }

  /** Returns the metrics in Prometheus' text format 0.0.4. */
  byte[] text(ServedModels.Stats models, Status status) {
    StringBuilder text = new StringBuilder(8_192);
    head(text, "requests_total", "counter", "Requests by endpoint and HTTP status.");
    requests.forEach(
        (endpoint, of) ->
            new TreeMap<>(of.byStatus)
                .forEach(
                    (code, count) ->
                        sample(
                            text,
                            "requests_total{endpoint=\"%s\",status=\"%d\"}"
                                .formatted(endpoint.id(), code),
                            count.sum())));
    head(
        text,
        "request_duration_seconds",
        "histogram",
        "Time from the head of a request to the end of its answer.");
    requests.forEach((endpoint, of) -> histogram(text, endpoint.id(), of));
    head(text, "predictions_total", "counter", "Predictions.");
    sample(text, "predictions_total", predictions.sum());
    head(text, "errors_total", "counter", "Requests and instances of requests in error, by code.");
    new TreeMap<>(errors)
        .forEach((code, count) -> sample(text, "errors_total{code=\"" + code + "\"}", count.sum()));
    head(text, "models", "gauge", "Keys that have a model.");
    sample(text, "models", models.models());
    head(text, "models_in_memory", "gauge", "Models in memory.");
    sample(text, "models_in_memory", models.inMemory());
    head(text, "models_memory_bytes", "gauge", "Memory of the models in memory.");
    sample(text, "models_memory_bytes", models.memoryBytes());
    head(
        text,
        "model_cache_misses_total",
        "counter",
        "Models that were not in memory and were read again.");
    sample(text, "model_cache_misses_total", models.misses());
    head(text, "model_updates_total", "counter", "Models and tombstones read from the topic.");
    sample(text, "model_updates_total", models.updates());
    head(
        text,
        "incomplete_models_dropped_total",
        "counter",
        "New models dropped because not all of their parts fitted in memory.");
    sample(text, "incomplete_models_dropped_total", status.dropped());
    if (models.updates() > 0) {
      head(
          text,
          "model_update_age_seconds",
          "gauge",
          "Time since the last model or tombstone of any key was read.");
      sample(text, "model_update_age_seconds", models.nanosSinceUpdate() / 1e9);
    }
    head(text, "ready", "gauge", "1 once the models topic has been read to its end, else 0.");
    sample(text, "ready", status.ready() ? 1 : 0);
    head(text, "connected", "gauge", "1 if the brokers answered last and had the topic, else 0.");
    sample(text, "connected", status.connected() ? 1 : 0);
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void histogram(StringBuilder text, String endpoint, Requests of) {
    long count = 0;
    for (int bucket = 0; bucket <= SECONDS.length; bucket++) {
      count += of.buckets[bucket].sum();
      String bound = bucket < SECONDS.length ? number(SECONDS[bucket]) : "+Inf";
      sample(
          text,
          "request_duration_seconds_bucket{endpoint=\"%s\",le=\"%s\"}".formatted(endpoint, bound),
          count);
    }
    String label = "{endpoint=\"" + endpoint + "\"}";
    sample(text, "request_duration_seconds_sum" + label, of.nanos.sum() / 1e9);
    sample(text, "request_duration_seconds_count" + label, count);
  }

  private static void head(StringBuilder text, String name, String type, String help) {
    text.append("# HELP millrace_serve_").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE millrace_serve_").append(name).append(' ').append(type).append('\n');
  }

  private static void sample(StringBuilder text, String name, long value) {
    sample(text, name, Long.toString(value));
  }

  private static void sample(StringBuilder text, String name, double value) {
    sample(text, name, number(value));
  }

  private static void sample(StringBuilder text, String name, String value) {
    text.append("millrace_serve_").append(name).append(' ').append(value).append('\n');
  }

  private static String number(double value) {
    return value == (long) value ? Long.toString((long) value) : Double.toString(value);
  }
}
