package dev.millrace.kafka;

import dev.millrace.kafka.LeaseRecord.State;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a {@link Lease} for a job and renews it on a thread of its own until it is closed. */
public final class LeaseKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);
  private static final long CLOSE_MILLIS = 1_000;
  private static final int FAILURES_PER_WARNING = 30;

  private final Lease lease;
  private final Runnable taken;
  private final Consumer<Exception> failed;
  private final Thread thread;
  // Both belong to the thread. There is no store before the first attempt, and after a failure.
  private @Nullable LeaseStore store;

  @SuppressWarnings("NullAway.Init") // acquire sets it before anything else reads it
  private LeaseRecord held;

  private boolean isClosing; // guarded by this

  /**
   * @param taken called once, when the job may begin
   * @param failed called at most once, when the job must end
   */
  public LeaseKeeper(Lease lease, Runnable taken, Consumer<Exception> failed) {
    this.lease = lease;
    this.taken = taken;
    this.failed = failed;
    this.thread = new Thread(this::run, "millrace-lease");
    thread.setDaemon(true);
  }

  public void start() {
    thread.start();
  }

  private void run() {
    try {
      hold();
    } catch (InterruptedException | InterruptException | CancellationException e) {
      LOG.debug("The lease of {} is not renewed any more", lease.pipeline());
    } catch (AuthorizationException e) {
      report(lease.notAllowed(e));
    } catch (LeaseException | RuntimeException e) {
      report(e);
    }
  }

  private void hold() throws InterruptedException, LeaseException {
    try {
      acquire();
      taken.run();
      boolean isOwn = true;
      while (isOwn && !pause(Lease.RENEWAL.toMillis())) {
        isOwn = renew();
      }
    } finally {
      closeStore();
    }
  }

  private void report(Exception e) {
    boolean isOver;
    synchronized (this) {
      isOver = isClosing;
    }
    if (isOver) {
      LOG.info("The lease of pipeline {} expires: {}", lease.pipeline(), e.getMessage());
    } else {
      failed.accept(e);
    }
  }

  private void acquire() throws InterruptedException, LeaseException {
    for (int failures = 0; held == null; failures++) {
      try {
        store = new LeaseStore(lease);
        held = store.acquire(State.HELD, this::pause);
      } catch (InterruptException | AuthorizationException e) {
        throw e;
      } catch (KafkaException e) {
        if (failures % FAILURES_PER_WARNING == 0) {
          LOG.warn(
              "The lease of pipeline {} cannot be taken yet. It needs transactions, so brokers need"
                  + " as many live replicas as transaction.state.log.min.isr",
              lease.pipeline(),
              e);
        }
        closeStore();
        if (pause(Lease.RENEWAL.toMillis())) {
          throw new CancellationException();
        }
      }
    }
  }

  /**
   * Renews the lease, or finds out who has it. Brokers that do not accept it are asked again later.
   *
   * @return false if it is no more to be renewed here: this job has another owner of it
   * @throws LeaseException if it belongs to another job
   */
  private boolean renew() throws InterruptedException, LeaseException {
    try {
      if (store == null) {
        store = new LeaseStore(lease);
        if (!isOwn(store.read())) {
          return false;
        }
        store.take();
        if (!isOwn(store.read())) {
          return false;
        }
      }
      held = held.next(State.HELD);
      store.write(held);
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      LOG.warn("The lease of pipeline {} is not renewed: {}", lease.pipeline(), e.getMessage());
      closeStore();
    }
    return true;
  }

  private boolean isOwn(Optional<LeaseRecord> stored) throws LeaseException {
    if (stored.isEmpty()) {
      return true;
    }
    LeaseRecord record = stored.get();
    if (!record.holder().equals(lease.holder())) {
      throw lease.lost(record);
    }
    return record.state() != State.RELEASED && record.hasOwnerOf(held);
  }

  private void closeStore() {
    LeaseStore open = store;
    store = null;
    if (open != null) {
      open.close();
    }
  }

  /** Waits; returns true if this is closed meanwhile. */
  private synchronized boolean pause(long millis) throws InterruptedException {
    long end = System.nanoTime() + millis * 1_000_000;
    long left = millis;
    while (!isClosing && left > 0) {
      wait(left);
      left = (end - System.nanoTime()) / 1_000_000;
    }
    return isClosing;
  }

  /**
   * Ends the renewals. Does not release the lease: Flink also closes this where the job waits for
   * slots or is restarted, and another job must not come in between.
   */
  @Override
  public void close() {
    synchronized (this) {
      isClosing = true;
      notifyAll();
    }
    try {
      thread.join(CLOSE_MILLIS); // a renewal may be under way
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    thread.interrupt();
  }
}
