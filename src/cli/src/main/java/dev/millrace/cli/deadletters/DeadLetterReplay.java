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

/** Sends refused records back to the topics that they came from. Not thread-safe. */
final class DeadLetterReplay implements AutoCloseable {
  // Well below what a command has after a signal.
  private static final Duration TO_STOP = Duration.ofSeconds(5);

  /** What the brokers did not take. */
  private record Failure(DeadLetterRecord letter, Exception cause) {}

  private final KafkaProducer<byte[], byte[]> producer;
  private final AtomicReference<Failure> firstFailure = new AtomicReference<>();
  // Of each partition of the dead-letter topic: the first letter that the brokers did not take, and
  // what comes behind those that were sent or left out.
  private final Map<Integer, Long> failed = new ConcurrentHashMap<>();
  private final Map<Integer, Long> next;
  private volatile boolean isStopped;

  /**
   * @param kafka client properties
   * @param from where reading of the dead-letter topic began, as far as that was said
   */
  DeadLetterReplay(Map<String, String> kafka, Map<Integer, Long> from) {
    producer = Producers.create(kafka);
    next = new TreeMap<>(from);
  }

  /**
   * Sends a record as it came, to the partition that it came from if that is still there.
   *
   * @throws CliError if the brokers did not take it, or one before
   * @throws CancellationException if it was stopped before
   */
  void send(DeadLetterRecord letter) {
    requireTaken();
    pass(letter);
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
      requireTaken();
    }
  }

  /** Leaves a letter out, now and when the rest is sent. */
  void pass(DeadLetterRecord letter) {
    next.put(letter.stored().partition(), letter.stored().offset() + 1);
  }

  private void fail(DeadLetterRecord letter, Exception cause) {
    failed.merge(letter.stored().partition(), letter.stored().offset(), Math::min);
    firstFailure.compareAndSet(null, new Failure(letter, cause));
  }

  /**
   * Waits until the brokers have all.
   *
   * @throws CliError if they did not take one
   */
  void flush() {
    producer.flush();
    requireTaken();
  }

  private void requireTaken() {
    Failure failure = firstFailure.get();
    if (failure == null) {
      return;
    }
    producer.flush(); // others may fail too
    next.putAll(failed);
    DeadLetterRecord letter = failure.letter();
    throw new CliError(
        "Topic %s did not take the record of the dead letter at %d:%d: %s"
            .formatted(
                letter.topic(),
                letter.stored().partition(),
                letter.stored().offset(),
                failure.cause().getMessage()),
        ("Those before it were sent, of those behind it a few may have been. Go on with --from %s;"
                + " %d:%d leaves that one out.")
            .formatted(offsets(next), letter.stored().partition(), letter.stored().offset() + 1),
        failure.cause());
  }

  boolean hasFailed() {
    return firstFailure.get() != null;
  }

  /** Gives the brokers moments for what was sent, and takes no more; from any thread. */
  void stop() {
    isStopped = true;
    producer.close(TO_STOP);
  }

  /**
   * Waits until the brokers have all that they take, and tells where each partition of the
   * dead-letter topic goes on.
   */
  Map<Integer, Long> rest() {
    producer.flush();
    next.putAll(failed);
    return next;
  }

  /**
   * Waits until the brokers have all, and returns a failure that occurred behind letters that were
   * sent, with the offsets to go on at.
   *
   * @throws CliError if the brokers did not take one
   */
  CliError brokenOff(CliError failure) {
    flush();
    return new CliError(
        failure.getMessage(),
        "What was read before was sent. Go on with --from " + offsets(next),
        failure.getCause());
  }

  /** Offsets as {@code --from} takes them. */
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
