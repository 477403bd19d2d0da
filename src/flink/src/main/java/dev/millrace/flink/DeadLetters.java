package dev.millrace.flink;

import dev.millrace.codec.DeadLetterEncoder;
import dev.millrace.codec.OutputRecord;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.KafkaRecord;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Encodes the dead letters of an operator, and counts them by reason. */
public final class DeadLetters {
  private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);

  private final Counter[] counters = new Counter[DeadLetterReason.values().length];
  private final String pipeline;
  private final int maxBytes;

  /**
   * @param group of the operator
   * @param maxBytes of a record on the dead-letter topic
   */
  public DeadLetters(MetricGroup group, String pipeline, int maxBytes) {
    this.pipeline = pipeline;
    this.maxBytes = maxBytes;
    for (DeadLetterReason reason : DeadLetterReason.values()) {
      counters[reason.ordinal()] = JobMetric.DEAD_LETTERS.counter(group, reason);
    }
  }

  /** Returns the record for the dead-letter topic. */
  public OutputRecord record(DeadLetter deadLetter) {
    count(deadLetter);
    return DeadLetterEncoder.encode(deadLetter, pipeline, maxBytes);
  }

  /** Counts a dead letter, and logs the first for its reason. */
  public void count(DeadLetter deadLetter) {
    Counter counter = counters[deadLetter.reason().ordinal()];
    if (counter.getCount() == 0) {
      LOG.warn(
          "{} is rejected, {}: {} (the first for this reason; later ones are counted only)",
          place(deadLetter.record()),
          deadLetter.reason().id(),
          DeadLetterEncoder.shortened(deadLetter.message()).replaceAll("\\p{Cntrl}", "?"));
    }
    counter.inc();
  }

  private static String place(KafkaRecord record) {
    return record.hasPlace()
        ? "The record at offset %d of %s-%d"
            .formatted(record.offset(), record.topic(), record.partition())
        : "An example";
  }
}
