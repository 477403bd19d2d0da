package dev.millrace.flink;

import dev.millrace.flink.LeaseRecord.State;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a {@link Lease} for a job and renews it on a thread of its own until it is closed. */
final class LeaseKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);
  private static final Duration RELEASE = Duration.ofSeconds(5);

  private final Lease lease;
  private final Runnable taken;
  private final Consumer<Exception> failed;
  private final Thread thread;
  private boolean isClosing; // guarded by this

  /**
   * @param taken called once, when the job may begin
   * @param failed called at most once, when the job must end
   */
  LeaseKeeper(Lease lease, Runnable taken, Consumer<Exception> failed) {
    this.lease = lease;
    this.taken = taken;
    this.failed = failed;
    this.thread = new Thread(this::run, "millrace-lease");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try (LeaseStore store = new LeaseStore(lease)) {
      LeaseRecord own = acquire(store);
      taken.run();
      boolean isFenced = false;
      while (!pause(Lease.RENEWAL)) {
        own = own.next(State.HELD);
        isFenced = !renew(store, own, isFenced);
      }
      store.write(own.next(State.RELEASED));
    } catch (InterruptedException | InterruptException e) {
      LOG.debug("The lease of {} is not released", lease.pipeline());
    } catch (AuthorizationException e) {
      report(lease.notAllowed(e));
    } catch (LeaseException | RuntimeException e) {
      report(e);
    }
  }

  private void report(Exception e) {
    boolean isOver;
    synchronized (this) {
      isOver = isClosing;
    }
    if (isOver) {
      LOG.info("The lease of pipeline {} expires, it is not released: {}", lease.pipeline(), e);
    } else {
      failed.accept(e);
    }
  }

  private LeaseRecord acquire(LeaseStore store) throws InterruptedException, LeaseException {
    LeaseRecord own = LeaseRecord.ofThisProcess(lease.holder(), State.HELD, lease.stateDir());
    while (true) {
      try {
        return tryToAcquire(store, own);
      } catch (RetriableException | ProducerFencedException | InvalidProducerEpochException e) {
        LOG.warn(
            "The lease of pipeline {} cannot be taken yet. It needs transactions, so brokers need"
                + " as many live replicas as transaction.state.log.min.isr",
            lease.pipeline(),
            e);
        if (pause(Lease.RENEWAL)) {
          throw new InterruptedException();
        }
      }
    }
  }

  private LeaseRecord tryToAcquire(LeaseStore store, LeaseRecord own)
      throws InterruptedException, LeaseException {
    Optional<LeaseRecord> other = store.readOther();
    if (other.isPresent()) {
      LOG.info(
          "Waits whether the job that has the lease of pipeline {} is alive: {}",
          lease.pipeline(),
          other.get().description());
      store.awaitExpiry(other.get());
    }
    store.take();
    Optional<LeaseRecord> stored = store.read();
    Optional<LeaseRecord> former = stored.filter(record -> record.isOfAnother(lease.holder()));
    if (former.isPresent() && !former.equals(other)) {
      throw lease.held(former.get()); // it takes its transactional id back
    }
    LeaseRecord first = own.after(stored);
    if (former.isPresent()) {
      LOG.warn("Takes pipeline {} over from a job that is silent: {}", lease.pipeline(), former);
      store.write(first.next(State.TAKEN));
      if (pause(Lease.VALIDITY)) {
        throw new InterruptedException();
      }
      first = first.next(State.TAKEN).next(State.HELD);
    }
    store.write(first);
    return first;
  }

  /**
   * Renews the lease, or finds out who has it.
   *
   * @param isFenced whether the last renewal failed, which an outage is enough for
   * @return false if the brokers do not take it now
   * @throws LeaseException if it belongs to another job
   */
  private boolean renew(LeaseStore store, LeaseRecord own, boolean isFenced)
      throws InterruptedException, LeaseException {
    try {
      if (isFenced) {
        requireOwn(store.read());
        store.take();
        requireOwn(store.read());
      }
      store.write(own);
      return true;
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      LOG.warn("The lease of pipeline {} is not renewed: {}", lease.pipeline(), e.getMessage());
      if (e instanceof ProducerFencedException || e instanceof InvalidProducerEpochException) {
        requireOwnIfKnown(store);
      }
      return false;
    }
  }

  private void requireOwnIfKnown(LeaseStore store) throws InterruptedException, LeaseException {
    try {
      requireOwn(store.read());
    } catch (KafkaException e) {
      LOG.debug("The next renewal looks again", e);
    }
  }

  private void requireOwn(Optional<LeaseRecord> record) throws LeaseException {
    if (record.isPresent() && !record.get().holder().equals(lease.holder())) {
      throw lease.lost(record.get());
    }
  }

  /** Waits; returns true if this is closed meanwhile. */
  private synchronized boolean pause(Duration time) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    long left = time.toMillis();
    while (!isClosing && left > 0) {
      wait(left);
      left = (end - System.nanoTime()) / 1_000_000;
    }
    return isClosing;
  }

  /** Releases the lease, so that another job need not wait. */
  @Override
  public void close() {
    synchronized (this) {
      isClosing = true;
      notifyAll();
    }
    try {
      thread.join(RELEASE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    thread.interrupt();
  }
}
