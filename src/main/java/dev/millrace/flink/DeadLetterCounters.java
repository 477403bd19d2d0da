package dev.millrace.flink;

import dev.millrace.data.DeadLetterReason;
import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/** Flink counters of refused records, one a reason. */
final class DeadLetterCounters {
  private final Map<DeadLetterReason, Counter> counters = new EnumMap<>(DeadLetterReason.class);

  DeadLetterCounters(MetricGroup group) {
    for (DeadLetterReason reason : DeadLetterReason.values()) {
      counters.put(
          reason,
          group.addGroup("millrace").addGroup("reason", reason.id()).counter("dead_letters"));
    }
  }

  void count(DeadLetterReason reason) {
    counters.get(reason).inc();
  }
}
