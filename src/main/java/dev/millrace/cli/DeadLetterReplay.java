package dev.millrace.cli;

import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** Sends refused records back to the topics that they came from. Not thread-safe. */
final class DeadLetterReplay implements AutoCloseable {

  /** What the brokers did not take. */
  private record Failure(StoredLetter letter, Exception cause) {}

  private final KafkaProducer<byte[], byte[]> producer;
  private final AtomicReference<Failure> firstFailure = new AtomicReference<>();

  /**
   * @param kafka client properties
   */
  DeadLetterReplay(Map<String, String> kafka) {
    producer = Producers.create(kafka, "lz4");
  }

  /**
   * Sends a record as it came, to the partition that it came from if that is still there.
   *
   * @throws CliError if the brokers did not take it, or one before
   */
  void send(StoredLetter letter) {
    requireTaken();
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
              firstFailure.compareAndSet(null, new Failure(letter, cause));
            }
          });
    } catch (KafkaException e) {
      throw failed(new Failure(letter, e));
    }
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
    if (firstFailure.get() != null) {
      throw failed(firstFailure.get());
    }
  }

  private static CliError failed(Failure failure) {
    StoredLetter letter = failure.letter();
    String place = letter.stored().partition() + ":" + letter.stored().offset();
    return new CliError(
        "Topic %s did not take the record of the dead letter at %s: %s"
            .formatted(letter.topic(), place, failure.cause().getMessage()),
        "Those before it were sent, of those behind it a few may have been. Go on with --from "
            + place,
        failure.cause());
  }

  @Override
  public void close() {
    producer.close();
  }
}
