package dev.millrace.cli.produce;

import dev.millrace.cli.csv.CsvExamples;

/**
 * The labels of a file's rows, sent some time after the features: a second pass over the file that
 * trails behind the first, so that nothing is held in memory. Not thread-safe.
 */
final class DelayedLabelProducer implements AutoCloseable {
  private final CsvExamples labels;
  private final String topic;
  private long sent;
  private boolean isAtNext;

  /**
   * @param labels whose times are those of the features and the delay
   */
  DelayedLabelProducer(CsvExamples labels, String topic) {
    this.labels = labels;
    this.topic = topic;
  }

  String topic() {
    return topic;
  }

  /**
   * Sends labels up to a time, inclusive.
   *
   * @param most labels that may have been sent after it
   */
  void sendUntil(long timestamp, long most, CsvProducer producer) {
    while (sent < most) {
      isAtNext = isAtNext || labels.next();
      if (!isAtNext || labels.timestamp() > timestamp) {
        return;
      }
      producer.send(labels, topic);
      sent++;
      isAtNext = false;
    }
  }

  @Override
  public void close() {
    labels.close();
  }
}
