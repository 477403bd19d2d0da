package dev.millrace.flink;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Reads and writes a {@link Lease} on the brokers. Not thread-safe. */
public final class LeaseStore implements AutoCloseable {
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final String ANSWER_MILLIS = Long.toString(ANSWER.toMillis());
  private static final Duration CLOSE = Duration.ofSeconds(1);
  private static final long LOOK_MILLIS = 500;

  private final Lease lease;
  private final Admin admin;
  // Null until it is taken.
  private KafkaProducer<byte[], byte[]> producer;

  public LeaseStore(Lease lease) {
    this.lease = lease;
    this.admin = KafkaIo.admin(lease.kafka(), ANSWER);
  }

  /**
   * Returns what the brokers have; nothing if no job ever had the lease, or none for a week.
   *
   * @throws KafkaException if they do not answer, or the user may not read the group
   */
  public Optional<LeaseRecord> read() throws InterruptedException {
    try {
      // A pipeline that reads another topic now keeps its offset of the former one, too.
      return admin
          .listConsumerGroupOffsets(lease.group())
          .partitionsToOffsetAndMetadata()
          .get()
          .values()
          .stream()
          .filter(Objects::nonNull)
          .map(LeaseRecord::of)
          .max(Comparator.comparingLong(LeaseRecord::renewal));
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException known
          ? known
          : new KafkaException("The lease cannot be read: " + e.getCause(), e.getCause());
    }
  }

  /** Returns the record of another job that has the lease, if one has. */
  public Optional<LeaseRecord> readOther() throws InterruptedException {
    return read().filter(record -> record.isOfAnother(lease.holder()));
  }

  /**
   * Waits until the holder has not renewed the lease for {@link Lease#EXPIRY}, or has released it.
   *
   * @param holder what was read last
   * @throws LeaseException if it is renewed
   */
  public void awaitExpiry(LeaseRecord holder) throws InterruptedException, LeaseException {
    long end = System.nanoTime() + Lease.EXPIRY.toNanos();
    while (System.nanoTime() < end) {
      Optional<LeaseRecord> now = readOther();
      if (now.isEmpty()) {
        return;
      }
      if (!now.get().equals(holder)) {
        throw lease.held(now.get());
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  /** Fences whatever process wrote the lease before; it has no holder by that yet. */
  void take() {
    close(producer);
    Map<String, Object> properties = new HashMap<>(lease.kafka());
    properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, lease.transactionalId());
    // Whatever the pipeline's outputs are written with.
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.remove(ProducerConfig.RETRIES_CONFIG);
    properties.put(ProducerConfig.LINGER_MS_CONFIG, "0");
    properties.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1");
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_MILLIS);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, ANSWER_MILLIS);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, ANSWER_MILLIS);
    properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, ANSWER_MILLIS);
    producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    producer.initTransactions();
  }

  /**
   * Commits a record.
   *
   * @throws KafkaException among others if another process took the lease since
   */
  @SuppressWarnings("removal") // a group without members has no consumer to get it from
  void write(LeaseRecord record) {
    producer.beginTransaction();
    producer.sendOffsetsToTransaction(
        Map.of(new TopicPartition(lease.topic(), 0), record.toOffset()),
        new ConsumerGroupMetadata(lease.group()));
    producer.commitTransaction();
  }

  /**
   * Ends the holder's job: its next renewal fails, and its sinks stop within {@link
   * Lease#VALIDITY}, for which this waits.
   */
  public void revoke() throws InterruptedException {
    take();
    LeaseRecord own =
        LeaseRecord.ofThisProcess(lease.holder(), LeaseRecord.State.RELEASED, lease.stateDir());
    write(own.after(read()));
    Thread.sleep(Lease.VALIDITY.toMillis());
  }

  @Override
  public void close() {
    try {
      close(producer); // throws if this thread is interrupted
    } finally {
      admin.close(CLOSE);
    }
  }

  private static void close(KafkaProducer<?, ?> producer) {
    if (producer != null) {
      producer.close(CLOSE);
    }
  }
}
