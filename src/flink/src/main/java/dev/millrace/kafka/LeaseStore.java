package dev.millrace.kafka;

import dev.millrace.kafka.LeaseRecord.State;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads and writes a {@link Lease} on the brokers. Not thread-safe. */
public final class LeaseStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseStore.class);
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final String ANSWER_MILLIS = Long.toString(ANSWER.toMillis());
  private static final Duration CLOSE = Duration.ofSeconds(1);
  private static final long LOOK_MILLIS = 500;
  private static final long VISIBLE_MILLIS = 50;

  private final Lease lease;
  private final Admin admin;
  // Null until the lease is acquired.
  private @Nullable KafkaProducer<byte[], byte[]> producer;

  public LeaseStore(Lease lease) {
    this.lease = lease;
    this.admin = KafkaClients.admin(lease.kafka(), ANSWER);
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
          .flatMap(offset -> LeaseRecord.of(offset).stream())
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

  /** A wait that its caller can end. */
  @FunctionalInterface
  public interface Wait {
    /** Waits for the milliseconds; returns true at once if the caller gives up. */
    boolean await(long millis) throws InterruptedException;
  }

  /**
   * Takes the lease if it is free, or its holder does not renew it for {@link Lease#EXPIRY}. Waits
   * {@link Lease#VALIDITY} if sinks of the former holder may still write.
   *
   * @param state of the returned record, which the brokers have then
   * @throws LeaseException if another job renews it
   * @throws CancellationException if the caller ended the wait
   */
  public LeaseRecord acquire(State state, Wait wait) throws InterruptedException, LeaseException {
    Optional<LeaseRecord> silent = awaitSilence(wait);
    take();
    Optional<LeaseRecord> stored = read();
    Optional<LeaseRecord> former = stored.filter(record -> record.isOfAnother(lease.holder()));
    if (former.isPresent() && !former.equals(silent)) {
      throw lease.held(former.get()); // it takes its transactional id back
    }
    LeaseRecord taken = own(state).after(stored);
    // A record of this holder names a former job too, if its wait did not complete.
    boolean hasFormer = stored.filter(record -> record.state() == State.TAKEN).isPresent();
    if (former.isPresent() || hasFormer) {
      LOG.warn(
          "Takeover of pipeline {} from a job that does not renew its lease: {}",
          lease.pipeline(),
          stored);
      return replace(taken.next(State.TAKEN), state, wait);
    }
    write(taken);
    return taken;
  }

  /** Returns the record of another job that is silent; nothing if the lease is free. */
  private Optional<LeaseRecord> awaitSilence(Wait wait)
      throws InterruptedException, LeaseException {
    Optional<LeaseRecord> seen = readOther();
    seen.ifPresent(
        record ->
            LOG.info(
                "Waits whether the job that has the lease of pipeline {} is alive: {}",
                lease.pipeline(),
                record.description()));
    long end = System.nanoTime() + Lease.EXPIRY.toNanos();
    while (seen.isPresent() && System.nanoTime() < end) {
      pause(wait, LOOK_MILLIS);
      Optional<LeaseRecord> now = readOther();
      if (now.isPresent() && !now.equals(seen)) {
        if (now.get().state() != State.REVOKED) {
          throw lease.held(now.get());
        }
        end = System.nanoTime() + Lease.EXPIRY.toNanos();
      }
      seen = now;
    }
    return seen;
  }

  /** Writes a record, waits until no sink of the former holder writes, and writes the next one. */
  private LeaseRecord replace(LeaseRecord first, State next, Wait wait)
      throws InterruptedException {
    write(first);
    awaitVisible(first, wait);
    pause(wait, Lease.VALIDITY.toMillis());
    LeaseRecord second = first.next(next);
    write(second);
    return second;
  }

  // A commit returns before readers see it. The admin client leaves out offsets that are about to
  // change if it asks for stable ones, so this looks until the change has come.
  private void awaitVisible(LeaseRecord record, Wait wait) throws InterruptedException {
    long end = System.nanoTime() + ANSWER.toNanos();
    while (!read().equals(Optional.of(record))) {
      if (System.nanoTime() >= end) {
        throw new TimeoutException("The lease was written, but cannot be read yet");
      }
      pause(wait, VISIBLE_MILLIS);
    }
  }

  private static void pause(Wait wait, long millis) throws InterruptedException {
    if (wait.await(millis)) {
      throw new CancellationException("The wait for the lease was ended");
    }
  }

  private static boolean sleep(long millis) throws InterruptedException {
    Thread.sleep(millis);
    return false;
  }

  private LeaseRecord own(State state) {
    return LeaseRecord.ofThisProcess(lease.holder(), state, lease.stateDir());
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
    KafkaProducer<byte[], byte[]> taken = Objects.requireNonNull(producer);
    taken.beginTransaction();
    taken.sendOffsetsToTransaction(
        Map.of(new TopicPartition(lease.topic(), 0), record.toOffset()),
        new ConsumerGroupMetadata(lease.group()));
    taken.commitTransaction();
  }

  /**
   * Ends the holder's job: its next renewal fails, and its sinks stop within {@link
   * Lease#VALIDITY}, for which this waits.
   */
  public void revoke() throws InterruptedException {
    take();
    LeaseRecord released =
        replace(own(State.REVOKED).after(read()), State.RELEASED, LeaseStore::sleep);
    awaitVisible(released, LeaseStore::sleep);
  }

  /** Releases the lease of a job that has ended for good, unless another job has it. */
  public void release() throws InterruptedException {
    if (isReleasable(read())) {
      take();
      Optional<LeaseRecord> stored = read();
      if (isReleasable(stored)) {
        LeaseRecord released = own(State.RELEASED).after(stored);
        write(released);
        awaitVisible(released, LeaseStore::sleep);
      }
    }
  }

  private boolean isReleasable(Optional<LeaseRecord> stored) {
    return stored
        .filter(record -> record.state() == State.HELD && record.holder().equals(lease.holder()))
        .isPresent();
  }

  @Override
  public void close() {
    try {
      close(producer); // throws if this thread is interrupted
    } finally {
      admin.close(CLOSE);
    }
  }

  private static void close(@Nullable KafkaProducer<?, ?> producer) {
    if (producer != null) {
      producer.close(CLOSE);
    }
  }
}
