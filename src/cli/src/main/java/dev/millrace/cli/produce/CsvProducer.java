package dev.millrace.cli.produce;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.Progress;
import dev.millrace.cli.console.StopSignal;
import dev.millrace.cli.csv.CsvExamples;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.cli.kafka.Producers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Sends the rows of a CSV file to a topic. Not thread-safe. */
public final class CsvProducer implements AutoCloseable {
  private final String topic;
  private final String servers;
  private final KafkaProducer<byte[], byte[]> producer;
  private final AtomicReference<Exception> firstFailure = new AtomicReference<>();

  /**
   * @param kafka client properties
   */
  public CsvProducer(Map<String, String> kafka, String topic) {
    this.topic = topic;
    servers = BrokerCheck.servers(kafka);
    producer = Producers.create(kafka);
  }

  /**
   * Sends examples and waits until the brokers have them.
   *
   * @param labels labels that are sent separately
   * @param limit max examples to send
   * @param rate max examples per second
   * @param stop stops early
   * @throws CliError if the brokers did not accept a record
   */
  public void send(
      CsvExamples examples,
      @Nullable DelayedLabelProducer labels,
      long limit,
      double rate,
      StopSignal stop,
      Progress progress)
      throws InterruptedException {
    try {
      while (progress.done() < limit
          && firstFailure.get() == null
          && !isStopped(stop, rate, progress)
          && examples.next()) {
        if (labels != null) {
          labels.sendUntil(examples.timestamp(), progress.done(), row -> send(row, labels.topic()));
        }
        send(examples, topic);
        progress.step();
      }
      if (labels != null) {
        labels.sendUntil(Long.MAX_VALUE, progress.done(), row -> send(row, labels.topic()));
      }
      producer.flush();
    } catch (KafkaException e) {
      throw deliveryFailed(progress, e);
    }
    if (firstFailure.get() != null) {
      throw deliveryFailed(progress, firstFailure.get());
    }
  }

  @Override
  public void close() {
    producer.close();
  }

  /** Sends the current record of the examples. */
  public void send(CsvExamples examples, String topic) {
    byte[] recordKey = examples.key().getBytes(StandardCharsets.UTF_8);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, null, examples.timestamp(), recordKey, examples.value());
    examples.headers().forEach(record.headers()::add);
    producer.send(
        record,
        (metadata, failure) -> {
          if (failure != null) {
            firstFailure.compareAndSet(null, failure);
          }
        });
  }

  // Waits to keep the rate, and returns true after Ctrl-C.
  private static boolean isStopped(StopSignal stop, double rate, Progress progress)
      throws InterruptedException {
    long ahead = (long) (1_000 * (progress.done() / rate - progress.seconds()));
    return ahead > 0 ? stop.await(ahead) : stop.isRequested();
  }

  private CliError deliveryFailed(Progress progress, Exception cause) {
    return new CliError(
        "Topic %s did not accept all of the %s sent so far: %s"
            .formatted(topic, Plural.of(progress.done(), "record"), why(cause)),
        cause);
  }

  // The client's message of a timeout is about its own metadata or batches.
  private @Nullable String why(Exception cause) {
    return cause instanceof TimeoutException
        ? "the brokers at %s do not answer, or not in time (%s)"
            .formatted(servers, cause.getMessage())
        : cause.getMessage();
  }
}
