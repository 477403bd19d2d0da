package dev.millrace.flink;

import dev.millrace.codec.DeadLetterEncoder;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.OutputRecord;
import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/** Makes the dead letters of an operator's refused records, and counts them by reason. */
final class DeadLetters {
  private final Map<DeadLetterReason, Counter> counters = new EnumMap<>(DeadLetterReason.class);

  private final int mostBytes;

  /**
   * @param group of the operator
   * @param mostBytes of a letter on the topic
   */
  DeadLetters(MetricGroup group, int mostBytes) {
    this.mostBytes = mostBytes;
    for (DeadLetterReason reason : DeadLetterReason.values()) {
      counters.put(reason, JobMetric.DEAD_LETTERS.counter(group, reason));
    }
  }

  /** The record for the dead-letter topic. */
  OutputRecord record(DeadLetter letter) {
    counters.get(letter.reason()).inc();
    return DeadLetterEncoder.encode(letter, mostBytes);
  }
}
