package dev.millrace.flink;

import dev.millrace.codec.DeadLetterEncoder;
import dev.millrace.codec.OutputRecord;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the dead letters of an operator's refused records, and counts them by reason. */
final class DeadLetters {
  private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);

  private final Map<DeadLetterReason, Counter> counters = new EnumMap<>(DeadLetterReason.class);

  private final String pipeline;
  private final int maxBytes;

  /**
   * @param group of the operator
   * @param maxBytes of a letter on the topic
   */
  DeadLetters(MetricGroup group, String pipeline, int maxBytes) {
    this.pipeline = pipeline;
    this.maxBytes = maxBytes;
    for (DeadLetterReason reason : DeadLetterReason.values()) {
      counters.put(reason, JobMetric.DEAD_LETTERS.counter(group, reason));
    }
  }

  /** The record for the dead-letter topic. */
  OutputRecord record(DeadLetter letter) {
    Counter counter = counters.get(letter.reason());
    if (counter.getCount() == 0) {
      LOG.warn(
          "The record at offset {} of {}-{} is refused, {}: {} (the first of that reason here; more"
              + " are counted only)",
          letter.record().offset(),
          letter.record().topic(),
          letter.record().partition(),
          letter.reason().id(),
          DeadLetterEncoder.shortened(letter.message()).replaceAll("\\p{Cntrl}", "?"));
    }
    counter.inc();
    return DeadLetterEncoder.encode(letter, pipeline, maxBytes);
  }
}
