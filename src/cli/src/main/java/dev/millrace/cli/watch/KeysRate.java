package dev.millrace.cli.watch;

import dev.millrace.codec.json.MetricsRecord;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Examples per second over all keys, from metrics records as they arrive. Not thread-safe. */
final class KeysRate {
  private final LongSupplier nanoTime;
  private final Map<String, Long> examplesOfKey = new HashMap<>();
  private final OutputRecords outputs = new OutputRecords();
  private final ExamplesRate rate = new ExamplesRate(Duration.ofSeconds(1));
  private long examples;
  private double perSecond = Double.NaN;

  KeysRate(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Adds a metrics record and returns the rate, NaN before there is one. */
  double update(MetricsRecord record) {
    if (outputs.isOfOneOutput(record)) {
      return perSecond; // its key counts
    }
    long now = record.examples();
    Long before = examplesOfKey.put(record.key(), now);
    // What a key learned before it was first seen here is not part of the rate.
    examples += before == null ? 0 : Math.max(0, now - before);
    perSecond = rate.update(examples, nanoTime.getAsLong());
    return perSecond;
  }

  double perSecond() {
    return perSecond;
  }
}
