package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How fast examples of all keys come in as seen from here, measured over a second or more. Not
 * thread-safe.
 */
final class ExamplesRate {
  private static final long INTERVAL_NANOS = 1_000_000_000L;

  private final LongSupplier nanoTime;
  private final Map<String, Long> examplesOfKey = new HashMap<>();
  private long examplesInInterval;
  private long intervalStart;
  private double rate = Double.NaN;

  ExamplesRate(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Counts what a metrics record tells. */
  void accept(JsonNode record) {
    long examples = record.path("examples").asLong();
    Long before = examplesOfKey.put(record.path("key").asText(""), examples);
    long now = nanoTime.getAsLong();
    if (examplesOfKey.size() == 1 && before == null) {
      intervalStart = now;
    }
    // What a key learned before it was first seen here is not part of the rate.
    examplesInInterval += before == null ? 0 : Math.max(0, examples - before);
    if (now - intervalStart >= INTERVAL_NANOS) {
      rate = examplesInInterval * 1e9 / (now - intervalStart);
      examplesInInterval = 0;
      intervalStart = now;
    }
  }

  /** Examples per second, NaN before the first measurement. */
  double perSecond() {
    return rate;
  }
}
