package dev.millrace.cli.deadletters;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.kafka.Producers;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** Sends rejected records back to the topics that they came from. Not thread-safe. */
final class DeadLetterReplay implements AutoCloseable {
  // Less than the time that a command has after a signal.
  private static final Duration TO_STOP = Duration.ofSeconds(5);

  /** First record that the brokers rejected. */
  private record Failure(DeadLetterRecord letter, Exception cause) {}

  private final KafkaProducer<byte[], byte[]> producer;
  private final AtomicReference<Failure> firstFailure = new AtomicReference<>();
  // By partition of the dead-letter topic: the first record that the brokers rejected, and the next
  // offset after those that were sent or skipped.
  private final Map<Integer, Long> failed = new ConcurrentHashMap<>();
  private final Map<Integer, Long> next;
  private volatile boolean isStopped;

  /**
   * @param kafka client properties
   * @param from offsets given as the start of reading the dead-letter topic
   */
  DeadLetterReplay(Map<String, String> kafka, Map<Integer, Long> from) {
    producer = Producers.create(kafka);
    next = new TreeMap<>(from);
  }

  /**
   * Sends a record as it came, to the partition that it came from if that is still there.
   *
   * @throws CliError if the brokers rejected it, or an earlier one
   * @throws CancellationException if it was stopped before
   */
  void send(DeadLetterRecord letter) {
    requireAccepted();
    skip(letter);
    try {
      int partitions = producer.partitionsFor(letter.topic()).size();
      long timestamp = letter.stored().timestamp();
      producer.send(
          new ProducerRecord<>(
              letter.topic(),
              letter.partition() < partitions ? letter.partition() : null,
              timestamp < 0 ? null : timestamp,
              letter.stored().key(),
              letter.stored().value(),
              letter.headers()),
          (metadata, cause) -> {
            if (cause != null) {
              fail(letter, cause);
            }
          });
    } catch (KafkaException | IllegalStateException e) {
      if (isStopped) {
        next.put(letter.stored().partition(), letter.stored().offset());
        throw new CancellationException();
      }
      fail(letter, e);
      requireAccepted();
    }
  }

  /** Skips a dead letter, now and when the rest is sent. */
  void skip(DeadLetterRecord letter) {
    next.put(letter.stored().partition(), letter.stored().offset() + 1);
  }

  private void fail(DeadLetterRecord letter, Exception cause) {
    failed.merge(letter.stored().partition(), letter.stored().offset(), Math::min);
    firstFailure.compareAndSet(null, new Failure(letter, cause));
  }

  /**
   * Waits until the brokers have accepted all records.
   *
   * @throws CliError if they rejected one
   */
  void flush() {
    producer.flush();
    requireAccepted();
  }

  private void requireAccepted() {
    Failure failure = firstFailure.get();
    if (failure == null) {
      return;
    }
    producer.flush(); // others may fail too
    next.putAll(failed);
    DeadLetterRecord letter = failure.letter();
    throw new CliError(
        "Topic %s did not accept the record of the dead letter at %d:%d: %s"
            .formatted(
                letter.topic(),
                letter.stored().partition(),
                letter.stored().offset(),
                failure.cause().getMessage()),
        ("Those before it were sent; a few of those after it may have been. Continue with --from"
                + " %s; %d:%d skips that one.")
            .formatted(offsets(next), letter.stored().partition(), letter.stored().offset() + 1),
        failure.cause());
  }

  boolean hasFailed() {
    return firstFailure.get() != null;
  }

  /** Waits moments for records in flight, and accepts no more. May be called from any thread. */
  void stop() {
    isStopped = true;
    producer.close(TO_STOP);
  }

  /**
   * Waits for records in flight and returns the offset to continue at, by partition of the
   * dead-letter topic.
   */
  Map<Integer, Long> rest() {
    producer.flush();
    next.putAll(failed);
    return next;
  }

  /**
   * Waits for records in flight and returns a failure that occurred after some were sent, with the
   * offsets to continue at.
   *
   * @throws CliError if the brokers rejected one
   */
  CliError interrupted(CliError failure) {
    flush();
    return new CliError(
        String.valueOf(failure.getMessage()),
        "The records read before were sent. Continue with --from " + offsets(next),
        failure.getCause());
  }

  /** Formats offsets as values of {@code --from}. */
  static String offsets(Map<Integer, Long> offsets) {
    return offsets.entrySet().stream()
        .map(offset -> offset.getKey() + ":" + offset.getValue())
        .collect(Collectors.joining(","));
  }

  @Override
  public void close() {
    producer.close();
  }
}
