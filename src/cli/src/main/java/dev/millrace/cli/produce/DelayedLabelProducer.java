package dev.millrace.cli.produce;

import dev.millrace.cli.csv.CsvExamples;
import java.util.function.Consumer;

/**
 * Sends the labels of a file's rows some time after the features, in a second pass over the file
 * behind the first; but not the one that the pipeline takes where none comes in time. Not
 * thread-safe.
 */
final class DelayedLabelProducer implements AutoCloseable {
  private final CsvExamples labels;
  private final String topic;
  private long sent;
  private boolean isAtNext;

  /**
   * @param labels with the times of the features plus the delay
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
   * @param limit max rows in total
   * @param send sends the current row
   */
  void sendUntil(long timestamp, long limit, Consumer<CsvExamples> send) {
    while (sent < limit) {
      isAtNext = isAtNext || labels.next();
      if (!isAtNext || labels.timestamp() > timestamp) {
        return;
      }
      if (labels.isReported()) {
        send.accept(labels);
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
