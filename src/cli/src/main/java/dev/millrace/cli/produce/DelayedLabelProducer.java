package dev.millrace.cli.produce;

import dev.millrace.cli.csv.CsvExamples;
import org.jspecify.annotations.Nullable;

/**
 * Sends the labels of a file's rows some time after the features, in a second pass over the file
 * behind the first; but not the one that the pipeline takes where none comes in time. Not
 * thread-safe.
 */
final class DelayedLabelProducer implements AutoCloseable {
  private final CsvExamples labels;
  private final String topic;
  private final @Nullable String unreported;
  private long sent;
  private boolean isAtNext;

  /**
   * @param labels with the times of the features plus the delay
   * @param unreported the class that is not sent, null for none
   */
  DelayedLabelProducer(CsvExamples labels, String topic, @Nullable String unreported) {
    this.labels = labels;
    this.topic = topic;
    this.unreported = unreported;
  }

  String topic() {
    return topic;
  }

  /**
   * Sends labels up to a time, inclusive.
   *
   * @param limit max rows in total
   */
  void sendUntil(long timestamp, long limit, CsvProducer producer) {
    while (sent < limit) {
      isAtNext = isAtNext || labels.next();
      if (!isAtNext || labels.timestamp() > timestamp) {
        return;
      }
      if (!labels.label().equals(unreported)) {
        producer.send(labels, topic);
      }
      sent++;
      isAtNext = false;
    }
  }

  @Override
  public void close() {
    labels.close();
  }
}
