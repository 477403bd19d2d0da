package dev.millrace.cli;

import java.util.List;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;

/** A failure of a producer whose transactional id another one has taken over. */
final class FencedProducer {
  private static final List<String> SIGNS =
      List.of(
          ProducerFencedException.class.getName(), InvalidProducerEpochException.class.getName());

  private FencedProducer() {}

  /**
   * A failure's reason, and what else to look at where it is such a one.
   *
   * @param trace the failure's stack trace
   */
  static String explained(String reason, String trace) {
    return SIGNS.stream().anyMatch(trace::contains)
        ? reason.replaceFirst("\\.$", "")
            + "; another job of this pipeline may write with its transactional ids: is one running"
            + " elsewhere?"
        : reason;
  }
}
