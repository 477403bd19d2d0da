package dev.millrace.flink;

import dev.millrace.codec.DeadLetterEncoder;
import dev.millrace.codec.OutputRecord;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Encodes the dead letters of an operator, and counts them by reason. */
final class DeadLetters {
  private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);

  private final Counter[] counters = new Counter[DeadLetterReason.values().length];
  private final String pipeline;
  private final int maxBytes;

  /**
   * @param group of the operator
   * @param maxBytes of a record on the dead-deadLetter topic
   */
  DeadLetters(MetricGroup group, String pipeline, int maxBytes) {
    this.pipeline = pipeline;
    this.maxBytes = maxBytes;
    for (DeadLetterReason reason : DeadLetterReason.values()) {
      counters[reason.ordinal()] = JobMetric.DEAD_LETTERS.counter(group, reason);
    }
  }

  /** Returns the record for the dead-deadLetter topic. */
  OutputRecord record(DeadLetter deadLetter) {
    Counter counter = counters[deadLetter.reason().ordinal()];
    if (counter.getCount() == 0) {
      LOG.warn(
          "The record at offset {} of {}-{} is rejected, {}: {} (the first for this reason; later"
              + " ones are counted only)",
          deadLetter.record().offset(),
          deadLetter.record().topic(),
          deadLetter.record().partition(),
          deadLetter.reason().id(),
          DeadLetterEncoder.shortened(deadLetter.message()).replaceAll("\\p{Cntrl}", "?"));
    }
    counter.inc();
    return DeadLetterEncoder.encode(deadLetter, pipeline, maxBytes);
  }
}
